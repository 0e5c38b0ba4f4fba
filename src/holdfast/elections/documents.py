"""Texts for readers of a wiki, as data: each becomes wikitext here and an HTML page in `workflows`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from holdfast.elections.outcome import Outcome
from holdfast.elections.plan import Plan, Question
from holdfast.elections.rules import RuleSet, shown
from holdfast.papers.documents import parse_toml

_SPECIAL = {char: f"&#{ord(char)};" for char in "&<>[]{}|'~_=*#:;!"}


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = str | tuple[str, ...] | Grid
"""A paragraph, a list, or a table."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One text in one language."""

    title: str
    language: str
    direction: Literal["ltr", "rtl"]
    unchecked: str
    """The warning that the translation was not checked by a native reader; empty when it was."""
    sections: tuple[tuple[str, tuple[Block, ...]], ...]


@cache
def texts(language: str) -> Mapping[str, str]:
    """The words of one language, from `texts/`."""
    data = files("holdfast.elections").joinpath("texts", f"{language}.toml").read_bytes()
    return parse_toml(data, f"{language}.toml").data


def languages() -> tuple[str, ...]:
    """Every language that pages can be written in."""
    folder = files("holdfast.elections").joinpath("texts")
    return tuple(sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml")))


def _document(plan: Plan, language: str, kind: str, sections: Sequence[tuple[str, tuple[Block, ...]]]) -> Document:
    words = texts(language)
    title = plan.title.get(language) or next(iter(plan.title.values()))
    return Document(
        title=f"{words[kind]}: {title}",
        language=language,
        direction="rtl" if words["direction"] == "rtl" else "ltr",
        unchecked="" if words["checked"] else words["unchecked"],
        sections=tuple(sections),
    )


def call_page(plan: Plan, language: str) -> Document:
    """The call: calendar, questions with candidates, who may vote, roles, promises made from the actual settings."""
    words = texts(language)
    days = tuple((words[name], day.isoformat()) for name, day in plan.calendar.items())
    sections: list[tuple[str, tuple[Block, ...]]] = []
    if plan.is_rehearsal:
        sections.append((words["call"], (words["rehearsal"],)))
    sections.append((words["calendar"], (Grid(headings=(words["calendar"], ""), rows=days),)))
    for question in plan.questions:
        sections.append((question.text[language], _question_blocks(question, words)))
    rolls = tuple(
        (
            roll.name,
            roll.rules.title,
            roll.as_of.isoformat(),
            roll.contest_until.isoformat() if roll.contest_until else "",
        )
        for roll in plan.rolls
    )
    headings = (words["who_may_vote"], words["rules"], words["as_of"], words["contest_until"])
    sections.append((words["who_may_vote"], (Grid(headings=headings, rows=rolls),)))
    roles = tuple(
        (words[each.role], each.account, each.begins.isoformat(), each.until.isoformat()) for each in plan.roles
    )
    grid = Grid(headings=(words["role"], words["account"], words["from"], words["until"]), rows=roles)
    sections.append((words["roles"], (grid,)))
    if plan.interim:
        text = (
            f"{plan.interim['suspended']} – {plan.interim['covered_by']} – {words['until']} {plan.interim['until']}"
        )
        sections.append((words["interim"], (text,)))
    sections.append((words["promises"], (promises(plan, language),)))
    return _document(plan, language, "call", sections)


def _question_blocks(question: Question, words: Mapping[str, str]) -> tuple[Block, ...]:
    lines: list[Block] = []
    if question.is_test:
        lines.append(words["test_question"])
    lines.append(
        f"{words['method']}: {question.method}" + (f"; {words['seats']}: {question.seats}" if question.seats else "")
    )
    if question.candidates:
        lines.append(
            tuple(
                each.account + (f" ({words['withdrawn']} {each.withdrawn})" if each.withdrawn else "")
                for each in question.candidates
            )
        )
    return tuple(lines)


def promises(plan: Plan, language: str) -> tuple[str, ...]:
    """What voters are told, each line from a setting of the file or the rule set."""
    words = texts(language)
    return (
        words["promise_no_default"],
        words["promise_change" if plan.vote_may_be_changed else "promise_no_change"],
        words["promise_self_refused" if plan.rules.self_votes == "refused" else "promise_self_counted"],
        words["promise_secret" if plan.is_secret else "promise_open"],
        words["promise_voters_public" if plan.voters_are_public else "promise_voters_private"],
    )


def rules_page(plan: Plan, language: str) -> Document:
    """The rules, printed from the rule set that decides."""
    words = texts(language)
    sections: list[tuple[str, tuple[Block, ...]]] = []
    for request in plan.rules.requests:
        rows = tuple((band.words(), band.outcome) for band in request.bands)
        heading = ", ".join(request.kinds) or words["band"]
        sections.append((heading, (Grid(headings=(words["band"], words["outcome"]), rows=rows),)))
    sections.append((words["rules"], (tuple(_rule_lines(plan.rules, words)),)))
    return _document(plan, language, "rules", sections)


def _rule_lines(rules: RuleSet, words: Mapping[str, str]) -> list[str]:
    lines = [f"{rules.title}, {rules.version} (SHA-256 {rules.sha256})"]
    if rules.share:
        rounding = f"{rules.share.rounding}, {rules.share.digits} digits, {rules.share.compare}"
        lines.append(f"{words['share']}: support / ({rules.share.denominator}); {rounding}")
    if rules.minimum_support:
        lines.append(f"{words['minimum_support']}: {rules.minimum_support}")
    if rules.seats:
        lines.append(f"{words['seats']}: {rules.seats}")
    return lines


def results_page(plan: Plan, language: str, found: Sequence[Outcome] = ()) -> Document:
    """The results with the arithmetic of each, or that there are none yet."""
    words = texts(language)
    if not found:
        return _document(plan, language, "results", [(words["results"], (words["no_results_yet"],))])
    headings = tuple(words[name] for name in ("candidates", "support", "oppose", "neutral", "share", "outcome"))
    rows = tuple(
        (
            each.candidate,
            str(each.support),
            str(each.oppose),
            str(each.neutral),
            "" if each.share_shown is None else shown(each.share_shown),
            each.outcome,
        )
        for each in found
    )
    how = tuple((each.candidate, " ".join(each.explanation)) for each in found)
    return _document(
        plan,
        language,
        "results",
        [
            (words["results"], (Grid(headings=headings, rows=rows),)),
            (words["explanation"], (Grid(headings=(words["candidates"], words["explanation"]), rows=how),)),
        ],
    )


def ballot_page(plan: Plan, question: Question, account: str, language: str) -> Document:
    """One candidate's page of an open vote: the three answers as empty lists, none chosen beforehand."""
    words = texts(language)
    sections: list[tuple[str, tuple[Block, ...]]] = [(question.text[language], (account, promises(plan, language)))]
    sections += [(words[name], ()) for name in ("support", "oppose", "neutral")]
    return _document(plan, language, "call", sections)


def escaped(text: str) -> str:
    """Text that means itself in wikitext, in a table too."""
    return "".join(_SPECIAL.get(char, char) for char in text.replace("\r", "").replace("\n", " "))


def wikitext(document: Document) -> str:
    """The document as wikitext."""
    lines = [f'<div lang="{document.language}" dir="{document.direction}">', f"= {escaped(document.title)} ="]
    if document.unchecked:
        lines += [f"''{escaped(document.unchecked)}''", ""]
    for heading, blocks in document.sections:
        lines.append(f"== {escaped(heading)} ==")
        for block in blocks:
            lines += _wiki_block(block)
        lines.append("")
    return "\n".join([*lines, "</div>", ""])


def _wiki_block(block: Block) -> list[str]:
    if isinstance(block, str):
        return [escaped(block), ""]
    if isinstance(block, tuple):
        return [f"* {escaped(each)}" for each in block]
    lines = ['{| class="wikitable"']
    lines += [f"! {escaped(heading)}" for heading in block.headings]
    for row in block.rows:
        lines.append("|-")
        lines += [f"| {escaped(cell)}" for cell in row]
    return [*lines, "|}"]
