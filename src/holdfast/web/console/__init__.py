"""The console: the confidential site, thin over `workflows`. Each page is a verb on a thing."""
