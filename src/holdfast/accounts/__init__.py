"""Names of accounts: the only room that makes, compares, replaces and shows them."""
