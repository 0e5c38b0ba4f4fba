"""From a wiki's public history to findings and reports. Reaches no store."""
