"""Cases with the canary in every field that takes text: one decided, one marked red, one destroyed in part."""

from holdfast.cases.case import Case
from web.everywhere import CANARY, PlantedOffice
from workflows.case_steps import CaseWorld

TABS = ("people", "evidence", "findings", "hypotheses", "notes", "standard", "decision", "readers", "file")


def fill(world: CaseWorld) -> Case:
    """Everything that a case can hold, with the canary wherever a person may write."""
    world.begin(f"{CANARY} title")
    world.write("source recorded", kind="reporter", text=CANARY, camp=CANARY, conflict=CANARY)
    world.write("source recorded", kind="public_record", text=CANARY)
    world.write("sources tied", one="s1", other="s2", why=CANARY)
    world.write("report received", source="s1", text=f"{CANARY} report")
    world.write("person added", account=f"{CANARY} suspect", roles=["suspect"])
    world.write("person added", account=f"{CANARY} coerced", roles=["coerced", "witness"])
    world.write("own request", id="p2", how=CANARY)
    world.write("may be told", id="p2", why=CANARY)
    world.write("counsel attached", person="p1", reference=CANARY)
    world.write("duty done", id="p1", duty="heard", how="done", note=CANARY)
    given = {"name": f"{CANARY}.txt", "how": CANARY, "source": "s2", "kind": "conduct"}
    world.take(f"{CANARY} bytes".encode(), **given, about=["p1"], level="behaviour")
    world.take(b"a copy", name=f"{CANARY}-copy.txt", how=CANARY, original="e1")
    world.write("evidence checked", id="e1", against=CANARY, holds=True)
    world.write("evidence set aside", id="e2", why=CANARY)
    world.write("taken up", why=CANARY)
    world.write("standard set", severity="global_ban", per_1000=1, sources=2, classes=2, reasons=CANARY)
    world.write("scores opened")
    world.write("hypothesis put", text=CANARY, innocent=True)
    world.write("evidence rated", hypothesis="h1", item="e1", rating="neutral", why=CANARY)
    world.write("task added", text=CANARY)
    world.write("task done", id="t1", how=CANARY)
    world.write("note written", text=CANARY)
    world.write("note revised", id="n1", text=CANARY, why=CANARY)
    world.write("event placed", happened_at="2025-05-01T00:00:00Z", text=CANARY, evidence=["e1"])
    world.write("exculpatory recorded", text=CANARY, about=["p1"])
    world.write("exculpatory searched", looked_for=CANARY)
    return world.write("reader denied", member="m-aaaaaaaaaaaa", why=CANARY)


def PLANT(made: PlantedOffice) -> list[str]:
    """A filled case, and a red one."""
    from holdfast.workflows.cases.files import open_names

    world = CaseWorld(office=made.world, investigator=made.members["investigator"], decider=made.members["decider"])
    world.begin(f"{CANARY} red", marking="red")
    red = world.id
    fill(world)
    open_names(made.world.office, made.members["auditor"].reader(), world.id, CANARY)
    base = f"/cases/{world.id}"
    tabs = [f"{base}/{tab}/" for tab in TABS]
    parts = (
        "bytes/e1",
        "import",
        "closeness",
        "redacted",
        "destroy",
        "names",
        "upload",
        "do/closed",
        "do/note-written",
    )
    return ["/cases/", "/cases/titles/", f"{base}/", *tabs, *(f"{base}/{part}/" for part in parts), f"/cases/{red}/"]
