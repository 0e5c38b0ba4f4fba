"""A register whose holders stand on two paper wikis, and a freeze of them: everything but the wikis is real."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from actions.paper_wiki import PaperWiki
from holdfast.access.freezes.order import Scope
from holdfast.access.freezes.review import Outcome
from holdfast.accounts.names import AccountName
from holdfast.errors import InputRefusedError
from holdfast.facts import StreamId
from store.offices import OfficeWorld, TestMember
from workflows.paper_office import PaperOperators, swept

HEAD = (
    "account,wiki,wiki_language,right,grant_begins,agreement_version,agreement_signed,"
    "jurisdiction,jurisdiction_source,jurisdiction_date\n"
)
J1 = Scope(rights=frozenset({"checkuser"}), jurisdictions=frozenset({"J1"}))
ANN, BEN = "Simulated Ann", "Simulated Ben"


class PaperKeys(PaperOperators):
    """The paper operators as planning asks for them too."""

    def access(self, wiki: str) -> Any:
        return SimpleNamespace(language="en", name=wiki)


class ForReconciling:
    """The same as reconciliation asks for them: no account of theirs is watched."""

    def __init__(self, operators: PaperOperators) -> None:
        self.operators, self.wikis = operators, dict[str, Any]()

    def hands_for(self, wiki: str) -> list[Any]:
        return [self.operators.wikis[wiki].hand("Warden")]


@contextmanager
def planning_on(operators: PaperOperators) -> Iterator[None]:
    """While this lasts, rights are planned on these wikis."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("holdfast.workflows.freezes.rights_plans.operators_of", lambda office: operators)
        yield


def refusing(wiki: PaperWiki, account: str) -> None:
    """The wiki refuses for good to change this account's groups."""

    def trouble(when: str, what: str, target: str) -> None:
        if when == "before" and what == "rights" and target == account:
            raise InputRefusedError("wiki.refused.permissiondenied", "not here")

    wiki.trouble = trouble


def registered(office: Any, steward: TestMember, operators: PaperOperators, *names: str, place: str = "J1") -> None:
    """These accounts hold CheckUser on both wikis, and stand in the register."""
    from holdfast.workflows.access.register import import_data

    for wiki in operators.wikis.values():
        for name in names:
            wiki.hand("Setup").change_groups(AccountName(name), add={"checkuser": "infinity"}, remove=[], reason="")
        wiki.log.clear()
    rows = [
        f"{name},{wiki},en,checkuser,2020-01-01,3,2019-12-01,{place},own statement,2019-12-01\n"
        for name in names
        for wiki in operators.wikis
    ]
    import_data(office, steward.reader(), (HEAD + "".join(rows)).encode(), "csv", place="a test", wiki="", version="")


@dataclass
class Frozen:
    """A steward, two deciders, and a freeze of two holders of CheckUser on both wikis that two people have signed."""

    world: OfficeWorld
    operators: PaperKeys
    steward: TestMember
    deciders: tuple[TestMember, TestMember]
    number: str
    taking: str
    """The id of the plan that takes the rights."""

    @classmethod
    def by_two(cls, world: OfficeWorld, *names: str) -> "Frozen":
        from holdfast.workflows.freezes.freeze import propose_freeze

        names = names or (ANN, BEN)
        operators, steward = PaperKeys(*names), world.member("access_steward")
        deciders = world.member("decider"), world.member("decider")
        registered(world.office, steward, operators, *names)
        with planning_on(operators):
            proposal = propose_freeze(world.office, steward.reader(), J1, reason="coercion feared")
        made = cls(world, operators, steward, deciders, "", "")
        made.number = made.signed(proposal).id
        (made.taking,) = made.plans()
        return made

    @property
    def office(self) -> Any:
        return self.world.office

    @property
    def east(self) -> PaperWiki:
        return self.operators.wikis["eastwiki"]

    @property
    def west(self) -> PaperWiki:
        return self.operators.wikis["westwiki"]

    def signed(self, proposal: StreamId) -> str:
        """The steward and a decider sign, and the decider carries it out."""
        self.world.approve(proposal, self.steward, self.deciders[0])
        return self.world.carry_out(proposal, self.deciders[0])

    def plans(self) -> tuple[str, ...]:
        """What follows from the freeze, newest first."""
        from holdfast.workflows.acting.follows import lines_of

        lines = lines_of(self.office, StreamId(kind="freeze", id=self.number)) if self.number else ()
        return tuple(line.stream.id for line, _ in lines)

    def swept(self, plan: str = "") -> Any:
        return swept(self.world, plan or self.taking, self.operators)

    def freeze(self) -> Any:
        from holdfast.workflows.freezes.holding import read_freeze

        return read_freeze(self.office, self.steward.reader(), self.number)

    def removals(self) -> dict[tuple[str, str], str]:
        """Account and wiki to what reading back said."""
        freeze = self.freeze()
        names = {(item.person, item.wiki, item.right): item.account for item in freeze.order.items}
        return {(names[key], key[1]): state.value for key, state in freeze.removals.items()}

    def restored(self, account: str) -> str:
        """The review of one person ends with everything given back; gives the plan."""
        from holdfast.workflows.freezes.review import propose_outcome, read_review, statement

        reader, before = self.steward.reader(), self.plans()
        (number,) = [
            review.id
            for review in self.freeze().reviews.values()
            if read_review(self.office, reader, review.id).account == account
        ]
        statement(self.office, reader, number, text="I am safe here.")
        with planning_on(self.operators):
            proposal = propose_outcome(
                self.office, reader, number, outcome=Outcome.RESTORE, reason="seen", reason_code="SAFE"
            )
        self.signed(proposal)
        (plan,) = set(self.plans()) - set(before)
        return plan

    def decided(self, plan: str, action: str, choice: str) -> None:
        """A decider puts it forward on the page of the plan's progress; two sign it."""
        browser = self.deciders[0].client()
        form = {"action": action, "choice": choice, "reason": "as it is", "new_plan": ""}
        put = browser.post(f"/plans/{plan}/decide/", form)
        assert put.status_code == 302, put.content.decode()
        proposal = StreamId(kind="proposal-sweep-decision", id=put["Location"].split("/")[3])
        self.world.approve(proposal, *self.deciders)
        self.world.carry_out(proposal, self.deciders[0])

    def status(self, plan: str) -> Any:
        from holdfast.access.rules.console_rules import Because
        from holdfast.store.office.vault import Reader
        from holdfast.workflows.acting.sweep_facts import sweep_status

        return sweep_status(self.office, Reader.of_the_office(Because.BOOKS), plan)[1]

    def differences(self, plan: str) -> list[tuple[str, str, str]]:
        from holdfast.workflows.acting.reconcile import reconcile_plan

        known: Any = ForReconciling(self.operators)
        found = reconcile_plan(self.office, self.deciders[0].reader(), plan, known=known)
        return [(each.code.value, each.target, each.wiki) for each in found]
