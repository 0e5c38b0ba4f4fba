"""What a person is told of an action: a notice made from its own fields, and then part of the plan.

fields = notice_fields(action, appeal_link=...)
notice_of(action, appeal_link=...)           the parameter `notice` that its kind leaves on the talk page
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from holdfast.actions.grounds import Grounds, Text
from holdfast.actions.kind import Action, TargetType, kind_of
from holdfast.actions.plan import PlannedAction
from holdfast.notices.kinds import FIELDS, LANGUAGES, NoticeKind
from holdfast.notices.notice import render
from holdfast.notices.wording import is_checked

AppealLink = Callable[[str], str]
"""The address at which the target of an action (its id) can object without an account; never the same twice."""

_SUMMARY_LIMIT = 200


def as_if_told(each: PlannedAction) -> Action:
    """The action with some notice where none is written yet, so that the rest of it can be checked and read."""
    if kind_of(each.action).target is TargetType.PAGE or "notice" in each.action.params or not each.notice_on:
        return each.action
    notice = {"wikis": list(each.notice_on), "heading": "-", "text": "-", "summary": "-"}
    return replace(each.action, params={**each.action.params, "notice": notice})


def notice_kind(each: PlannedAction) -> NoticeKind | None:
    """The notice that tells of an action; null where there is nobody to tell (a page)."""
    if kind_of(each.action).target is TargetType.PAGE:
        return None
    return NoticeKind.RIGHTS_REMOVAL_ON_REQUEST if each.at_own_request else NoticeKind(each.action.kind)


def unchecked_languages(each: PlannedAction) -> frozenset[str]:
    """The languages of an action's notice whose text no native reader has passed."""
    kind = notice_kind(each)
    if kind is None or each.language not in LANGUAGES:
        return frozenset()
    return frozenset(
        language
        for language in (each.language, "en")
        if not all(is_checked(language, text) for text in (kind, NoticeKind.WITHDRAWN))
    )


def notice_fields(each: PlannedAction, *, appeal_link: AppealLink) -> dict[str, Any]:
    """The fields of an action's notice, shown or withheld; nothing else goes into its text."""
    kind = notice_kind(each)
    names = FIELDS[kind].required + FIELDS[kind].optional if kind else ()
    known: dict[str, Any] = {
        "account": each.action.target,
        "wikis": list(each.action.wikis),
        "groups": _groups(each),
        "expiry": each.expiry,
        "reason": each.action.params.get("reason"),
        "decider_role": each.decider_role or None,
        "appeal": _appeal(each, appeal_link),
        "road_back": None if each.road_back is None else each.road_back.to_json(),
        **({} if each.grounds is None else _of_grounds(each.grounds)),
    }
    withheld = {
        one.field: {"code": one.reason_code.value, "by": one.author, "until": one.until.isoformat()}
        for one in each.withheld
    }
    shown = {name: known[name] for name in names if known.get(name) and name not in withheld}
    return {**shown, **({"withheld": withheld} if withheld else {})}


def notice_of(each: PlannedAction, *, appeal_link: AppealLink) -> dict[str, Any] | None:
    """The notice as the kind's parameter, with the words that take it back; null where there is nobody to tell.

    What was said on a talk page stays there for everybody to read, so the way back of an action says under it that
    it is withdrawn. The words are signed with the plan like those of the notice.

    Raises InputRefusedError `notices.…` when a field that must be shown is neither shown nor withheld.
    """
    kind = notice_kind(each)
    if kind is None or not each.notice_on:
        return None
    notice = render(kind, each.language, notice_fields(each, appeal_link=appeal_link))
    about = {"account": each.action.target, "wikis": list(each.action.wikis)}
    withdrawn = render(NoticeKind.WITHDRAWN, each.language, about)
    return {
        "wikis": list(each.notice_on),
        "form": "wikitext",
        "heading": notice.subject,
        "text": notice.wikitext,
        "summary": notice.subject[:_SUMMARY_LIMIT],
        "withdrawal": {"heading": withdrawn.subject, "text": withdrawn.wikitext},
    }


def _groups(each: PlannedAction) -> list[str]:
    """The groups that are taken or given on any of the wikis, as far as the wikis have been read."""
    if each.action.kind == "rights_restoration":
        return sorted({group for ends in each.action.params["groups"].values() for group in ends})
    return sorted({group for state in each.before.values() for group in state.get("groups", ())})


def _appeal(each: PlannedAction, appeal_link: AppealLink) -> dict[str, Any] | None:
    appeal = each.appeal
    if appeal is None:
        return None
    stored = appeal.to_json()
    if not appeal.appealable:
        return {"appealable": False} | {name: stored[name] for name in ("legal_ground", "may_lift", "sign_again_by")}
    return {"appealable": True, "link": appeal_link(each.id)} | {
        name: stored[name] for name in ("until", "body", "can_be_worse")
    }


def _of_grounds(grounds: Grounds) -> dict[str, Any]:
    stored = grounds.to_json()
    return {
        "rule": stored["rule"],
        "evidence_class": stored["evidence_class"],
        "period": stored["period"],
        "milder_step": _joined(grounds.milder_step, grounds.milder_not_enough),
        "conduct": stored["conduct"],
    }


def _joined(first: Text, second: Text) -> Text:
    """Two texts one after another, in the languages that both have."""
    if isinstance(first, str) and isinstance(second, str):
        return f"{first} {second}"
    tables = [each for each in (first, second) if isinstance(each, Mapping)]
    languages = set.intersection(*(set(each) for each in tables))
    return {
        language: " ".join(each if isinstance(each, str) else each[language] for each in (first, second))
        for language in sorted(languages)
    }
