"""What `holdfast access` prints: each answer as one JSON document, and the document as text."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from holdfast.access.register.moments import text_of
from holdfast.access.register.register import Register
from holdfast.access.register.what_if import Loss, WhatIf
from holdfast.access.rules.engine import load_policies
from holdfast.access.rules.nonpublic_rules import may_hold, may_look_up
from holdfast.access.rules.rights import right_named
from holdfast.ids import wiki_name
from holdfast.workflows.access.register_file import Preview

Label = Callable[[str, str], str]
"""What an account of a wiki is called in an output."""


def explained(
    people: Register, name: str, right: str, wiki: str, at: datetime, label: Label, reason: str | None = None
) -> dict[str, Any]:
    """What the rules say of one person and right, on each wiki, as JSON; with a reason, of using it for that."""
    policies = load_policies()
    named = right_named(right).name
    chosen = wiki_name(wiki) if wiki else None
    person = people.one(name, wiki=chosen)
    wikis = [chosen] if chosen else sorted({each.wiki for each in person.grants if each.right == named})
    # a person without any grant of it is asked about all the same: the other grounds show whether one could be given
    places = wikis or [wiki_name("any")]
    answers = []
    for place in places:
        if reason is None:
            decision = may_hold(policies, people, person, place, named, at=at)
        else:
            decision = may_look_up(policies, people, person, place, named, at=at, reason=reason)
        answers.append(
            {
                "wiki": place if wikis else None,
                "account": label(place if wikis else "", person.account_on(place)),
                "allowed": decision.allowed,
                "rules": [{"name": rule, "means": policies.means(rule)} for rule in decision.rules],
            }
        )
    asked = {} if reason is None else {"reason_given": bool(reason.strip())}
    return {"right": named, "at": text_of(at), **asked, "answers": answers, "rules_sha256": policies.sha256}


def explain_text(document: dict[str, Any]) -> str:
    """The same for people."""
    lines = []
    for answer in document["answers"]:
        where = f"on {answer['wiki']}" if answer["wiki"] else "on no wiki"
        word = ("may" if answer["allowed"] else "may not") + (" use" if "reason_given" in document else " hold")
        lines.append(f"{answer['account']} {word} {document['right']} {where}, as of {document['at']}")
        lines += [f"  {rule['name']}: {rule['means']}" for rule in answer["rules"]]
    return "\n".join(lines)


def what_if_document(answer: WhatIf, people: Register, label: Label) -> dict[str, Any]:
    """Who would lose what, as JSON."""

    def rows(losses: tuple[Loss, ...]) -> list[dict[str, Any]]:
        return [
            {
                "account": label(each.wiki, people.people[each.person].account_on(each.wiki)),
                "wiki": each.wiki,
                "right": each.right,
                "rules": list(each.rules),
                "past_date": each.past_date,
            }
            for each in losses
        ]

    return {
        "at": text_of(answer.at),
        "jurisdictions": list(answer.jurisdictions),
        "rights": list(answer.rights),
        "people_asked_about": len(answer.people),
        "loses": rows(answer.losses),
        "people_concerned": len({each.person for each in answer.losses}),
        "keeps_by_exemption": rows(answer.exempt),
        "jurisdiction_not_recorded": rows(answer.unrecorded),
        "wikis_below_two_holders": [
            {"wiki": each.wiki, "right": each.right, "before": each.before, "after": each.after}
            for each in answer.few_holders
        ],
        "languages_without_cover": [
            {"language": each.language, "right": each.right, "before": each.before} for each in answer.uncovered
        ],
        "wikis_without_a_language": list(answer.without_language),
    }


def what_if_text(document: dict[str, Any]) -> str:
    """The same for people."""
    people, rights = document["people_concerned"], len(document["loses"])
    lines = [
        f"{people} {'person' if people == 1 else 'people'} would lose {rights} {'right' if rights == 1 else 'rights'}"
    ]
    for each in document["loses"]:
        past = (
            " (its date has passed, and nobody has said that the wiki shows it no more)" if each["past_date"] else ""
        )
        lines.append(f"  {each['wiki']} {each['right']} {each['account']}: {', '.join(each['rules'])}{past}")
    titles = {
        "keeps_by_exemption": "Keeps it by an exemption:",
        "jurisdiction_not_recorded": "No jurisdiction is recorded, so a restriction would refuse these and a freeze "
        "would not touch them:",
    }
    for key, title in titles.items():
        if document[key]:
            lines += [title, *(f"  {each['wiki']} {each['right']} {each['account']}" for each in document[key])]
    lines.append(
        "Wikis that fall below two holders:"
        if document["wikis_below_two_holders"]
        else "No wiki falls below two holders."
    )
    lines += [
        f"  {each['wiki']} {each['right']}: {each['before']} -> {each['after']}"
        for each in document["wikis_below_two_holders"]
    ]
    lines.append("Languages that lose cover:" if document["languages_without_cover"] else "No language loses cover.")
    lines += [f"  {each['language']} {each['right']}" for each in document["languages_without_cover"]]
    if document["wikis_without_a_language"]:
        lines.append(f"Language not known: {', '.join(document['wikis_without_a_language'])}")
    return "\n".join(lines)


def import_document(preview: Preview, *, named: bool, written: bool) -> dict[str, Any]:
    """What an import came to, as JSON; the text of unread lines may name people."""
    return {
        "entries": preview.found.entries,
        "people_added": preview.found.people_added,
        "facts_added": preview.found.fact_count,
        "entries_unchanged": preview.found.entries_unchanged,
        "renamed": [place for _, place in preview.found.renamed],
        "notes": list(preview.found.notes),
        "unread": [
            {"line": each.line, "why": each.why, **({"text": each.text} if named else {})} for each in preview.unread
        ],
        "missing_on_wiki": [
            {"wiki": each.wiki, "right": each.right, "frozen": each.is_frozen} for each in preview.missing
        ],
        "written": written,
    }


def import_text(document: dict[str, Any]) -> str:
    """The same for people."""
    verb = "were" if document["written"] else "would be"
    lines = [
        f"{document['entries']} entries read; {document['people_added']} people and {document['facts_added']} facts "
        f"{verb} added, {document['entries_unchanged']} entries say nothing new."
    ]
    lines += [f"renamed: {each}" for each in document["renamed"]]
    lines += document["notes"]
    lines += [f"not read, line {each['line']}: {each['why']}" for each in document["unread"]]
    lines += [
        f"in the register and not in the group on {each['wiki']}: one {each['right']}"
        + (" (a freeze stands on it)" if each["frozen"] else "")
        for each in document["missing_on_wiki"]
    ]
    return "\n".join(lines)
