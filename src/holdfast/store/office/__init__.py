"""The confidential store: sealed streams of facts, lists over them, the audit log, sign-in, and what is promised."""
