"""The browser page that lies beside a log: static files that check an entry as `holdfast record verify` does."""

from importlib.resources import files

_NAMES = ("index.html", "page.css", "page.js", "checks.js")


def page_files() -> dict[str, bytes]:
    """Name to bytes of every file of the page."""
    folder = files(__name__)
    return {name: folder.joinpath(name).read_bytes() for name in _NAMES if folder.joinpath(name).is_file()}
