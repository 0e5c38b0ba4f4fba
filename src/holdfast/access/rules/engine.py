"""Decisions by rules in Cedar, behind an interface of our own: refused unless allowed without a doubt, by name.

Cedar skips a `forbid` that reads an absent fact, so every request is checked against a schema, and an answer counts
as permission only when it is Allow with no error beside it. A decision that would be the same for other people with
the same facts is asked once: rules may name no single person, and compare moments with the present alone (both are
checked when the rules are loaded).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import cedarpy

from holdfast.access.rules.policy_checks import Rule, refused, rule_of, static_policies
from holdfast.canonical import canonical_bytes, sha256_hex
from holdfast.errors import CheckFailedError

NO_RULE_ALLOWS = "no_rule_allows"
"""The name given where no rule forbids and none permits."""
NOT_DECIDED = "facts_do_not_fit"
"""The name given where Cedar could not decide: a fact is missing or of another type."""

_MEMO_LIMIT = 50_000  # answers kept; chosen, bounds memory


@dataclass(frozen=True, kw_only=True)
class Ref:
    """A reference to an entity, as a value of an attribute."""

    type: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Entity:
    """Whom or what a request is about: a type of the schema, an id that says nothing, and the facts.

    Facts are text, bool, moments (whole seconds since 1970), `Ref`, and lists and mappings of these.
    """

    type: str
    id: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question: may this principal do this to this resource, given this?"""

    principal: Entity
    action: str
    resource: Entity
    context: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The answer with the names of the rules that gave it, in order; never without a name.

    `detail` is Cedar's own text where the facts did not fit. A decision is not a truth value: ask for `allowed`.
    """

    allowed: bool
    rules: tuple[str, ...]
    detail: str = ""

    def __bool__(self) -> bool:
        raise TypeError("ask for .allowed, or use require()")


@dataclass(frozen=True)
class PolicySet:
    """Rules that were checked against their schema when they were loaded. Made by `load_policies`."""

    rules: Mapping[str, Rule]
    """By name."""
    sha256: str
    """Of the texts, so that a record can say under which rules something was decided."""
    _policies: Any = field(repr=False)
    _schema: Any = field(repr=False)
    _names: Mapping[str, str] = field(repr=False)
    _memo: dict[str, Decision] = field(default_factory=dict, repr=False, compare=False)

    def decide(
        self,
        *,
        principal: Entity,
        action: str,
        resource: Entity,
        context: Mapping[str, Any],
    ) -> Decision:
        """One decision. It is refused for every doubt: no decision, an error, facts that do not fit the schema."""
        return self.decide_many(
            [Request(principal=principal, action=action, resource=resource, context=context)],
        )[0]

    def decide_many(self, requests: Iterable[Request]) -> list[Decision]:
        """The decisions in the order of the requests. Cost: one call of Cedar for each different set of facts."""
        answers = []
        for request in requests:
            reduced = reduce_request(request)
            key = json.dumps(_plain_request(reduced), sort_keys=True)
            answer = self._memo.get(key)
            if answer is None:
                if len(self._memo) >= _MEMO_LIMIT:
                    self._memo.clear()
                answer = self._memo[key] = self.decide_plainly(reduced)
            answers.append(answer)
        return answers

    def decide_plainly(self, request: Request) -> Decision:
        """Cedar's own answer to exactly these facts, with nothing reduced and nothing remembered."""
        uids = {
            side: {"type": each.type, "id": each.id}
            for side, each in (("principal", request.principal), ("resource", request.resource))
        }
        entities = [
            {"uid": uids[side], "attrs": _plain(each.facts), "parents": []}
            for side, each in (("principal", request.principal), ("resource", request.resource))
        ]
        try:
            result = cedarpy.is_authorized(
                {
                    **uids,
                    "action": {"type": "Action", "id": request.action},
                    "context": json.dumps(_plain(request.context)),
                },
                self._policies,
                json.dumps(entities),
                self._schema,
            )
        except ValueError as odd:
            return Decision(allowed=False, rules=(NOT_DECIDED,), detail=str(odd)[:300])
        errors = list(result.diagnostics.errors)
        decision = result.decision
        if errors or decision not in (cedarpy.Decision.Allow, cedarpy.Decision.Deny):
            detail = "; ".join(map(str, errors))[:300] or "Cedar gave no decision"
            return Decision(allowed=False, rules=(NOT_DECIDED,), detail=detail)
        names = tuple(sorted(self._names[each] for each in result.diagnostics.reasons))
        allowed = decision is cedarpy.Decision.Allow
        return Decision(allowed=allowed and bool(names), rules=names or (NO_RULE_ALLOWS,))

    def require(
        self,
        *,
        principal: Entity,
        action: str,
        resource: Entity,
        context: Mapping[str, Any],
    ) -> Decision:
        """The decision when it is a permission. Raises CheckFailedError `access.refused`, naming the rules."""
        decision = self.decide(principal=principal, action=action, resource=resource, context=context)
        if not decision.allowed:
            raise refusal(self, decision, action=action)
        return decision

    def means(self, rule: str) -> str:
        """What a rule is for, in a sentence; also for the two names that stand for the absence of a rule."""
        if rule == NO_RULE_ALLOWS:
            return "No rule allows this, and what no rule allows is refused."
        if rule == NOT_DECIDED:
            return "A fact is missing or of another form, and what is not known is refused."
        return self.rules[rule].means


