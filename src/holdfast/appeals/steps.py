"""What can happen to an appeal: each function checks a wish against the state and gives the new facts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from holdfast.accounts.names import is_named_in
from holdfast.actions.steps.step import Step, undo
from holdfast.appeals.appeal import Appeal, AppealPolicy, Ineligible, Outcome, Route, Standing, Text
from holdfast.appeals.facts import APPEAL
from holdfast.appeals.links import Secret, no_such_link
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError
from holdfast.facts import SYSTEM, Fact, MemberId

TEXT_LIMIT = 20_000  # characters of one text; chosen


def open_route(
    route: Route, link: Secret, *, policy: AppealPolicy, now: datetime, by: MemberId = SYSTEM
) -> list[Fact]:
    """The link is made, for the notice. Only its hash goes into the fact. It works from `put_in_force` on.

    Raises UsageError `appeal.worse` when the route says that it can get worse and the policy says that it cannot,
    `appeal.until` when it is over already.
    """
    return [APPEAL.fact("route opened", at=now, by=by, body=_route_body(route, link, policy, now))]


def change_route(
    state: Appeal, route: Route, link: Secret, *, policy: AppealPolicy, now: datetime, by: MemberId = SYSTEM
) -> list[Fact]:
    """The plan was prepared anew, with a new link; the one before stops working. Raises as `open_route`."""
    APPEAL.check_state("route changed", state, now)
    return [APPEAL.fact("route changed", at=now, by=by, body=_route_body(route, link, policy, now))]


def _route_body(route: Route, link: Secret, policy: AppealPolicy, now: datetime) -> dict[str, Any]:
    if route.can_be_worse and policy.no_worse_on_own_appeal:
        raise UsageError(
            "appeal.worse",
            "the notice would say that an appeal can make it worse, and the office's policy says that it cannot",
            hint="correct the plan, or switch no_worse_on_own_appeal off and say so publicly",
        )
    if route.until is not None and route.until <= now:
        raise UsageError("appeal.until", "the time for this appeal would be over before it begins")
    return {"route": route.to_json(), "link_sha256": link.sha256}


def put_in_force(
    state: Appeal, barred: Mapping[MemberId, str], *, now: datetime, by: MemberId = SYSTEM
) -> list[Fact]:
    """The action is carried out: the link works from now on. `barred` had a part in the decision. Twice is once."""
    if state.in_force_at is not None:
        return []
    return [APPEAL.fact("in force", at=now, by=by, body={"barred": dict(barred)})]


def renew_link(state: Appeal, link: Secret, *, until: datetime | None, now: datetime, by: MemberId) -> list[Fact]:
    """A new link for a person who lost theirs or whose time is given anew; the old one stops working.

    Whatever was filed and decided: the person may have had no part in it. Raises CheckFailedError
    `appeal.not_in_force` while the action is only planned.
    """
    if state.in_force_at is None:
        raise CheckFailedError("appeal.not_in_force", "the action is not carried out; there is nothing to appeal yet")
    body = {"link_sha256": link.sha256, "until": None if until is None else until.isoformat()}
    return [APPEAL.fact("link renewed", at=now, by=by, body=body)]


def begin_filing(state: Appeal, *, now: datetime) -> list[Fact]:
    """The first facts of a filing's own stream: what the appeal is about, as the route has it now."""
    return [
        APPEAL.fact("route opened", at=now, by=SYSTEM, body={"route": state.route.to_json(), "link_sha256": ""}),
        APPEAL.fact("in force", at=now, by=SYSTEM, body={"barred": dict(state.route.barred)}),
    ]


