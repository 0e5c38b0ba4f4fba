"""`holdfast appeals table`: counts alone, from the office, without a browser."""

import json
from typing import Any

import pytest

from holdfast.cli import main
from store.offices import OfficeWorld
from workflows.office_appeals import ACCOUNT, AppealOffice


@pytest.mark.requirement("4.9")
def test_the_public_table_is_written_from_the_office(office: OfficeWorld, capsys: Any) -> None:
    AppealOffice(office).in_force().file()
    out = office.folder.parent / "table"
    given = ["--office", str(office.folder), "--keys", str(office.keys), "--out", str(out)]
    assert main(["appeals", "table", *given, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["whole"]["received"], found["whole"]["open_at_end"]) in ((1, 1), (0, 0))
    for name in ("appeals.json", "appeals.csv", "appeals.html"):
        assert ACCOUNT not in (out / name).read_text("utf-8")
    assert main(["appeals", "table", *given]) == 0
    assert "SHA-256" in capsys.readouterr().out
