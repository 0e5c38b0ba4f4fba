"""What was exposed: months of look-ups, questions and who is told."""
