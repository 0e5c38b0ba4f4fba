"""What the code cites is in the house: requirements, decisions and pages of the docs."""

import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "src" / "holdfast").rglob("*.py"))
_NUMBER = r"(?:[1-9]\.[0-9]{1,2}|[DE][0-9]{1,2})"
_LIST = re.compile(rf"\(({_NUMBER}(?:,? (?:and )?{_NUMBER})*)\)")


def said() -> Iterator[tuple[str, str]]:
    """Every docstring and comment, and the other texts, with the place."""
    for path in FILES:
        with path.open("rb") as file:
            for token in tokenize.tokenize(file.readline):
                if token.type in (tokenize.STRING, tokenize.COMMENT):
                    yield f"{path.relative_to(ROOT)}:{token.start[0]}", token.string


def test_every_requirement_that_is_cited_has_its_row() -> None:
    data = tomllib.loads((ROOT / "docs" / "requirements.toml").read_text("utf-8"))
    rows = {row["id"] for row in data["row"]}
    cited = [
        (place, number)
        for place, text in said()
        for group in _LIST.findall(text)
        for number in re.findall(_NUMBER, group)
    ]
    assert len(cited) > 50
    assert not [each for each in cited if each[1] not in rows]


def test_every_decision_that_is_cited_has_its_page() -> None:
    pages = {path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")}
    cited = [
        (place, number) for place, text in said() for number in re.findall(r"\b[Dd]ecision ([0-9]{2,4})\b", text)
    ]
    assert cited
    assert not [each for each in cited if each[1].zfill(4) not in pages]


def test_every_page_of_the_docs_that_is_cited_is_there() -> None:
    cited = [(place, page) for place, text in said() for page in re.findall(r"\bdocs/[\w/-]+\.(?:md|toml)", text)]
    assert cited
    assert not [each for each in cited if not (ROOT / each[1]).is_file()]
