"""No address, no name and no free text of a living person lies in the repository's data."""

import hashlib
import ipaddress
import re
from pathlib import Path

import pytest

from holdfast.sources._compression import decompressed

ROOT = Path(__file__).parents[2]
DATA = sorted(
    path for folder in ("data", "tests/data") for path in (ROOT / folder).rglob("*") if path.is_file()
)  # fmt: skip
DEMO = ROOT / "data" / "demo"
REAL = ("enwiki-rfa", "enwiki-blocks", "cocktails")
_ADDRESS_4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
_ADDRESS_6 = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){3,7}(?::?[0-9A-Fa-f]{1,4})?(?![\w:])")
# ranges that no person can have: RFC 5737, RFC 3849, this machine, and the placeholder "any"
_INVENTED = [
    ipaddress.ip_network(text)
    for text in (
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "127.0.0.0/8", "::1/128", "0.0.0.0/32",
    )
]  # fmt: skip


def addresses_in(text: str) -> set[str]:
    """Addresses that could be somebody's."""
    found = set()
    for word in [*_ADDRESS_4.findall(text), *_ADDRESS_6.findall(text)]:
        try:
            address = ipaddress.ip_address(word)
        except ValueError:
            continue
        if not any(address in network for network in _INVENTED if network.version == address.version):
            found.add(word)
    return found


def text_of(path: Path) -> str:
    return b"".join(decompressed(path)).decode("utf-8", "replace")


def test_the_search_finds_an_address() -> None:
    assert addresses_in("by 8.8.4.4, and 2a02:1:2:3:4:5:6:7;") == {"8.8.4.4", "2a02:1:2:3:4:5:6:7"}
    assert not addresses_in("192.0.2.7 and 2001:DB8:0:0:0:0:0:1 at 10:20:30 in 1.39.17")


@pytest.mark.parametrize("path", DATA, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_data_file_holds_an_address(path: Path) -> None:
    assert not addresses_in(text_of(path)) if path.stat().st_size else True


def test_the_folder_of_sock_puppets_is_not_here() -> None:
    assert not [path for path in DATA if "socks" in path.parts]


@pytest.mark.parametrize("wiki", REAL)
def test_a_prepared_copy_holds_codes_where_the_original_held_names(wiki: str) -> None:
    code = re.compile(r"(Editor|Address|Range|Autoblock)-[a-z2-7]{7}\Z")
    columns = {
        "enwiki-rfa": {"voter_id": 0, "candidate_id": 1},
        "enwiki-blocks": {"user": 6},
        "cocktails": {"contributor_name": 6},
    }[wiki]
    (path,) = [each for each in (DEMO / wiki).iterdir() if each.suffix in {".gz", ".xz"} and ".csv" in each.name]
    lines = text_of(path).splitlines()
    header = lines[0].split(",")
    for name, place in columns.items():
        # counted from the end where a quoted field lies before it
        from_end = place - len(header)
        assert header[place] == name
        seen = {line.split(",")[from_end] for line in lines[1:]} - {"", "nameless", "Anonymous"}
        assert not [name for name in seen if not code.match(name)][:3]


@pytest.mark.parametrize("wiki", REAL)
def test_the_hashes_on_the_page_are_those_of_the_files(wiki: str) -> None:
    page = (DEMO / wiki / "SOURCE.md").read_text("utf-8")
    for path in (DEMO / wiki).iterdir():
        if path.name != "SOURCE.md":
            assert f"| {path.name} | {hashlib.sha256(path.read_bytes()).hexdigest()} |" in page
    for said in ("Origin:", "Licence:", "Prepared:", "Changes"):
        assert said in page


def test_no_data_goes_into_the_wheel() -> None:
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    assert 'packages = ["src/holdfast"]' in settings
    assert not [path for path in (ROOT / "src").rglob("*") if path.suffix in {".csv", ".gz", ".xz", ".parquet"}]
