"""The public log: writing, serving and witnessing it. Reaches no store."""
