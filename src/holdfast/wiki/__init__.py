"""The MediaWiki client: the only room that speaks HTTP to a wiki."""
