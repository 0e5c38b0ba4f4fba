"""An office that acts on two real wikis: a plan of the numbers of September 2021, signed off, approved and swept."""

import json
import shutil
from dataclasses import dataclass
from typing import Any

from actions.sweeping import HEAD, group
from mediawiki.two_wikis import TO_BAN, TO_DESYSOP, TO_WARN, TwoWikis
from store.offices import OfficeWorld, TestMember
from workflows.case_steps import with_case

CONDITION = "the reviews of the freeze are open"


def plan_text(identity: str, *groups: str, gate: str = "") -> str:
    """A plan file of these groups, in one phase behind a gate where one is given."""
    gates = f"[[phase]]\nnumber = 2\n{gate}\n[every_action]\nphase = 2\n" if gate else "[every_action]\n"
    return HEAD.replace('"p-1"', f'"{identity}"').replace("[every_action]\n", gates) + "".join(groups)


def sweep_of_september(identity: str, gate: str = "") -> str:
    """7 bans, 12 desysops and 12 warnings on both wikis (R1, R2)."""
    bans, desysops, warnings = (json.dumps(names, ensure_ascii=False) for names in (TO_BAN, TO_DESYSOP, TO_WARN))
    reason = 'reason = "see your talk page"'
    return plan_text(
        identity,
        f"[[group]]\nkind = 'global_ban'\ntargets = {bans}\nparams = {{ {reason} }}\n",
        f"[[group]]\nkind = 'rights_removal'\ntargets = {desysops}\nparams = {{ groups = \"all\", {reason} }}\n",
        f"[[group]]\nkind = 'warning'\ntargets = {warnings}\nconduct = \"calling people to a vote\"\n",
        gate=gate,
    )


@dataclass
class ActingOffice:
    """An office with investigator, two deciders and a lawyer, and the keys to two wikis."""

    world: OfficeWorld
    two: TwoWikis
    investigator: TestMember
    deciders: tuple[TestMember, TestMember]
    lawyer: TestMember

    @classmethod
    def over(cls, world: OfficeWorld, two: TwoWikis) -> "ActingOffice":
        shutil.copy(two.keys / "wikis.toml", world.keys / "wikis.toml")
        (world.keys / "wikis.toml").chmod(0o600)
        return cls(
            world=world,
            two=two,
            investigator=world.member("investigator"),
            deciders=(world.member("decider"), world.member("decider")),
            lawyer=world.member("legal"),
        )

    @property
    def office(self) -> Any:
        return self.world.office

    def prepared(self, text: str) -> str:
        """A plan that was drafted and tried on the wikis."""
        from holdfast.workflows.acting import plan

        reader = self.investigator.reader()
        text = with_case(self.world, text, investigator=self.investigator, decider=self.deciders[0])
        identity = plan.draft_plan(self.office, reader, text)
        plan.dry_run(self.office, reader, identity)
        return identity

    def signed_off(self, identity: str) -> None:
        from holdfast.workflows.acting import plan

        self.lawyer.sign(plan.ask_sign_off(self.office, self.investigator.reader(), identity, "J1"))

    def approved(self, text: str) -> str:
        """A plan that was signed off and approved by two, and will be run by the next tick or command."""
        from holdfast.workflows.acting import plan

        identity = self.prepared(text)
        self.signed_off(identity)
        proposal = plan.propose_plan(self.office, self.investigator.reader(), identity)
        self.carried_out(proposal)
        return identity

    def carried_out(self, proposal: Any) -> str:
        """Both deciders sign, and one carries it out."""
        self.world.approve(proposal, *self.deciders)
        return self.world.carry_out(proposal, self.deciders[0])

    def tick(self) -> dict[str, Any]:
        from holdfast.workflows.tick import tick

        return {each.clock: each for each in tick(self.office)}


__all__ = ["CONDITION", "ActingOffice", "group", "plan_text", "sweep_of_september"]
