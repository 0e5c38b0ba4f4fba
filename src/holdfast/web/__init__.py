"""The sites: `console` is the confidential one."""
