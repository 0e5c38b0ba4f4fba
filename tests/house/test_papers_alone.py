"""No room but `papers` parses what people write."""

import re
from pathlib import Path

SRC = Path(__file__).parents[2] / "src" / "holdfast"
PARSERS = re.compile(
    r"\btomllib\b|\bcsv\.(?:reader|DictReader)\b|\bjson\.loads?\(|[\"']replace[\"']\)|errors=\"replace\"|utf-8-sig"
)
MACHINE = {
    "access/exposure/lookups_forms.py": "CheckUser's log as MediaWiki writes it",
    "access/exposure/lookups_sql.py": "a dump of a database",
    "access/rules/policy_checks.py": "JSON of the Cedar library",
    "actions/sweeps/journal.py": "the executor's own journal",
    "canonical.py": "canonical and signed JSON",
    "crypto/master_key.py": "a key that the office wrote; its checksum tells any damage",
    "cli/explain.py": "the list of error codes that ships with Holdfast",
    "cli/office/upkeep.py": "an age identity that a program wrote; its checksum tells any damage",
    "elections/formats/scottish_csv.py": "ballots as counting machines write them",
    "elections/roll.py": "the committed roll that Holdfast wrote, held against its hash",
    "notices/wording.py": "texts that ship with Holdfast",
    "cli/record.py": "canonical texts of the log",
    "record": "signed and canonical texts have strict readers of their own",
    "report/text.py": "a hash of a text, nothing that is read",
    "report/machine_files.py": "schemas that ship with Holdfast",
    "sources": "dumps",
    "web/console/rooms/approvals.py": "what a browser's passkey answers",
    "web/console/sign_in.py": "what a browser's passkey answers",
    "web/console/words.py": "translations that ship with Holdfast",
    "wiki/client.py": "a wiki's answer, for an error's words",
    "wiki/posting.py": "a wiki's answer",
    "workflows/demo/throwaway_wiki.py": "what the throwaway wiki's programs print",
    "workflows/log/client.py": "a log server's answer",
    "workflows/log/witness.py": "a key that the log wrote",
    "workflows/office/master_keys.py": "a share that the office wrote; its checksum tells any damage",
}
"""Files and rooms that read what programs write, with what it is."""


def test_only_papers_reads_what_people_write() -> None:
    found = [path.relative_to(SRC) for path in SRC.rglob("*.py") if PARSERS.search(path.read_text("utf-8"))]
    names = {each.parts[0] if each.parts[0] in MACHINE else each.as_posix() for each in found}
    assert {name for name in names if not name.startswith("papers/")} == set(MACHINE)
