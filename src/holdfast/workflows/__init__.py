"""One file per thing that people do: the only place where rooms are joined."""
