"""Holdfast keeps open communities open.

Public names are resolved lazily: importing one room (a verifier, say) must not import the others.
"""

from typing import TYPE_CHECKING, Any

from holdfast.version import VERSION

__version__ = VERSION

if TYPE_CHECKING:
    from holdfast.tables.lake import open_lake as open_lake
    from holdfast.workflows.analysis.assess import assess as assess

_PUBLIC = {"open_lake": "holdfast.tables.lake", "assess": "holdfast.workflows.analysis.assess"}

__all__ = ["__version__", "assess", "open_lake"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'holdfast' has no attribute {name!r}")
    from holdfast.registry import load_attribute

    return load_attribute(_PUBLIC[name], name)


def __dir__() -> list[str]:
    return sorted(__all__)
