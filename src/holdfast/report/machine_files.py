"""The machine-readable twins of a report: findings.json, and each table as Parquet and CSV.

Columns, types and keys stand in `schemas/tables.schema.json`, the form of findings.json in
`schemas/findings.schema.json`. Rows are ordered by key, never by a score; a table without rows has its columns.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from holdfast.findings.areas import areas_of
from holdfast.findings.assessment import Assessment

FORMAT = "holdfast-findings-1"
_TYPES = {
    "string": pa.string(),
    "double": pa.float64(),
    "int64": pa.int64(),
    "date32": pa.date32(),
    "bool": pa.bool_(),
}


@dataclass(frozen=True, kw_only=True)
class TableForm:
    """The committed columns and key of one table of a report."""

    name: str
    meaning: str
    key: tuple[str, ...]
    schema: pa.Schema


def table_forms() -> dict[str, TableForm]:
    """Every table that a report has beside it, by name."""
    return {
        name: TableForm(
            name=name,
            meaning=form["meaning"],
            key=tuple(form["key"]),
            schema=pa.schema([(column, _TYPES[kind]) for column, kind in form["columns"].items()]),
        )
        for name, form in _schema("tables").items()
    }


def findings_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that every findings.json obeys."""
    return _schema("findings")


def tables_of(assessment: Assessment) -> dict[str, pa.Table]:
    """The assessment's tables as Arrow, in the committed form."""
    makers = {
        "measures": _measures,
        "findings": _findings,
        "evidence": _evidence,
        "tests": _tests,
        "provenance": _provenance,
    }
    return {name: arrow_table(form, makers[name](assessment)) for name, form in table_forms().items()}


def arrow_table(form: TableForm, rows: Iterator[Mapping[str, Any]]) -> pa.Table:
    """Rows in the form's columns and types, ordered by its key; a row without a key part comes first."""

    def by_key(row: Mapping[str, Any]) -> list[tuple[bool, Any]]:
        return [(row[part] is not None, row[part]) for part in form.key]

    return pa.Table.from_pylist(sorted(rows, key=by_key), schema=form.schema)


def findings_json(assessment: Assessment) -> bytes:
    """The findings with all that is needed to judge them; the same assessment gives the same bytes."""
    found = {
        "format": FORMAT,
        "wiki": assessment.wiki,
        "as_of": assessment.as_of,
        "names": assessment.names,
        "labels": assessment.labels,
        "family": asdict(assessment.family),
        "areas": {
            str(area): {
                "said": str(each.said),
                "findings": each.findings,
                "measures": {name: str(said) for name, said in each.measures.items()},
            }
            for area, each in areas_of(assessment).items()
        },
        "runs": [asdict(each) for each in assessment.runs],
        "false_alarms": None if assessment.false_alarms is None else asdict(assessment.false_alarms),
        "findings": [asdict(each) for each in sorted(assessment.findings, key=lambda finding: finding.id)],
        "tests": [
            asdict(each)
            for each in sorted(assessment.tests, key=lambda test: (test.measure, test.null, str(test.period_end)))
        ],
        "changes": [
            asdict(each) for each in sorted(assessment.changes, key=lambda change: (change.measure, change.at))
        ],
        "measures": {name: asdict(each) for name, each in assessment.measures.items()},
        "lorenz": assessment.lorenz,
        "coverage": assessment.coverage,
        "inputs": assessment.inputs,
        "versions": assessment.versions,
        "rerun": assessment.rerun,
    }
    text = json.dumps(found, default=_plain, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def write_tables(tables: Mapping[str, pa.Table], folder: Path) -> None:
    """Each table as NAME.parquet and NAME.csv in a folder that nobody reads yet."""
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd", version="2.6", store_schema=False)
        (folder / f"{name}.csv").write_bytes(csv_bytes(table))


def csv_bytes(table: pa.Table) -> bytes:
    """A table as CSV: UTF-8, one heading line, no value as an empty field, true and false, full precision."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.column_names)
    for row in table.to_pylist():
        writer.writerow([_csv_cell(value) for value in row.values()])
    return out.getvalue().encode("utf-8", "backslashreplace")


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"findings.json cannot hold a {type(value).__name__}")


def _measures(assessment: Assessment) -> Iterator[Mapping[str, Any]]:
    for each in assessment.values:
        yield {
            "wiki": each.wiki,
            "measure": each.measure,
            "period_start": each.period_start,
            "period_end": each.period_end,
            "value": each.value,
            "low": each.low,
            "high": each.high,
            "n": each.n,
            "unit": each.unit,
            "status": str(each.status),
        }


def _findings(assessment: Assessment) -> Iterator[Mapping[str, Any]]:
    for each in assessment.findings:
        yield {
            "wiki": each.wiki,
            "id": each.id,
            "area": str(each.area),
            "measure": each.measure,
            "period_start": each.period_start,
            "period_end": each.period_end,
            "claim": each.claim,
            "null_model": each.null,
            "p": each.p,
            "q": each.q,
            "effect": each.effect,
            "tell_apart": each.tell_apart,
        }


def _evidence(assessment: Assessment) -> Iterator[Mapping[str, Any]]:
    for finding in assessment.findings:
        for table_number, table in enumerate(finding.evidence, start=1):
            for row_number, row in enumerate(table.rows, start=1):
                for column_number, (column, value) in enumerate(zip(table.columns, row, strict=True), start=1):
                    yield {
                        "wiki": finding.wiki,
                        "finding": finding.id,
                        "table_number": table_number,
                        "caption": table.caption,
                        "row_number": row_number,
                        "column_number": column_number,
                        "column": column,
                        "value": None if value is None else str(value),
                    }


def _tests(assessment: Assessment) -> Iterator[Mapping[str, Any]]:
    for each in assessment.tests:
        yield {
            "wiki": assessment.wiki,
            "measure": each.measure,
            "null_model": each.null,
            "period_start": each.period_start,
            "period_end": each.period_end,
            "p": each.p,
            "q": each.q,
            "found": each.found,
        }


def _provenance(assessment: Assessment) -> Iterator[Mapping[str, Any]]:
    coverage = assessment.coverage
    kinds: dict[str, list[tuple[str, str | None, int | None]]] = {
        "input": [(each["name"], each.get("sha256"), each.get("size_bytes")) for each in assessment.inputs],
        "version": [(name, version, None) for name, version in sorted(assessment.versions.items())],
        "command": [(f"step {number}", line, None) for number, line in enumerate(assessment.rerun, start=1)],
        "dropped": [(reason, str(count), None) for reason, count in sorted(coverage.get("dropped", {}).items())],
        "note": [(f"note {number}", text, None) for number, text in enumerate(coverage.get("notes", ()), start=1)],
    }
    for kind, rows in kinds.items():
        for number, (name, value, size_bytes) in enumerate(rows, start=1):
            row = {"wiki": assessment.wiki, "kind": kind, "number": number}
            yield {**row, "name": name, "value": value, "size_bytes": size_bytes}


def _schema(name: str) -> dict[str, Any]:
    text = (files("holdfast.report") / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
