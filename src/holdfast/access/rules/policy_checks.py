"""Checks of rules when they are loaded: each has a name and a comment, names nobody, and has one use of moments."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cedarpy

from holdfast.errors import InputRefusedError

_NAME = re.compile(r"[a-z][a-z0-9_]{2,63}\Z")
_COMPARISONS = frozenset({"<", "<=", ">", ">="})
_EQUALITIES = frozenset({"==", "!="})
_NOW = {".": {"left": {"Var": "context"}, "attr": "now"}}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule: its name, what it is for (the comment above it) and whether it permits or forbids."""

    name: str
    means: str
    effect: str
    file: str


def static_policies(text: str) -> dict[str, Any]:
    """The rules of a text by Cedar's positional name, as JSON. Raises InputRefusedError `.unreadable`."""
    try:
        found = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as odd:
        raise refused("unreadable", "the rules are not Cedar", got=str(odd)) from None
    if found.get("templates"):
        raise refused("unreadable", "templates are not used: every rule stands as it is")
    return dict(found["staticPolicies"])


def _name(policy: Mapping[str, Any], place: str) -> str:
    name = (policy.get("annotations") or {}).get("id")
    if not isinstance(name, str) or not _NAME.match(name):
        raise refused(
            "name", "a rule has no name", expected='@id("…") in small letters and _', got=repr(name), place=place
        )
    return name


def rule_of(policy: Mapping[str, Any], text: str, file: str) -> Rule:
    """One rule of a file, checked. Raises InputRefusedError `.name`, `.comment`, `.names_somebody`, `.moment`."""
    name = _name(policy, file)
    above = re.search(r'((?:^//[^\n]*\n)+)@id\("' + re.escape(name) + r'"\)', text, re.MULTILINE)
    if above is None:
        raise refused("comment", f"the rule {name} has no comment that says what it is for", place=file)
    means = " ".join(line.removeprefix("//").strip() for line in above[1].splitlines())
    for node in _nodes(policy):
        _check_node(node, name, file)
    return Rule(name=name, means=means, effect=str(policy["effect"]), file=file)


def _check_node(node: Mapping[str, Any], rule: str, file: str) -> None:
    """No single person or thing is named, and moments are compared with the present alone."""
    named = node.get("entity") or node.get("__entity") or (node if {"type", "id"} <= set(node) else None)
    if isinstance(named, Mapping) and named.get("type") != "Action":
        raise refused("names_somebody", f"the rule {rule} names one person or thing by its id", place=file)
    for operator in _COMPARISONS & set(node):
        sides = [node[operator]["left"], node[operator]["right"]]
        if _NOW not in sides or any("." not in side for side in sides):
            raise refused("moment", f"the rule {rule} compares a number with something else than now", place=file)
    if {"+", "-", "*", "neg"} & set(node):
        raise refused("moment", f"the rule {rule} computes with numbers", place=file)
    for operator in _EQUALITIES & set(node):
        sides = [node[operator]["left"], node[operator]["right"]]
        if not any("Value" in side or side == {"Var": "action"} for side in sides):
            raise refused("moment", f"the rule {rule} compares two facts, which may be moments", place=file)
    literal = node.get("Value")
    if type(literal) is int:
        raise refused("moment", f"the rule {rule} holds a number", place=file)
    if any("Value" not in each for each in node.get("Set", ())):
        raise refused("moment", f"the rule {rule} makes a set of facts, which may be moments", place=file)


def _nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for each in value.values():
            yield from _nodes(each)
    elif isinstance(value, list):
        for each in value:
            yield from _nodes(each)


def refused(code: str, what: str, **more: str) -> InputRefusedError:
    """The error of a rule that cannot be trusted, with code `access.policy.CODE`."""
    hint = "correct the rule; nothing is decided by rules that were not checked"
    return InputRefusedError(f"access.policy.{code}", what, hint=hint, **{k: v[:300] for k, v in more.items()})
