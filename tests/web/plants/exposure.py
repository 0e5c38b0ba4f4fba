"""Look-ups with the canary as holder, target and reason; a question that asks under it."""

from datetime import timedelta

from access.checkuser_logs import answer, entry
from holdfast.access.exposure.lookups_read import LogFile
from holdfast.accounts.names import AccountName
from holdfast.canonical import canonical_bytes
from holdfast.ids import wiki_name
from web.everywhere import CANARY, PlantedOffice


def PLANT(made: PlantedOffice) -> list[str]:
    """Two look-ups, one of them sealed, and a question."""
    from holdfast.access.exposure.telling import month_stream
    from holdfast.notices.kinds import ReasonCode
    from holdfast.workflows.exposure import months_read as exposure
    from holdfast.workflows.exposure import question as exposure_question

    office, wiki = made.world.office, wiki_name("examplewiki")
    custodian = made.members["custodian"].reader()
    now = made.world.clock()
    entries = [
        entry(
            timestamp=f"{now - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}",
            checkuser=f"{CANARY} holder",
            target=f"{CANARY} target",
            reason=f"{CANARY} reason",
        )
        for days in (99, 100)
    ]
    log = LogFile(place="log", data=canonical_bytes(answer(entries)))
    exposure.import_lookups(office, made.members["access_steward"].reader(), wiki, [log])
    rows = exposure.told_queue(office, custodian)
    month = month_stream(wiki, rows[0].month)
    exposure.seal(
        office,
        custodian,
        month,
        rows[0].lookup,
        code=ReasonCode.SAFETY,
        until=now + timedelta(days=9),
        motive=f"{CANARY} motive",
    )
    question = exposure_question.ask(office, custodian, wiki, AccountName(f"{CANARY} asker"))
    notices = [f"/exposure/queue/{month_stream(wiki, row.month).id}/{row.lookup}/" for row in rows]
    return [
        *(f"/exposure/{name}" for name in ("", "import/", "who/", "holder/", "queue/", "questions/")),
        f"/exposure/questions/{question.id}/",
        *notices,
        *(f"{notices[0]}{step}/" for step in ("seal", "lift", "told")),
    ]