def file_appeal(
    state: Appeal, *, text: str, language: str, told_can_be_worse: bool, receipt: Secret, code: str, now: datetime
) -> list[Fact]:
    """Somebody files through the link of this route; it goes into a stream of its own, after `begin_filing`.

    Whose words they are nobody knows before the code is saved with the account (`note_account_proven`): so the link
    is not used up by it. Raises CheckFailedError `appeal.link` when the link opens nothing; InputRefusedError
    `appeal.text`; UsageError `appeal.not_told` when the page did not say beforehand what holds (D4).
    """
    if not state.takes_filings(now):
        raise no_such_link()
    if told_can_be_worse != state.route.can_be_worse:
        raise UsageError("appeal.not_told", "the person must be told beforehand whether an appeal can make it worse")
    if not _says_something(text) or len(text) > TEXT_LIMIT:
        raise InputRefusedError(
            "appeal.text", "write what you object to", expected=f"1 to {TEXT_LIMIT} characters", got=f"{len(text)}"
        )
    body = {
        "text": text,
        "language": language,
        "told_can_be_worse": told_can_be_worse,
        "receipt_sha256": receipt.sha256,
        "code": code,
    }
    return [APPEAL.fact("received", at=now, by=SYSTEM, body=body)]


def note_account_proven(state: Appeal, wiki: str, revision: int, *, now: datetime) -> list[Fact]:
    """The code of a filing was read back in an edit of the account itself. Once.

    Raises CheckFailedError `appeal.standing` for what is decided, and for an old filing, which has no code.
    """
    if state.is_proven:
        return []
    APPEAL.check_state("account proven", state, now)
    if state.filing is None or not state.filing.code:
        raise CheckFailedError(
            "appeal.standing", "this appeal has no code", hint="ask for a new link, and file again through it"
        )
    return [APPEAL.fact("account proven", at=now, by=SYSTEM, body={"wiki": wiki, "revision": revision})]


def close_link(state: Appeal, *, now: datetime) -> list[Fact]:
    """The person has filed and proven it: the route's link opens nothing more, until a reader makes a new one."""
    return [APPEAL.fact("link closed", at=now, by=SYSTEM)] if state.link_works and state.in_force_at else []


def find_eligible(state: Appeal, *, now: datetime, by: MemberId) -> list[Fact]:
    """It is taken up. Raises CheckFailedError `appeal.standing`, `appeal.barred`."""
    APPEAL.check_state("found eligible", state, now)
    _check_not_barred(state, by)
    return [APPEAL.fact("found eligible", at=now, by=by)]


def refuse(state: Appeal, code: Ineligible, message: Text, *, now: datetime, by: MemberId) -> list[Fact]:
    """It is not taken up, with a code and a message.

    Raises as `find_eligible`, InputRefusedError `appeal.message`, and CheckFailedError `appeal.code` for a code that
    says what is not so.
    """
    _need(state, now, Standing.RECEIVED)
    _check_not_barred(state, by)
    if code is Ineligible.NOT_THE_PERSON and state.is_proven:
        raise CheckFailedError("appeal.code", "the account itself has shown that this is theirs")
    return [_decision(Outcome.INELIGIBLE, message, {"code": code.value}, now=now, by=by)]


def assign(
    state: Appeal, reader: MemberId, *, barred: Mapping[MemberId, str], now: datetime, by: MemberId
) -> list[Fact]:
    """A different person gets the whole file (3.11). `barred` adds recusals of now to those of the route.

    Raises CheckFailedError `appeal.standing`, `appeal.barred` when the reader had a part in the decision, is recused,
    or stood aside.
    """
    APPEAL.check_state("assigned", state, now)
    _check_not_barred(state, reader, barred)
    return [APPEAL.fact("assigned", at=now, by=by, body={"reader": reader})]


def stand_aside(state: Appeal, *, now: datetime, by: MemberId) -> list[Fact]:
    """The reader gives the appeal back, and cannot get it again. Raises CheckFailedError `appeal.not_yours`."""
    APPEAL.check_state("stood aside", state, now)
    _check_reader(state, by)
    return [APPEAL.fact("stood aside", at=now, by=by)]


