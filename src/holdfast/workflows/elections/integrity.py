"""Integrity of one open election: rules, outcome, margin, groups that vote together, false alarms; one page."""

import json
from pathlib import Path
from typing import Any

from holdfast.networks.election_integrity import Integrity, document
from holdfast.report.pages.integrity import integrity_page
from holdfast.report.render import write_page
from holdfast.tables._files import write_atomically


def write_integrity(found: Integrity, out: Path) -> dict[str, Any]:
    """`integrity.json` and `integrity.html`; gives back what the first holds."""
    content = document(found)
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / "integrity.json", json.dumps(content, ensure_ascii=False, indent=1).encode())
    write_page(integrity_page(found), out / "integrity.html")
    return content
