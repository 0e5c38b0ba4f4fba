"""What tests of sweeps share: a plan of every kind, two people who sign it, and the means to run it at once."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from approval.software_passkey import ORIGIN, RP_ID, member
from holdfast.actions.plans.file import parse_plan
from holdfast.actions.plans.orders import SignedOff, SignOff, check_sign_off
from holdfast.actions.plans.plan import Plan, plan_sha256
from holdfast.actions.plans.planning import prepare, with_reports
from holdfast.actions.steps.ports import WikiHand
from holdfast.actions.sweeps.crew import Crew
from holdfast.actions.sweeps.journal import FileJournal, Journal
from holdfast.actions.sweeps.means import Means, Patience
from holdfast.approval import Approved, Request, check_approved, fresh_request
from holdfast.ids import WikiName

NOW = datetime(2026, 9, 13, 16, 13, tzinfo=UTC)
FIRST, SECOND = member(1), member(2)
LAWYER = member(3, roles=frozenset({"legal"}))
HASTE = Patience(busy=(0.0,), busy_longest=0.0, settle=0.0, poll=(0.0,), tries=3, redo=2)
"""Waits for nothing: a busy wiki stops the run at once, and what does not show is repeated at once."""

HEAD = """
plan = "p-1"
jurisdictions_touched = ["J1"]
accepts_unchecked_texts = ["zh-Hans", "zh-Hant", "fa", "hr"]
[[wiki]]
name = "eastwiki"
language = "en"
[[wiki]]
name = "westwiki"
language = "fa"
[every_action]
language = "fa"
decider_role = "the response team"
evidence_class = ["public_edits"]
rule = { text = "Terms of Use, section 4" }
period = { start = 2025-01-01, end = 2025-12-31 }
milder_step = "A talk."
milder_not_enough = "It went on."
appeal = { appealable = true, body = "the review committee", until = 2027-12-31 }
road_back = { conditions = "A year without it.", earliest = 2027-01-01, decider = "the review committee" }
test = { legal = "The Terms of Use.", necessary = "Nothing milder helped.", proportional = "It can end." }
"""


def group(kind: str, targets: Sequence[str], params: str = "", **more: str) -> str:
    """One group of a plan file, as TOML."""
    lines = ["[[group]]", f"kind = {kind!r}", f"targets = {[str(each) for each in targets]!r}"]
    lines += [f"params = {params}"] if params else []
    return "\n".join([*lines, *(f"{name} = {value}" for name, value in more.items()), ""])


def every_kind(ban: str, desysop: str, warn: str, page: str, back: str = "") -> str:
    """One action of each kind that two wikis without CentralAuth can carry out."""
    return HEAD + "".join(
        (
            group("global_ban", [ban], '{ reason = "see your talk page" }'),
            group("rights_removal", [desysop], '{ groups = "all", reason = "see your talk page" }'),
            group("warning", [warn], conduct='"calling people to a vote"'),
            group(
                "protection",
                [page],
                '{ protection = { edit = ["sysop", "infinity"] }, reason = "quiet" }',
                wikis='["eastwiki"]',
            ),
        )
        + (
            (
                group(
                    "rights_restoration",
                    [back],
                    '{ groups = { eastwiki = { sysop = "infinity" } }, reason = "back" }',
                    wikis='["eastwiki"]',
                ),
            )
            if back
            else ()
        )
    )


def made(text: str, hands: Mapping[WikiName, WikiHand]) -> Plan:
    """The plan of a file's text, prepared on these wikis."""
    draft, places = parse_plan(text.encode(), "plan.toml")
    ready = prepare(
        draft, hands, appeal_link=lambda action: f"https://office.example/appeal/{action}", now=NOW, places=places
    )
    return with_reports(ready, collateral={"wikis": []}, preflight={"problems": []})


def signed(kind: str, value: Any, *, at: datetime = NOW, what: Mapping[str, Any] | None = None) -> Approved[Any]:
    """A value as two people approve it."""
    request = fresh_request(kind, what or value.to_json(), now=at, lasts=timedelta(days=30))
    return check_approved(
        value,
        content=request.content(),
        signatures=[each.sign(request.content(), at=at) for each in (FIRST, SECOND)],
        approvers=[FIRST.approver, SECOND.approver],
        now=at,
        rp_id=RP_ID,
        origins=frozenset({ORIGIN}),
        max_age=timedelta(hours=1),
        role=frozenset({"decider"}),
        barred={},
    )


def signed_off(plan: Plan, *, at: datetime = NOW, by: Any = LAWYER) -> list[SignedOff]:
    """The legal sign-off of each jurisdiction that a plan touches."""
    found = []
    for name in plan.jurisdictions_touched:
        value = SignOff(plan=plan.id, plan_sha256=plan_sha256(plan), jurisdiction=name)
        request: Request = fresh_request("sign-off", value.to_json(), now=at, lasts=timedelta(days=30))
        signature = by.sign(request.content(), at=at)
        found.append(
            check_sign_off(
                value,
                request=request,
                signature=signature,
                approvers=[by.approver],
                barred=frozenset(),
                now=at,
                rp_id=RP_ID,
                origins=frozenset({ORIGIN}),
                max_age=timedelta(hours=1),
            )
        )
    return found


def means(
    journal: Journal | Path,
    operators: Mapping[str, Sequence[Callable[[], WikiHand]]],
    alarms: list[tuple[str, Mapping[str, Any]]] | None = None,
    **more: Any,
) -> Means:
    """Means without waiting."""
    told = alarms if alarms is not None else []
    given: dict[str, Any] = {"patience": HASTE, "lanes": 1, "clock": lambda: NOW, "sleep": lambda _: None} | more
    return Means(
        crew=Crew({WikiName(name): hands for name, hands in operators.items()}),
        journal=FileJournal(journal) if isinstance(journal, Path) else journal,
        alarm=lambda code, what, detail: told.append((code, detail)),
        runner=f"test {os.getpid()}",
        **given,
    )
