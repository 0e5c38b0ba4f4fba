"""No promise without a door: what no command, page or clock reaches is no part of the product."""

import ast

from house.reach import ROOT, house

BEHIND_NO_DOOR = {
    # what stands in for the world, kept beside what it stands in for
    "holdfast.clock.fixed_clock": "the clock of tests",
    "holdfast.actions.sweeps.journal.FileJournal": "the journal without a database: tests, benches",
    "holdfast.workflows.log.client.ServedLog": "the log without a network: docs/record.md, laws of the log",
    "holdfast.workflows.demo.private_postgresql.PrivatePostgresql": "the database of tests and benches",
    "holdfast.workflows.demo.private_postgresql.private_postgresql": "the same",
    "holdfast.workflows.demo.throwaway_wiki.ThrowawayWiki.promote": "the wiki of tests",
    "holdfast.workflows.demo.throwaway_wiki.ThrowawayWiki.dump": "the same",
    "holdfast.worlds.governed.governed": "the world on which benches and laws of the measures rest",
    "holdfast.worlds.world.world_from": "a world without a file, for tests",
    # what a maintainer runs
    "holdfast.web.console.words.compiled": "scripts/console_words",
    "holdfast.web.console.words.catalogue": "scripts/console_words",
    "holdfast.notices.wording.wording_sha256": "docs/notices.md: how a native reader passes a text",
    "holdfast.tables.schema.Table.filled_by": "scripts/sources_page",
    # what results are compared with
    "holdfast.networks.agreement.degree_only": "bench/votes.py: the null that the published one is compared with",
    "holdfast.networks.bipartite_null.shared_objects": "bench/coaction_peers.py: the null of other programs",
    "holdfast.networks.bipartite_null.SharedPairs": "its result",
    "holdfast.record.merkle.tree_root": "the root by definition: the attacks on the log recompute it",
    "holdfast.report.machine_files.findings_schema": "the published schema: whoever reads the files checks with it",
    "holdfast.access.rules.console_rules.Verb": "the verbs that console.cedar knows; the calls give their text",
    # twins that only tests call; each is to go with what calls it
    "holdfast.actions.plans.collateral.WikiLoss.work_share_lost": "a share that the page counts for itself",
    "holdfast.crypto.age.fresh_identity": "an identity for tests of the sealed files",
    "holdfast.networks.poll.examine": "one election; the product looks at all",
    "holdfast.notices.notice.notice_for": "`render` with the kind as a field; docs/notices.md shows it",
    "holdfast.record.proof.parse_proof": "reads what `holdfast record prove` prints",
    "holdfast.report.index.entry_of": "an entry from an assessment; the product reads the files",
    "holdfast.report.page.table_of": "a table from rows",
    "holdfast.store.office.audit_rows.open_alarms": "tests ask it; the page of alarms reads them with their reader",
}
"""What stays though no door reaches it, and why."""


def test_every_public_function_is_reached_from_a_door_or_says_why_it_stays() -> None:
    found = house().behind_no_door()
    assert {key: place for key, place in found.items() if key not in BEHIND_NO_DOOR} == {}
    assert [key for key in BEHIND_NO_DOOR if key not in found] == [], "reached or gone: take it out of the list"


def test_a_function_that_only_a_test_calls_is_found() -> None:
    built = house()
    assert built.nodes["holdfast.notices.notice:notice_for"].key not in built.reached
    assert "holdfast.notices.notice:render" in built.reached


def test_every_test_that_shows_a_requirement_runs_what_a_door_reaches() -> None:
    built, shown, idle = house(), 0, []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if b"mark.requirement" not in (data := path.read_bytes()):
            continue
        for each in ast.parse(data).body:
            if isinstance(each, ast.FunctionDef) and "requirement" in "".join(map(ast.unparse, each.decorator_list)):
                shown += 1
                used = built.used_by_test(path, each.name)
                if not any(key in built.reached and built.nodes[key].kind in {"function", "class"} for key in used):
                    idle.append(f"{path.relative_to(ROOT)}::{each.name}")
    assert shown > 100
    assert not idle, "\n".join(idle)
