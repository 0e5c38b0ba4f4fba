"""The plan as a person writes it: a TOML or JSON file. `holdfast plan template` prints one with comments.

Actions that share their reasons form a group; what a target has of its own stands beside its name and counts before
the group's, and the group's before what stands under `every_action`.
"""

from collections.abc import Mapping
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from holdfast.actions.plans.grounds import Appeal, Grounds, RoadBack, ThreePartTest, Withheld
from holdfast.actions.plans.plan import (
    Aftercare,
    Gate,
    IfAlready,
    OnFailure,
    Plan,
    PlanId,
    PlannedAction,
    PlannedWiki,
    action_id,
    plan_id,
)
from holdfast.actions.steps.kind import Action, End, Purpose, TargetType, all_kinds, no_such_kind
from holdfast.actions.steps.ports import INFINITY
from holdfast.clock import parse_at
from holdfast.errors import HoldfastError, PaperRefusedError, Problem
from holdfast.ids import WikiName, wiki_name
from holdfast.notices.kinds import EvidenceClass, ReasonCode
from holdfast.papers.documents import Document, KeyPath
from holdfast.papers.fields import Fields, closed, parse_file, read_file, shape_asked

PlaceOf = Mapping[str, str]
"""Where in the file each action stands, by its id."""


def template() -> str:
    """A plan file with comments, to be filled in. It is complete: it passes the check as it stands."""
    return files("holdfast.actions.plans").joinpath("plan_template.toml").read_text("utf-8")


def read_plan(path: Path) -> tuple[Plan, PlaceOf]:
    """The plan of a file. Raises InputRefusedError `plan.file` with every problem of its form at once."""
    return _plan_of(read_file(path))


def parse_plan(data: bytes, place: str, *, is_json: bool = False) -> tuple[Plan, PlaceOf]:
    """The same from bytes."""
    return _plan_of(parse_file(data, place, is_json=is_json))


_TABLES = """
expiry = "2030-01-01"
params = {}
rule = {}
period = {}
test = {}
appeal = {}
road_back = {}
withheld = [{}]
"""
_SPECIMEN = f"""
aftercare = {{}}
wiki = [{{}}]
phase = [{{}}]
[every_action]
{_TABLES}
[[group]]
targets = ["A"]
{_TABLES}
[[group.target]]
name = "B"
{_TABLES}
"""


def shape() -> dict[str, Any]:
    """The schema of a plan's file, from what the reader asks of some in which every table stands."""
    purposes = [f'purpose = "{each.value}"\n{_SPECIMEN}' for each in Purpose]
    texts = [*purposes, _SPECIMEN.replace("appeal = {}", "appeal = { appealable = false }")]
    asked = [parse_file(text.encode(), "specimen", is_json=False) for text in texts]
    for each in asked:
        with suppress(PaperRefusedError):  # the tables are empty: it is no plan
            _plan_of(each)
    found = shape_asked(*asked)
    action, properties = found["properties"]["group"]["items"], found["properties"]
    # a group, a target and what stands under every action hold the same fields: the first counts before the next
    same = {"$ref": "#/$defs/action"}
    action["properties"]["target"] = properties["group"] = {"type": "array", "items": same}
    properties["every_action"] = same
    found["$defs"] = {"action": action}
    return found


def refuse(problems: list[Problem], *, code: str, place: str) -> None:
    """Raise InputRefusedError with all problems, when there are any."""
    if problems:
        raise PaperRefusedError(
            code,
            f"the plan has {len(problems)} problem(s)",
            place=place,
            problems=sorted(problems, key=lambda each: (each.line, each.column)),
        )


