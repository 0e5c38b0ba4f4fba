"""Cases: their files, ledgers, watchlists, and what a plan may rest on."""
