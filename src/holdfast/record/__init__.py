"""The public record: a log that nobody can quietly change."""
