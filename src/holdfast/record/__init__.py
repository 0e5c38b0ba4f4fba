"""The public record: a log that nobody can quietly change.

Names are resolved lazily, so that `record.verify` loads none of what writes.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holdfast.record.draft import Draft as Draft
    from holdfast.record.draft import Receipt as Receipt
    from holdfast.record.folder import create_log as create_log
    from holdfast.record.folder import memory_log as memory_log
    from holdfast.record.folder import open_log as open_log
    from holdfast.record.log import Log as Log

_PUBLIC = {
    "create_log": "holdfast.record.folder",
    "memory_log": "holdfast.record.folder",
    "open_log": "holdfast.record.folder",
    "Draft": "holdfast.record.draft",
    "Log": "holdfast.record.log",
    "Receipt": "holdfast.record.draft",
}

__all__ = ["Draft", "Log", "Receipt", "create_log", "memory_log", "open_log"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'holdfast.record' has no attribute {name!r}")
    from holdfast.registry import load_attribute

    return load_attribute(_PUBLIC[name], name)
