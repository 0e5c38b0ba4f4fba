"""What waits for a member, and what the office holds of a person: read from every room."""
