"""Who may see non-public data: agreements, rules in Cedar, grants, freezes, reviews. Pure: no clock.

`engine` decides and names the rule; `policies/` holds the rules as Cedar text with their schema.
"""
