"""What a person is told of an action: a notice made from its own fields, and then part of the plan.

fields = notice_fields(action, appeal_link=...)
notice_of(action, appeal_link=...)           the parameter `notice` that its kind leaves on the talk page
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from holdfast.actions.plans.grounds import Grounds, Text
from holdfast.actions.plans.plan import PlannedAction
from holdfast.actions.steps.kind import Action, End, TargetType, kind_of
from holdfast.actions.steps.ports import INFINITY
from holdfast.notices.kinds import FIELDS, LANGUAGES, NoticeKind
from holdfast.notices.notice import render
from holdfast.notices.wording import is_checked

AppealLink = Callable[[str], str]
"""The address at which the target of an action (its id) can object without an account; never the same twice."""

_SUMMARY_LIMIT = 200  # characters; chosen, below MediaWiki's 500 for a summary
_THIS_MACHINE = re.compile(
    r"https?://(?:[^\s/]*@)?(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|0\.0\.0\.0)(?![\w.-])", re.I
)


def leads_nowhere(text: str) -> bool:
    """Whether an address in a text names the machine of whoever reads it, so that it opens nothing for them."""
    return bool(_THIS_MACHINE.search(text))


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
    kind = kind_of(each.action)
    return kind.notice_on_request if each.at_own_request else kind.notice


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
        "expiry": _end(each),
        "reason": each.action.params.get("reason"),
        "decider_role": each.decider_role or None,
        "appeal": _appeal(each, appeal_link),
        "road_back": None if each.road_back is None else each.road_back.to_json(),
        **({} if each.grounds is None else _of_grounds(each.grounds)),
    }
    if kind is NoticeKind.TELLING:
        known |= {"about": each.action.params.get("about"), **each.action.params.get("fields", {})}
    withheld = {
        one.field: {"code": one.reason_code.value, "by": one.author, "until": one.until.isoformat()}
        for one in each.withheld
    }
    shown = {name: known[name] for name in names if known.get(name) and name not in withheld}
    return {**shown, **({"withheld": withheld} if withheld else {})}


def withheld_until(each: PlannedAction, day: date) -> dict[str, Any]:
    """The fields of an action's notice that were withheld until exactly this day, as they are to be shown then."""
    # the appeal is never withheld, so no link is made for this
    shown = notice_fields(replace(each, withheld=()), appeal_link=lambda action: "")
    return {one.field: shown[one.field] for one in each.withheld if one.until == day and one.field in shown}


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


def end_in_words(each: PlannedAction) -> str:
    """When an action ends, for those who sign it: the days that the wikis will have, where those decide."""
    return ", ".join(sorted(_ends_on_wiki(each) or {each.expiry}))


def _ends_on_wiki(each: PlannedAction) -> frozenset[str]:
    return kind_of(each.action).reach(each.action.params).ends


def _end(each: PlannedAction) -> str | None:
    """The end as it will be: of groups that are given the one that all of them have; null where they differ."""
    if kind_of(each.action).end is not End.EACH_GROUP:
        return each.expiry
    ends = _ends_on_wiki(each)
    return next(iter(ends)) if len(ends) == 1 else None


def _groups(each: PlannedAction) -> list[str]:
    """The groups that are taken or given on any of the wikis, as far as the wikis have been read.

    Where groups are given whose ends differ, each stands with its own."""
    if kind_of(each.action).end is End.EACH_GROUP:
        given = {pair for ends in each.action.params["groups"].values() for pair in ends.items()}
        apart = len(_ends_on_wiki(each)) > 1
        return sorted({f"{group} ({end})" if apart and end != INFINITY else group for group, end in given})
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