def decide(
    state: Appeal,
    outcome: Outcome,
    message: Text,
    *,
    now: datetime,
    by: MemberId,
    barred: Mapping[MemberId, str],
    is_worse: bool = False,
    new_measure: Text = "",
    measure: Mapping[str, str] | None = None,
    asked_back: Text = "",
    public_note: str = "",
) -> list[Fact]:
    """The reader decides, with a message to the person (3.12).

    To overturn asks for a public note and gives the order to restore; to change asks for what holds instead and
    whether that is worse; to send back asks for the questions. Raises CheckFailedError `appeal.standing`,
    `appeal.not_yours`, `appeal.barred`, `appeal.worse` when the person had been told that it cannot get worse, or
    when nobody knows that it was the person who filed;
    InputRefusedError `appeal.message`, `appeal.note`, `appeal.measure`, `appeal.questions`, `appeal.outcome`.
    """
    _need(state, now, Standing.ASSIGNED)
    _check_reader(state, by)
    _check_not_barred(state, by, barred)
    if outcome is Outcome.INELIGIBLE:
        raise InputRefusedError("appeal.outcome", "an appeal that was taken up is decided, not refused")
    if is_worse:
        check_may_be_worse(state, outcome)
    asked: Mapping[Outcome, tuple[str, Text]] = {
        Outcome.OVERTURN: ("note", public_note),
        Outcome.CHANGE: ("measure", new_measure),
        Outcome.REMAND: ("questions", asked_back),
    }
    for name, (code, text) in asked.items():
        if (name is outcome) != _is_text(text):
            raise InputRefusedError(
                f"appeal.{code}", f"to {name} needs a text of its own, and no other outcome has it", got=outcome.value
            )
    if outcome is Outcome.OVERTURN:
        _check_names_nobody(state, public_note)
    more = {
        "is_worse": is_worse,
        "new_measure": _plain(new_measure),
        "asked_back": _plain(asked_back),
        "public_note": public_note,
        "measure": dict(measure or {}),
        "restoration": restoration_order(state) if outcome is Outcome.OVERTURN else {},
    }
    return [_decision(outcome, message, more, now=now, by=by)]


def check_may_be_worse(state: Appeal, outcome: Outcome) -> None:
    """Return when an outcome may be more severe than the action (D4). Raises CheckFailedError `appeal.worse`."""
    if outcome is not Outcome.CHANGE or not state.route.can_be_worse:
        raise CheckFailedError(
            "appeal.worse",
            "the person was told that their appeal cannot make it worse",
            hint="what else has come to light is another case, with its own evidence",
        )
    if not state.is_proven:
        raise CheckFailedError(
            "appeal.worse",
            "nobody knows that the person filed this: what a stranger sends makes nothing worse for them",
            hint="wait until the account is proven, or decide without making it worse",
        )


def note_told(state: Appeal, way: str, *, now: datetime, by: MemberId = SYSTEM) -> list[Fact]:
    """The outcome was told: on the receipt's page, on the talk page. Once for each way."""
    APPEAL.check_state("person told", state, now)
    return [] if way in state.told else [APPEAL.fact("person told", at=now, by=by, body={"way": way})]


def note_carried_out(state: Appeal, carried_out_by: str, *, now: datetime, by: MemberId = SYSTEM) -> list[Fact]:
    """What the outcome asks for is in force on the wikis, read back; `carried_out_by` names the sweep or plan."""
    APPEAL.check_state("carried out", state, now)
    return [APPEAL.fact("carried out", at=now, by=by, body={"by": carried_out_by})]


def note_said_publicly(state: Appeal, entry: int, *, now: datetime, by: MemberId = SYSTEM) -> list[Fact]:
    """The public log has the outcome."""
    APPEAL.check_state("said publicly", state, now)
    return [APPEAL.fact("said publicly", at=now, by=by, body={"entry": entry})]


def note_remand_answered(state: Appeal, *, now: datetime, by: MemberId) -> list[Fact]:
    """Those to whom it was sent back have answered. Raises CheckFailedError `appeal.standing`."""
    APPEAL.check_state("remand answered", state, now)
    if state.decided is None or state.decided.outcome is not Outcome.REMAND:
        raise CheckFailedError("appeal.standing", "this appeal was not sent back")
    return [APPEAL.fact("remand answered", at=now, by=by)]


