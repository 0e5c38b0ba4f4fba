"""An alarm, an export of the audit that was approved, and a person's proven question about their own data."""

from datetime import timedelta

from holdfast.accounts.names import AccountName
from holdfast.ids import wiki_name
from holdfast.wiki.revision import WrittenRevision
from web.everywhere import CANARY, PlantedOffice


def PLANT(made: PlantedOffice) -> list[str]:
    """One of each."""
    from holdfast.audit import Alarm, AlarmKind
    from holdfast.workflows.exposure import question as exposure_question
    from holdfast.workflows.office.audit_reading import propose_export

    office, members = made.world.office, made.members
    office.vault.audit.alarm(Alarm(kind=AlarmKind.SUSPENDED_SELF, at=office.clock()))
    tomorrow = office.clock() + timedelta(days=1)
    export = propose_export(office, members["auditor"].reader(), None, tomorrow)
    made.world.approve(export, members["custodian"], members["legal"])
    made.world.carry_out(export, members["legal"])

    custodian, wiki = members["custodian"].reader(), wiki_name("examplewiki")
    question = exposure_question.ask(office, custodian, wiki, AccountName(CANARY))
    code = exposure_question.read_question(office, custodian, question).code
    found = WrittenRevision(id=7, account=AccountName(CANARY), at=office.clock(), summary=code, text="")
    exposure_question.prove(office, custodian, question, 7, lambda _wiki, _number: found)
    return [
        "/audit/",
        "/audit/?outcome=refused",
        "/audit/alarms/",
        "/audit/exports/",
        f"/audit/exports/{export.id}/",
        "/own-data/",
        f"/own-data/{question.id}/json/",
        f"/own-data/{question.id}/html/",
        "/members/",
        f"/members/{members['decider'].member}/",
    ]
