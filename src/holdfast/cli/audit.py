"""`holdfast audit …`: checking an export of the audit, with the file and a public key alone."""

import json
from pathlib import Path

import typer

from holdfast.errors import InputRefusedError, UsageError
from holdfast.parts import Part

PART = Part.BASE


def register(app: typer.Typer) -> None:
    """Add the commands."""
    audit = typer.Typer(help="Who read, decided and did what.", no_args_is_help=True)
    audit.command("verify")(verify)
    app.add_typer(audit, name="audit")


def verify(
    export: Path = typer.Argument(help="The exported file (JSON lines).", show_default=False),
    key: str = typer.Option(help="The office's verifier key, or a file that holds it.", show_default=False),
    head: list[str] = typer.Option(
        [], help="The sha256 of an `audit head` in the log: an entry of the export must have it. Repeat."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print JSON alone."),
) -> None:
    """Check that no entry is missing, moved or changed, and that the key signed the whole."""
    from holdfast.audit import check_export
    from holdfast.crypto.notes import parse_verifier_key

    place = Path(key)
    public = parse_verifier_key(place.read_text("utf-8") if place.is_file() else key)
    heads = {_checked(each) for each in head}
    try:
        with export.open("rb") as lines:
            report = check_export(lines, public, heads=heads)
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


def _checked(head: str) -> str:
    if len(head) != 64 or not set(head) <= set("0123456789abcdef"):
        raise UsageError("audit.head", "this is not a head", expected="64 hex digits", got=repr(head[:80]))
    return head