def restoration_order(state: Appeal, reason: str = "overturned on appeal") -> dict[str, Any]:
    """The order that gives back what the action took: the same plan, undone for this action alone (3.14)."""
    return {"plan": state.route.plan, "actions": [state.route.action], "reason": reason}


def restored_by(steps: Sequence[Step], reason: str) -> tuple[Step, ...]:
    """The writes that lead back from what an action's steps have done, by their before-states, last first."""
    back = [step for each in steps for step in undo(each, reason=reason)]
    return tuple(sorted(back, key=lambda step: (step.phase, step.id)))


def public_payload(state: Appeal, *, role: str, about: int | None) -> dict[str, Any]:
    """What the public log says of an outcome: which, why in words that name nobody, decided by which role."""
    if state.decided is None:
        raise UsageError("appeal.standing", "there is no outcome to publish")
    reason = state.decided.public_note or PUBLIC_REASONS[state.decided.outcome]
    if state.decided.code is not None:
        reason = f"{reason} ({state.decided.code.value})"
    return {"outcome": state.decided.outcome.value, "reason": reason, "decided_by": role} | (
        {} if about is None else {"about": about}
    )


PUBLIC_REASONS: Mapping[Outcome, str] = {
    Outcome.UPHOLD: "the decision stands after another person has read the whole file",
    Outcome.OVERTURN: "the decision was overturned; what it took is to be given back",
    Outcome.CHANGE: "the decision was changed after another person has read the whole file",
    Outcome.REMAND: "the decision was sent back with questions",
    Outcome.INELIGIBLE: "the appeal was not taken up",
}


def _decision(outcome: Outcome, message: Text, more: Mapping[str, Any], *, now: datetime, by: MemberId) -> Fact:
    if not _is_text(message):
        raise InputRefusedError(
            "appeal.message", "every outcome has a message to the person", expected="a text, or one with English"
        )
    nothing: dict[str, Any] = {
        "code": None,
        "is_worse": False,
        "new_measure": "",
        "asked_back": "",
        "public_note": "",
        "restoration": {},
    }
    body = {"outcome": outcome.value, "message": _plain(message), **nothing, **more}
    return APPEAL.fact("decided", at=now, by=by, body=body)


def _plain(text: Text) -> str | dict[str, str]:
    return text if isinstance(text, str) else dict(text)


def _says_something(text: str) -> bool:
    return any(each.isalnum() for each in text)


def _is_text(text: Text) -> bool:
    if isinstance(text, str):
        return _says_something(text) and len(text) <= TEXT_LIMIT
    return "en" in text and all(_is_text(each) for each in text.values())


def _check_names_nobody(state: Appeal, note: str) -> None:
    if is_named_in(state.route.account, note):
        raise InputRefusedError(
            "appeal.note",
            "the public note names the person",
            hint="say what was overturned without the name; the log's earlier entry tells which action it was",
        )


def _need(state: Appeal, now: datetime, standing: Standing) -> None:
    """For the two ways to decide: not taking up what was received, and the outcome of what was assigned."""
    if state.standing(now) is not standing:
        raise CheckFailedError(
            "appeal.standing",
            "this cannot be done as the appeal stands",
            expected=standing,
            got=state.standing(now).value,
        )


def _check_reader(state: Appeal, by: MemberId) -> None:
    if state.reader != by:
        raise CheckFailedError("appeal.not_yours", "only the reader to whom the appeal is assigned decides it")


def _check_not_barred(state: Appeal, member: MemberId, barred: Mapping[MemberId, str] | None = None) -> None:
    reasons = {**dict.fromkeys(state.stood_aside, "stood aside"), **(barred or {}), **state.route.barred}
    if member in reasons:
        raise CheckFailedError(
            "appeal.barred",
            "an appeal goes to a different person",
            got=reasons[member],
            hint="assign it to a reader who had no part in the decision",
            offender=member,
        )
