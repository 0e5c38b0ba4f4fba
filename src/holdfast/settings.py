"""One frozen Settings, read from the environment at the door and passed inwards."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an operator may set. Rooms receive it; none reads the environment itself."""

    memory_limit_mib: int = 1536
    """Memory for the table engine, MiB (`HOLDFAST_MEMORY_MIB`); beyond it the engine spills to disk."""
    threads: int = 0
    """Threads for the table engine (`HOLDFAST_THREADS`); 0 means all cores."""
    contact: str = ""
    """How a wiki's operators can reach you, sent in the User-Agent (`HOLDFAST_CONTACT`)."""
    plugins: tuple[str, ...] = ()
    """Installed distributions of strangers whose measures, sources and counting methods are used too
    (`HOLDFAST_PLUGINS`, names with commas between). Their code runs with all that this process may do."""


def settings_from(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from environment variables. Raises UsageError `settings.number` for a non-number."""
    source = os.environ if environment is None else environment

    def number(name: str, default: int) -> int:
        text = source.get(name, "")
        if not text:
            return default
        if not text.isdecimal():
            raise UsageError(
                "settings.number",
                f"the environment variable {name} is not a number",
                expected="a whole number",
                got=repr(text[:40]),
                hint=f"set {name} to a whole number, or unset it",
            )
        return int(text)

    return Settings(
        memory_limit_mib=number("HOLDFAST_MEMORY_MIB", Settings.memory_limit_mib),
        threads=number("HOLDFAST_THREADS", Settings.threads),
        contact=source.get("HOLDFAST_CONTACT", ""),
        plugins=tuple(name.strip() for name in source.get("HOLDFAST_PLUGINS", "").split(",") if name.strip()),
    )
