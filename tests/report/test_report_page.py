"""Pages: whatever stands in a field is text, and the page needs nothing but itself."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import UsageError
from holdfast.findings.finding import Area, Evidence
from holdfast.report.assessment_page import assessment_page
from holdfast.report.page import (
    Beside,
    Bullets,
    Cards,
    Column,
    Commands,
    DataTable,
    Facts,
    Folded,
    Links,
    Notice,
    Page,
    Section,
    Text,
)
from holdfast.report.render import render
from holdfast.report.time_charts import time_chart
from report.made_up import assessment, finding

HOSTILE = (
    "\"><script>alert('x')</script><img src=x onerror=alert(1)>{{ 7*7 }}{% raw %}\u202eevil\u2066&amp;\x00</svg>"
)


def page_saying(text: str) -> Page:
    """A page with the text in every field that may hold any."""
    table = DataTable(
        caption=text, columns=(Column(heading=text), Column(heading="n", kind="number")), rows=((text, 1.5),)
    )
    figure = time_chart([], title=text, unit=text, note=text)
    blocks = (
        Text(text=text, strong=text),
        Bullets(items=(text,)),
        Facts(pairs=((text, text),)),
        table,
        DataTable(caption=text, columns=(), rows=(), empty=text),
        figure,
        Notice(text=text, title=text),
        Commands(lines=(text,), label=text),
        Links(links=((text, "#content"),)),
        Beside(figure=figure, blocks=(Text(text=text),)),
        Cards(cards=(Section(title=text, id="card", blocks=(Text(text=text),)),)),
        Folded(title=text, blocks=(Text(text=text),)),
    )
    return Page(
        title=text,
        kind=text,
        lead=(text,),
        facts=Facts(pairs=((text, text),), strip=True),
        labels=(text,),
        sections=(
            Section(
                title=text,
                id="one",
                tag=text,
                blocks=blocks,
                sections=(Section(title=text, id="two"),),
            ),
        ),
        provenance=blocks[:2],
        footer=(text,),
    )


class Elements(HTMLParser):
    """Collects the tags and attributes of a page, as a browser would find them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


def test_a_hostile_name_in_every_field_stays_text() -> None:
    page = render(page_saying(HOSTILE))
    calm = Elements(render(page_saying("a calm name")))
    found = Elements(page)
    assert found.tags == calm.tags
    assert found.attributes == calm.attributes
    assert "\u202e" not in page
    assert "\x00" not in page
    assert "⟨U+202E⟩" in page
    assert "{{ 7*7 }}" in page


@given(st.text(max_size=60))
def test_no_text_changes_the_structure_of_a_page(text: str) -> None:
    page = Page(title=text, sections=(Section(title=text, id="one", blocks=(Text(text=text),)),))
    assert Elements(render(page)).tags == Elements(render(Page(title="x", sections=page.sections))).tags


def test_the_page_states_the_hash_of_its_own_style_and_allows_nothing_else() -> None:
    page = render(Page(title="x"))
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert style is not None
    assert policy is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    assert f"style-src &#39;sha256-{digest}&#39;" in policy.group(1)
    assert policy.group(1).startswith("default-src &#39;none&#39;")
    assert "unsafe" not in policy.group(1)


def test_a_page_holds_no_script_no_inline_style_and_no_address_outside() -> None:
    page = render(page_saying("text"))
    found = Elements(page)
    assert "script" not in found.tags
    assert not {"style", "onclick", "onload", "src"} & found.attributes
    assert not re.findall(r'(?:href|src)="(?!#)[^"]*//', page)


def test_two_sections_with_one_address_are_refused() -> None:
    with pytest.raises(UsageError, match="report.anchor_twice"):
        render(Page(title="x", sections=(Section(title="Same"), Section(title="same"))))


@pytest.mark.parametrize("target", ["https://example.org", "javascript:alert(1)", "/etc", "../x", "a/../../b", "//h"])
def test_a_link_that_leaves_the_folder_is_refused(target: str) -> None:
    links = Links(links=(("out", target),))
    with pytest.raises(UsageError, match="report.outside_link"):
        render(Page(title="x", sections=(Section(title="S", blocks=(links,)),)))


def test_a_page_in_another_language_says_so_and_its_direction() -> None:
    page = render(Page(title="انتخابات", language="fa", direction="rtl"))
    assert '<html lang="fa" dir="rtl">' in page


def test_a_long_table_of_counted_facts_is_summed_up_folded_and_linked() -> None:
    rows = tuple((f"{2000 + n // 12}-{n % 12 + 1:02}", f"figure {n}") for n in range(300))
    long = Evidence(caption="Figures that differ", columns=("month", "figure"), rows=rows)
    faulty = replace(finding("published_figures", area=Area.DATA_QUALITY), evidence=(long,))
    page = render(assessment_page(replace(assessment(), findings=(faulty,)), files=("evidence.csv",)))
    assert "Figures that differ: 300 rows, month from 2000-01 to 2024-12." in page
    folded = page.partition("<summary>The rows: Figures that differ")[2].partition("</details>")[0]
    assert folded.count("<tr>") == 201
    assert "figure 199" in folded
    assert "figure 200<" not in page
    assert "The first 200 of 300 rows." in folded
    assert '<a href="evidence.csv">' in page.partition("</details>")[2]


def test_a_short_table_and_the_evidence_about_people_stand_open() -> None:
    short = Evidence(caption="Short", columns=("month",), rows=(("2000-01",),) * 12)
    long = Evidence(caption="Spread", columns=("place",), rows=(("middle",),) * 40)
    found = (
        replace(finding("months_missing", area=Area.DATA_QUALITY), evidence=(short,)),
        replace(finding("block_reversal_rate", area=Area.USE), evidence=(long,)),
    )
    page = render(assessment_page(replace(assessment(), findings=found), files=("evidence.csv",)))
    assert "The rows: " not in page
