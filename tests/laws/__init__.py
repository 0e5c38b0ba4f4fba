"""Laws: what every kind of a plug-in room obeys, run on newcomers with no further work."""
