"""Writing an assessment's report: the page and its machine-readable twins, all of them or none."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from holdfast.errors import UsageError
from holdfast.findings.assessment import Assessment
from holdfast.report.assessment_page import assessment_page
from holdfast.report.machine_files import findings_json, tables_of, write_tables
from holdfast.report.page import Block, Section
from holdfast.report.render import render
from holdfast.report.svg import unchecked
from holdfast.tables._files import sync_file, sync_folder

REPORT = "report.html"


def write_report(
    assessment: Assessment,
    out: Path,
    *,
    more: Mapping[str, Sequence[Block]] | None = None,
    sections: Sequence[Section] = (),
) -> tuple[Path, ...]:
    """Write report.html, findings.json and the tables into `out`; the paths written, report.html last.

    Everything is made before the first file is put in place, and the page, which links to the others, comes
    last; so a reader finds the old report or the new one. `more` and `sections` as in `assessment_page`.
    Raises UsageError `report.out_is_lake` when `out` is a lake, whose key must never lie beside a report.
    """
    if (out / "lake.json").exists():
        raise UsageError(
            "report.out_is_lake",
            "a report is not written into a lake",
            place=str(out),
            hint="choose another folder for --out",
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    making = out.parent / f".{out.name}.{os.getpid()}.new"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        write_tables(tables_of(assessment), making)
        (making / "findings.json").write_bytes(findings_json(assessment))
        beside = sorted(path.name for path in making.iterdir())
        with unchecked():
            page = assessment_page(assessment, files=beside, more=more, sections=sections)
        (making / REPORT).write_bytes(render(page).encode("utf-8", "backslashreplace"))
        return _put([*beside, REPORT], making, out)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _put(names: Sequence[str], making: Path, out: Path) -> tuple[Path, ...]:
    for name in names:
        sync_file(making / name)
    if not out.exists():
        making.replace(out)
    else:
        for name in names:
            (making / name).replace(out / name)
        sync_folder(out)
    sync_folder(out.parent)
    return tuple(out / name for name in names)
