"""Threat: a freeze turned against somebody: changed after a signature, replayed, signed by its target, or alone."""

from pathlib import Path
from typing import Any

import pytest

from holdfast.access.freezes.order import Scope
from holdfast.errors import CheckFailedError
from store.offices import OfficeWorld
from workflows.test_freeze_workflow import J1, filled, register, row


def proposed(office: OfficeWorld, steward: Any, scope: Scope = J1) -> Any:
    from holdfast.workflows.freezes.freeze import propose_freeze

    return propose_freeze(office.office, steward.reader(), scope, reason="coercion feared")


def test_a_signature_over_one_freeze_serves_no_other(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.office import propose

    steward, decider = filled(office, tmp_path), office.member("decider")
    small = Scope(rights=frozenset({"checkuser"}), jurisdictions=frozenset({"J2"}))
    asked, wider = proposed(office, steward, small), proposed(office, steward)
    content = propose.read_proposal(office.office, decider.reader(), asked).request.content()
    with pytest.raises(CheckFailedError, match=r"approval\.other_content"):
        propose.sign(office.office, decider.reader(), wider, decider.key.response(content))


def test_a_freeze_that_began_does_not_begin_again(office: OfficeWorld, tmp_path: Path) -> None:
    steward, decider = filled(office, tmp_path), office.member("decider")
    proposal = proposed(office, steward)
    office.approve(proposal, steward, decider)
    office.carry_out(proposal, decider)
    with pytest.raises(CheckFailedError, match=r"proposal\.closed"):
        office.carry_out(proposal, steward)
    assert office.office.vault.count("freeze") == 1


def test_signatures_that_have_grown_old_begin_nothing(office: OfficeWorld, tmp_path: Path) -> None:
    steward, decider = filled(office, tmp_path), office.member("decider")
    proposal = proposed(office, steward)
    office.approve(proposal, steward, decider)
    office.clock.go_on(hours=25)
    with pytest.raises(CheckFailedError, match=r"proposal\.closed|approval\."):
        office.carry_out(proposal, decider)
    assert office.office.vault.count("freeze") == 0


def test_one_person_with_two_accounts_is_one_person(office: OfficeWorld, tmp_path: Path) -> None:
    steward = filled(office, tmp_path)
    first = office.member("decider", wiki_accounts=("Simulated Twin",))
    second = office.member("decider", wiki_accounts=("simulated_Twin",))
    proposal = proposed(office, steward)
    first.sign(proposal)
    with pytest.raises(CheckFailedError, match=r"approval\."):
        second.sign(proposal)


def test_whom_a_freeze_or_a_review_is_about_signs_and_reads_nothing_of_it(
    office: OfficeWorld, tmp_path: Path
) -> None:
    from holdfast.workflows.freezes.review import read_review
    from workflows.test_freeze_workflow import frozen

    ann = office.member("access_steward", wiki_accounts=("Simulated Ann",))
    steward = filled(office, tmp_path)
    with pytest.raises(CheckFailedError, match=r"approval\.barred"):
        ann.sign(proposed(office, steward))
    freeze, _ = frozen(office, steward)
    person = next(each for each in register(office).people.values() if each.account == "Simulated Ann")
    with pytest.raises(CheckFailedError, match=r"access\.refused"):
        read_review(office.office, ann.reader(), freeze.reviews[person.id].id)


def test_the_first_reader_alone_decides_no_review(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.access.freezes.review import Outcome
    from holdfast.workflows.freezes.review import propose_outcome
    from workflows.test_freeze_workflow import frozen

    steward = filled(office, tmp_path)
    freeze, _ = frozen(office, steward)
    number = sorted(freeze.reviews.values())[0].id
    proposal = propose_outcome(
        office.office, steward.reader(), number, outcome=Outcome.RESTORE, reason="seen", reason_code="SAFE"
    )
    office.approve(proposal, steward)
    with pytest.raises(CheckFailedError, match=r"approval\.too_few"):
        office.carry_out(proposal, steward)
    assert office.office.vault.count("review", state="decided") == 0


def test_a_proposal_that_was_replaced_decides_nothing(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.access.freezes.review import Outcome
    from holdfast.workflows.freezes.review import propose_outcome
    from workflows.test_freeze_workflow import frozen

    steward = filled(office, tmp_path)
    freeze, decider = frozen(office, steward)
    number = sorted(freeze.reviews.values())[0].id

    def wish() -> Any:
        return propose_outcome(
            office.office, steward.reader(), number, outcome=Outcome.RESTORE, reason="seen", reason_code="SAFE"
        )

    old = wish()
    office.approve(old, steward, decider)
    wish()
    with pytest.raises(CheckFailedError, match=r"proposal\.closed"):
        office.carry_out(old, decider)


def test_an_account_that_nobody_knows_is_refused(office: OfficeWorld, tmp_path: Path) -> None:
    steward = filled(office, tmp_path, row("Simulated Ann", "J1"))
    answer = steward.client().post(
        "/freezes/new/", {"rights": "checkuser", "accounts": "Simulated Nobody", "reason": "r", "preview": "1"}
    )
    assert answer.status_code == 422
    assert "Simulated Nobody" not in answer.content.decode()
