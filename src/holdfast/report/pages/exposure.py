"""The exposure report of a holder and the answer to who could and who did, as plain pages that need nothing else."""

from datetime import date, datetime

from holdfast.access.exposure.report import CELL_COLUMNS, LIMITS, ExposureReport, Label, Seen, shown_target
from holdfast.report.page import Bullets, Column, DataTable, Facts, Page, Section, Text

_NO_LIST = "not known: no list was given"
_NUMBERS = frozenset({"lookups", "people", "at_risk", "without_reason"})


def report_page(report: ExposureReport, label: Label) -> Page:
    """What one holder looked at; accounts as `label` shows them."""
    return Page(
        title="Exposure of a holder",
        kind="Exposure",
        lead=(f"Look-ups from {report.period_start} to before {report.period_end} (UTC).",),
        facts=Facts(
            strip=True,
            pairs=(
                ("look-ups", f"{report.lookups:,}"),
                ("people", f"{report.people:,}"),
                ("of them at risk", _NO_LIST if report.at_risk is None else f"{len(report.at_risk):,}"),
                ("without a reason", f"{report.without_reason:,}"),
            ),
        ),
        sections=(
            Section(
                title="The holder",
                blocks=(
                    DataTable(
                        caption="Accounts of the holder",
                        columns=(Column(heading="wiki"), Column(heading="account")),
                        rows=tuple((wiki, label(wiki, account)) for wiki, account in report.holder),
                    ),
                    Facts(
                        pairs=(
                            ("first look-up", _when(report.first)),
                            ("last look-up", _when(report.last)),
                            ("different single addresses", f"{report.addresses:,}"),
                            ("different ranges of addresses", f"{report.ranges:,}"),
                        )
                    ),
                ),
            ),
            Section(
                title="By wiki and month",
                blocks=(
                    DataTable(
                        caption="People do not add up over rows; look-ups do",
                        columns=tuple(
                            Column(heading=name.replace("_", " "), kind="number" if name in _NUMBERS else "text")
                            for name in CELL_COLUMNS
                        ),
                        rows=tuple(
                            tuple("–" if (value := getattr(cell, name)) is None else value for name in CELL_COLUMNS)
                            for cell in report.cells
                        ),
                        empty="No look-up in this period.",
                    ),
                ),
            ),
            Section(
                title="People at risk who were looked up",
                blocks=(
                    DataTable(
                        caption="Of the list that was given",
                        columns=(Column(heading="wiki"), Column(heading="account")),
                        rows=tuple((wiki, shown_target(wiki, each, label)) for wiki, each in report.at_risk or ()),
                        empty="None of the list that was given." if report.at_risk is not None else f"{_NO_LIST}.",
                    ),
                ),
            ),
            _limits(),
        ),
        contents=False,
    )


_UNKNOWN = "not known: no register was given"


def seen_page(seen: Seen, label: Label) -> Page:
    """Who could see an account's data on a day, and who did."""
    whose = "anybody" if seen.about is None else shown_target(seen.wiki, seen.about, label)
    known = seen.unaccounted
    strangers = {each.identity for each in known or ()}
    right = "yes" if known is not None else _UNKNOWN
    return Page(
        title="Who could see, and who did",
        kind="Exposure",
        lead=(f"Data of {whose} on {seen.wiki}, on {date.isoformat(seen.day)} (UTC).",),
        sections=(
            Section(
                title="Who could",
                blocks=(
                    DataTable(
                        caption="Rights held at any moment of the day",
                        columns=tuple(Column(heading=each) for each in ("account", "right", "wiki", "from", "to")),
                        rows=tuple(
                            (
                                label(seen.wiki, each.account),
                                each.right,
                                each.wiki or "all wikis",
                                _when(each.start),
                                "–" if each.end is None else _when(each.end),
                            )
                            for each in seen.could or ()
                        ),
                        empty="Nobody in the register." if known is not None else f"{_UNKNOWN}.",
                    ),
                ),
            ),
            Section(
                title="Who did",
                blocks=(
                    DataTable(
                        caption="Look-ups of that day",
                        columns=tuple(Column(heading=each) for each in ("at", "by", "type", "of", "known right")),
                        rows=tuple(
                            (
                                _when(each.at),
                                label(seen.wiki, each.holder),
                                each.type.value,
                                each.target.kind.value
                                if each.target.kind.value != "account"
                                else label(seen.wiki, each.target.name),
                                "no: look into it" if each.identity in strangers else right,
                            )
                            for each in seen.did
                        ),
                        empty="Nobody, by the log.",
                    ),
                ),
            ),
            _limits(),
        ),
        contents=False,
    )


def _limits() -> Section:
    return Section(
        title="What this cannot say",
        blocks=(Text(text="No figure here is more than the log."), Bullets(items=LIMITS)),
    )


def _when(at: datetime | None) -> str:
    return "–" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"