def _plan_of(file: Document) -> tuple[Plan, PlaceOf]:
    problems: list[Problem] = []
    top = Fields.of(file, problems, ())
    identity = _checked(top, "plan", plan_id, PlanId("p"))
    wikis = tuple(
        PlannedWiki(name=_checked(each, "name", wiki_name, WikiName("")), language=each.line("language"))
        for each in closed(top.tables("wiki"), "name", "language")
    )
    if not wikis:
        top.complain("no wiki is listed")
    gates = {each.number("number", must=True, default=1): _gate(each) for each in top.tables("phase")}
    purpose = top.choice("purpose", Purpose, default=Purpose.DECISION)
    actions, places = _actions(file, top, identity, tuple(each.name for each in wikis), purpose)
    plan = Plan(
        id=identity,
        purpose=purpose,
        wikis=wikis,
        actions=actions,
        gates=gates,
        on_failure=top.choice("on_failure", OnFailure, default=OnFailure.HOLD),
        jurisdictions_touched=top.lines("jurisdictions_touched", must=purpose is Purpose.DECISION),
        jurisdictions_affected=top.lines("jurisdictions_affected", must=False),
        accepts_unchecked_texts=top.lines("accepts_unchecked_texts", must=False),
        aftercare=_aftercare(top.table("aftercare", must=False)),
        valid_until=top.moment("valid_until"),
        reference=top.line("reference", must=purpose is not Purpose.DECISION),
    )
    top.asked |= {"every_action", "group"}
    top.done()
    refuse(list(dict.fromkeys(problems)), code="plan.file", place=file.place)
    return plan, places


def _checked(fields: Fields, name: str, check: Any, default: Any) -> Any:
    text = fields.line(name)
    try:
        return check(text) if text else default
    except HoldfastError as reason:
        fields.complain(f"{reason.what}, {text!r}: {reason.expected}", name)
        return default


def _gate(fields: Fields) -> Gate:
    gate = Gate(
        opens_at=fields.moment("opens_at"),
        opens_when=fields.line("opens_when", must=False),
        closes_at=fields.moment("closes_at"),
    )
    fields.done()
    return gate


def _aftercare(fields: Fields | None) -> Aftercare:
    if fields is None:
        return Aftercare()
    found = Aftercare(**{name: fields.line(name, must=False) for name in sorted(vars(Aftercare()))})
    fields.done()
    return found


def _actions(
    file: Document, top: Fields, plan: PlanId, wikis: tuple[WikiName, ...], purpose: Purpose
) -> tuple[tuple[PlannedAction, ...], dict[str, str]]:
    found: list[PlannedAction] = []
    places: dict[str, str] = {}
    every: KeyPath = ("every_action",)
    for group in top.tables("group"):
        group_path = group.layers[0][0] if group.layers else ()
        names: list[tuple[str, tuple[KeyPath, ...]]] = [
            (name, (group_path,)) for name in group.lines("targets", must=False)
        ]
        for own in group.tables("target"):
            names.append((own.line("name"), (own.layers[0][0], group_path) if own.layers else (group_path,)))
        if not names:
            group.complain("this group has no targets")
        for name, paths in names:
            given = Fields.of(file, top.problems, *paths, *([every] if "every_action" in file.data else []))
            given.asked |= {"targets", "target", "name"}
            identity = action_id(plan, len(found) + 1)
            places[identity] = file.at(*paths[0])
            found.append(_action(given, identity, name, wikis, purpose))
    if not found:
        top.complain("no action is listed")
    return tuple(found), places


def _action(
    fields: Fields, identity: str, target: str, wikis: tuple[WikiName, ...], purpose: Purpose
) -> PlannedAction:
    _check_kind(fields)
    expiry = _expiry(fields)
    at_own_request = fields.flag("at_own_request", default=False)
    decision = purpose is Purpose.DECISION and not at_own_request
    on = tuple(WikiName(each) for each in fields.lines("wikis", must=False)) or wikis
    found = PlannedAction(
        action=Action(id=identity, kind=fields.line("kind"), target=target, wikis=on, params=_params(fields, expiry)),
        phase=fields.number("phase", must=False, default=1),
        language=fields.line("language", must=False, default="en"),
        expiry=expiry,
        decider_role=fields.text("decider_role"),
        grounds=_grounds(fields) if decision else None,
        appeal=_appeal(fields, must=decision),
        road_back=_road_back(fields, must=decision),
        withheld=tuple(_withheld(each) for each in fields.tables("withheld")),
        at_own_request=at_own_request,
        if_already=fields.choice("if_already", IfAlready, default=IfAlready.HOLD),
        notice_on=_notice_on(fields, on),
    )
    # reasons that stand for all actions are no mistake beside one that needs none
    fields.asked |= set() if decision else _REASONS
    fields.done()
    return found


