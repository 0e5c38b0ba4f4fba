"""A register with the canary in every name and text, a freeze of two, and a review in which all was written."""

import tempfile
from pathlib import Path

from web.everywhere import CANARY, PlantedOffice

HEAD = (
    "account,wiki,wiki_language,right,grant_begins,agreement_version,agreement_signed,"
    "jurisdiction,jurisdiction_source,jurisdiction_date,former_names\n"
)


def row(number: int, place: str) -> str:
    name = f"{CANARY} holder {number}"
    return f"{name},enwiki,en,checkuser,2020-01-01,3,2019-12-01,{place},{CANARY},2019-12-01,{name} before\n"


def PLANT(made: PlantedOffice) -> list[str]:
    """Three people, two of them frozen."""
    from holdfast.access.freezes.order import Scope
    from holdfast.access.freezes.review import Outcome
    from holdfast.access.rules.rule_book import RuleBook
    from holdfast.workflows.access import register
    from holdfast.workflows.freezes import freeze, holding, review

    office, steward, decider = made.world.office, made.members["access_steward"], made.members["decider"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.csv"
        path.write_text(HEAD + row(1, "J1") + row(2, "J1") + row(3, "J2"), "utf-8")
        register.import_file(office, steward.reader(), path, "csv", wiki="", version="")
    scope = Scope(rights=frozenset({"checkuser"}), jurisdictions=frozenset({"J1"}))
    proposal = freeze.propose_freeze(office, steward.reader(), scope, reason=f"{CANARY} reason")
    made.world.approve(proposal, steward, decider)
    number = made.world.carry_out(proposal, decider).id
    frozen = holding.read_freeze(office, steward.reader(), number)
    first = sorted(frozen.reviews.values())[0].id
    for write in (review.statement, review.evidence):
        write(office, steward.reader(), first, text=f"{CANARY} words")
    review.ask(office, steward.reader(), first, what=f"{CANARY} question")
    waiting = review.propose_outcome(
        office,
        steward.reader(),
        first,
        outcome=Outcome.RESTORE,
        reason=f"{CANARY} reason",
        reason_code="SAFE",
    )
    lifted = freeze.propose_lift(office, steward.reader(), number, reason=f"{CANARY} end")
    rules = register.propose_rules(office, steward.reader(), RuleBook(current_versions=frozenset({"3"})))
    person = next(iter(frozen.reviews)).id
    return [
        "/register/",
        "/register/names/",
        "/register/add/",
        "/register/import/",
        "/register/what-if/",
        "/register/noticeboard/",
        "/register/noticeboard/page/",
        "/register/noticeboard/wikitext/",
        "/register/rules/",
        f"/register/person/{person}/",
        "/freezes/",
        "/freezes/new/",
        f"/freezes/{number}/",
        f"/freezes/{number}/people/",
        "/reviews/",
        f"/reviews/{first}/",
        f"/approvals/freeze/{proposal.id}/",
        f"/approvals/review-outcome/{waiting.id}/",
        f"/approvals/freeze-lift/{lifted.id}/",
        f"/approvals/access-rules/{rules.id}/",
    ]
