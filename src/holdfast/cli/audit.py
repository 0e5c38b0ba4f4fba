"""`holdfast audit …`: checking an export of the audit, with the file and a public key alone."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from holdfast.errors import InputRefusedError, UsageError

if TYPE_CHECKING:
    from holdfast.audit import Head


def register(app: typer.Typer) -> None:
    """Add the commands."""
    audit = typer.Typer(help="Who read, decided and did what.", no_args_is_help=True)
    audit.command("verify")(verify)
    app.add_typer(audit, name="audit")


def verify(
    export: Path = typer.Argument(help="The exported file (JSON lines).", show_default=False),
    key: str = typer.Option(help="The office's verifier key, or a file that holds it.", show_default=False),
    head: str = typer.Option("", help="A head from the log, SIZE:SHA256: the audit must contain it."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON alone."),
) -> None:
    """Check that no entry is missing, moved or changed, and that the key signed the whole."""
    from holdfast.audit import check_export
    from holdfast.crypto.notes import parse_verifier_key

    place = Path(key)
    public = parse_verifier_key(place.read_text("utf-8") if place.is_file() else key)
    kept = _head(head)
    try:
        with export.open("rb") as lines:
            report = check_export(lines, public, until=kept)
    except OSError as reason:
        raise InputRefusedError(
            "audit.export.unreadable", "this file cannot be read", got=str(reason.strerror), place=str(export)
        ) from None
    value = {
        "ok": True,
        "first": report.first,
        "last": report.head.size,
        "entries": report.entries,
        "head_sha256": report.head.sha256,
        "made_at": report.made_at,
        "approval_sha256": report.approval_sha256,
        "key": str(report.key),
    }
    text = (
        f"{report.entries} entries, {report.first} to {report.head.size}: each in its place, unchanged, "
        f"signed by {report.key.name}; head {report.head.sha256}"
    )
    typer.echo(json.dumps(value, ensure_ascii=False) if as_json else text)


def _head(text: str) -> "Head | None":
    from holdfast.audit import Head

    if not text:
        return None
    size, _, sha256 = text.partition(":")
    if not size.isdecimal() or len(sha256) != 64:
        raise UsageError("audit.head", "this is not a head", expected="SIZE:SHA256", got=repr(text[:90]))
    return Head(size=int(size), sha256=sha256)
