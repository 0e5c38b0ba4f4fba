"""What an office wrote under the forms of names that there were before is found under today's."""

import unicodedata

import pytest

from holdfast.accounts.names import account_as_compared
from store.offices import OfficeWorld
from workflows.case_steps import CaseWorld, case_world

ORDINARY = ("Anna B", "Warden", "Émile", "کاربر", "~2026-1234-5")
CHANGED = ("ßeta", "2001:DB8:0:0:0:0:0:1", "User:Anna B", "ანა", "old>Anna B")


def first_form(name: str) -> str:
    """The form of names that the first offices used."""
    cleaned = " ".join(unicodedata.normalize("NFC", name).replace("_", " ").split())
    return cleaned[:1].upper() + cleaned[1:]


def begun_before(office: OfficeWorld, monkeypatch: pytest.MonkeyPatch, account: str) -> CaseWorld:
    """A case about an account, written when names had their first form."""
    from holdfast.store.office import streams
    from holdfast.workflows.cases import case as work

    world = case_world(office)
    with monkeypatch.context() as before:
        before.setattr(streams, "account_as_compared", first_form)
        before.setattr(work, "asked_name", lambda name: name)
        world.begin()
        world.write("person added", account=account, roles=["coerced"])
    return world


def test_tokens_of_ordinary_names_are_what_they_were() -> None:
    assert [account_as_compared(name) for name in ORDINARY] == [first_form(name) for name in ORDINARY]


@pytest.mark.requirement("2.7")
@pytest.mark.parametrize("account", [*ORDINARY, *CHANGED[:4]])
def test_a_case_of_before_is_matched_blindly(
    office: OfficeWorld, monkeypatch: pytest.MonkeyPatch, account: str
) -> None:
    from holdfast.workflows.cases.case import other_cases_holding

    before = begun_before(office, monkeypatch, account)
    now = case_world(office)
    now.begin()
    case = now.write("person added", account=account, roles=["witness"])
    assert other_cases_holding(office.office, now.id, case) == {"p1": 1}
    found = {each.id for each in office.office.vault.holding("case account", account_as_compared(account))}
    assert found == {before.id, now.id}


def test_a_case_of_before_about_an_imported_author_opens_and_is_found(
    office: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.workflows.cases.case import read_case

    before = begun_before(office, monkeypatch, CHANGED[4])
    opened = read_case(office.office, before.investigator.reader(), before.id)
    assert opened.seen.people["p1"].account == CHANGED[4]
    assert [each.id for each in office.office.vault.holding("case account", "old>anna_B")] == [before.id]
