"""A plan: what is to be done on wikis, for whom, why, and what its checks say."""
