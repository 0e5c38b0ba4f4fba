"""What the outbox can carry out: the folder is the list, every file declares `TASK(office, stream, part)`.

A task's name is its module's, with spaces for underscores. It must be idempotent, and it raises when it could not.
"""