def refusal(policies: PolicySet, decision: Decision, *, action: str) -> CheckFailedError:
    """The error of a refused decision: it names the rules and says what they are for, and nobody."""
    return CheckFailedError(
        "access.refused",
        f"{action.replace('_', ' ')} is refused by {', '.join(decision.rules)}",
        hint=" ".join(policies.means(rule) for rule in decision.rules),
        offender=decision,
    )


def load_policies() -> PolicySet:
    """The rules that Holdfast comes with, from `access/policies/`. Cost: about 10 ms; keep the result."""
    folder = files("holdfast.access").joinpath("policies")
    texts = {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.name.endswith(".cedar")}
    return parse_policies(texts, folder.joinpath("schema.cedarschema").read_text(encoding="utf-8"))


def parse_policies(texts: Mapping[str, str], schema: str) -> PolicySet:
    """Rules from the text of each file and a schema.

    Raises InputRefusedError: `access.policy.none` (there is no rule), `.unreadable` (the text is not Cedar),
    `.schema` (the schema is not, or a rule does not fit it), `.name` (an `@id` is missing, twice, or not in
    small letters), `.comment` (no comment above it), `.names_somebody` (one entity by its id), `.moment` (a number
    that is not compared with `context.now`).
    """
    ordered = [(name, texts[name]) for name in sorted(texts)]
    whole = "\n".join(text for _, text in ordered)
    try:
        parsed_schema = cedarpy.Schema.from_str(schema)
    except ValueError as odd:
        raise refused("schema", "the schema cannot be read", got=str(odd)) from None
    rules: dict[str, Rule] = {}
    for file, text in ordered:
        for policy in static_policies(text).values():
            rule = rule_of(policy, text, file)
            if rule.name in rules:
                raise refused("name", f"two rules are called {rule.name}", place=file)
            rules[rule.name] = rule
    if not rules:
        raise refused("none", "there is no rule, and without a rule everything would be refused without a reason")
    result = cedarpy.validate_policies(whole, schema)
    if not result.validation_passed:
        raise refused("schema", "a rule does not fit the schema", got="; ".join(map(str, result.errors)))
    if "Set<Long>" in schema.replace(" ", ""):
        raise refused("moment", "a set of numbers cannot be compared with the present")
    digest = sha256_hex(canonical_bytes([*(text for _, text in ordered), schema]))
    # Cedar's reasons are positional in the text as a whole
    names = {key: str(policy["annotations"]["id"]) for key, policy in static_policies(whole).items()}
    return PolicySet(rules, digest, cedarpy.PolicySet.from_str(whole), parsed_schema, names)


def reduce_request(request: Request) -> Request:
    """The same question about anybody with the same facts: moments become before (-1), at (0) or after (1) now.

    Ids are put away as well, unless a fact refers to an entity. Without a readable `now` nothing is reduced.
    """
    now = request.context.get("now")
    if type(now) is not int:
        return request
    principal, resource = request.principal, request.resource
    keep = any(_has_ref(each) for each in (principal.facts, resource.facts, request.context))
    return Request(
        principal=Entity(
            type=principal.type, id=principal.id if keep else "somebody", facts=_before_or_after(principal.facts, now)
        ),
        action=request.action,
        resource=Entity(
            type=resource.type, id=resource.id if keep else "something", facts=_before_or_after(resource.facts, now)
        ),
        context=_before_or_after(request.context, now),
    )


def _before_or_after(value: Any, now: int) -> Any:
    if type(value) is int:
        return (value > now) - (value < now)
    if isinstance(value, Mapping):
        return {name: _before_or_after(each, now) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_before_or_after(each, now) for each in _ordered(value)]
    return value


def _has_ref(value: Any) -> bool:
    if isinstance(value, Ref):
        return True
    if isinstance(value, Mapping):
        return any(map(_has_ref, value.values()))
    return isinstance(value, list | tuple | set | frozenset) and any(map(_has_ref, value))


def _plain(value: Any) -> Any:
    """As Cedar reads it from JSON."""
    if isinstance(value, Ref):
        return {"__entity": {"type": value.type, "id": value.id}}
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in _ordered(value)]
    return value


def _ordered(values: Iterable[Any]) -> Sequence[Any]:
    """Sets in one order, so that the same facts are the same question."""
    return sorted(values, key=repr) if isinstance(values, set | frozenset) else list(values)


def _plain_request(request: Request) -> Any:
    sides = [[each.type, each.id, _plain(each.facts)] for each in (request.principal, request.resource)]
    return [request.action, *sides, _plain(request.context)]
