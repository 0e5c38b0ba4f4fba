"""The only rooms that know the database: Django models and migrations, `office` for what is confidential."""
