"""A change of the rule book of access: versions that count, restricted jurisdictions, clocks."""

from collections.abc import Sequence

from holdfast.access.rules.rule_book import rule_book_from
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.errors import CheckFailedError
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What
from holdfast.workflows.office.shown import Shown


def _lines(office: Office, what: What) -> Sequence[Line]:
    book, before = rule_book_from(what["book"]).to_json(), what["before"] or {}
    return tuple(
        Line(label=name.replace("_", " "), values=_words(value) + _was(before.get(name), value))
        for name, value in book.items()
    )


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, dict):
        return tuple(f"{name}: {each}" for name, each in value.items())
    if isinstance(value, list):
        return tuple(" × ".join(each) if isinstance(each, list) else str(each) for each in value)
    return (str(value),)


def _was(before: object, value: object) -> tuple[str, ...]:
    return () if before is None or before == value else ("before: " + (", ".join(_words(before)) or "nothing"),)


def _execute(office: Office, approved: Approved[Request]) -> Shown:
    from holdfast.workflows.access.register import rule_book, set_rules

    what, now = approved.value.what, rule_book(office)
    if (now.to_json() if now else None) != what["before"]:
        raise CheckFailedError(
            "access.rules.moved",
            "the rule book has changed since this was proposed",
            hint="propose the change again, on the rule book of now",
        )
    set_rules(office, rule_book_from(what["book"]), by=approved.signatures[-1].member)
    return Shown(kind="rules")


PROPOSAL = ProposalKind(
    title="Rule book of access",
    means="Your signature changes which agreements count and which jurisdictions are restricted, at once.",
    ruled_as="freeze",
    roles=frozenset({"access_steward", "decider"}),
    lines=_lines,
    execute=_execute,
)