def _check_kind(fields: Fields) -> None:
    kind = fields.line("kind")
    if kind and kind not in all_kinds():
        fields.complain(no_such_kind(kind), "kind")


def _notice_on(fields: Fields, wikis: tuple[WikiName, ...]) -> tuple[WikiName, ...]:
    """Where the notice is left: as the file says, else on every wiki of the action."""
    kind = all_kinds().get(fields.line("kind"))
    given = tuple(WikiName(each) for each in fields.lines("notice_on", must=False))
    return () if kind is not None and kind.target is TargetType.PAGE else given or wikis


def _expiry(fields: Fields) -> str:
    text = fields.raw("expiry")
    if text in (None, INFINITY):
        return INFINITY
    at = fields.moment("expiry")
    return INFINITY if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _params(fields: Fields, expiry: str) -> dict[str, Any]:
    """The kind's own parameters, a target's before its group's; a kind that ends by itself gets the action's end."""
    fields.asked.add("params")
    found: dict[str, Any] = {}
    for path, table in reversed(fields.layers):
        own = table.get("params", {})
        if isinstance(own, Mapping):
            found |= own
        else:
            fields.problems.append(fields.file.problem(fields.code, "params is a table", *path, "params"))
    kind = all_kinds().get(fields.line("kind"))
    return {**found, "expiry": expiry} if kind is not None and kind.end is End.WIKI else found


def _grounds(fields: Fields) -> Grounds:
    period = fields.table("period", must=True)
    start, end = (period.day("start"), period.day("end")) if period else (None, None)
    if period:
        period.done()
    test = fields.table("test", must=False)
    rule = fields.table("rule", must=True)
    grounds = Grounds(
        rule=rule.text("text") if rule else "",
        rule_url=rule.line("url", must=False) if rule else "",
        evidence_class=fields.choices("evidence_class", EvidenceClass),
        start=start or _SOME_DAY,
        end=end or _SOME_DAY,
        milder_step=fields.text("milder_step"),
        milder_not_enough=fields.text("milder_not_enough"),
        conduct=fields.text("conduct", must=False),
        test=None if test is None else ThreePartTest(**{name: test.text(name) for name in _PARTS}),
    )
    for each in (test, rule):
        if each is not None:
            each.done()
    return grounds


_REASONS = {"rule", "period", "evidence_class", "milder_step", "milder_not_enough", "conduct", "test"}
_PARTS = ("legal", "necessary", "proportional")
# stands for a day that could not be read: the problem is already collected, and the plan is refused
_SOME_DAY = parse_at("1970-01-01").date()


def _appeal(fields: Fields, *, must: bool) -> Appeal | None:
    table = fields.table("appeal", must=must)
    if table is None:
        return None
    appealable = table.flag("appealable", default=True)
    if table.raw("appealable") is None:
        table.complain("appealable is missing: true or false")
    found = Appeal(
        appealable=appealable,
        body=table.text("body", must=appealable),
        until=table.day("until", must=False),
        can_be_worse=table.flag("can_be_worse", default=False),
        legal_ground=table.text("legal_ground", must=not appealable),
        may_lift=table.text("may_lift", must=not appealable),
        sign_again_by=table.day("sign_again_by", must=not appealable),
        sign_again_days=table.number("sign_again_days", must=not appealable) or None,
    )
    table.done()
    return found


def _road_back(fields: Fields, *, must: bool) -> RoadBack | None:
    table = fields.table("road_back", must=must)
    if table is None:
        return None
    found = RoadBack(
        conditions=table.text("conditions"),
        earliest=table.day("earliest") or _SOME_DAY,
        decider=table.text("decider"),
    )
    table.done()
    return found


def _withheld(table: Fields) -> Withheld:
    code = table.line("reason_code")
    if code and code not in {each.value for each in ReasonCode}:
        table.complain(f"reason_code is none of {', '.join(each.value for each in ReasonCode)}", "reason_code")
        code = ""
    found = Withheld(
        field=table.line("field"),
        reason_code=ReasonCode(code or "pending"),
        author=table.line("author"),
        until=table.day("until") or _SOME_DAY,
    )
    table.done()
    return found
