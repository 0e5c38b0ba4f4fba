"""The appeal of the story, by the doors that everybody has: the public page, the reader's queue, two signatures."""

import re
from typing import TYPE_CHECKING, Any

import requests

from holdfast.errors import CheckFailedError

if TYPE_CHECKING:
    from holdfast.workflows.demo.stage import Stage

TEXT = "Simulated: we met in a course outside the wiki and write about what we read there. No page here tells of it."
MESSAGE = {
    "en": "Simulated: nothing in the file speaks against what you say. The warning does not stand.",
    "zh-Hans": "模拟：案卷中没有任何内容与您的说法相矛盾。警告不成立。",
}
NOTE = "One warning was overturned: what the person said could not be refuted from the file."


def appeal(stage: "Stage") -> None:
    """Chapter 6: somebody appeals from the link in the notice; another person reads the whole file and overturns."""
    from holdfast.appeals.appeal import Outcome
    from holdfast.workflows.acting import restoration as restoring
    from holdfast.workflows.appeals import appeal as appeals
    from holdfast.workflows.demo.cast import two_sign
    from holdfast.workflows.tick import tick

    office, account, reader = stage.office, stage.warned[0], stage.one("appeal_reader")
    page = link_in_notice(stage, account)
    stage.tell("a person finds the notice on the talk page: the rule, the class of evidence, and a link to appeal")
    receipt = _file(stage, page)
    (waiting,) = appeals.list_appeals(office, reader.reader, state="received").lines
    appeals.find_eligible(office, reader.reader, waiting.stream)
    appeals.assign(office, reader.reader, waiting.stream)
    proposal = restoring.decide(office, reader.reader, waiting.stream, Outcome.OVERTURN, MESSAGE, public_note=NOTE)
    stage.tell(
        "another person reads the whole file: what is said cannot be refuted from it; the warning is overturned"
    )
    if proposal is not None:
        two_sign(office, proposal, stage.one("decider"), stage.one("decider", 1))
    # the outbox carries the undoing out and puts the outcome into the log; the clock of appeals then finds both there
    for _ in range(3):
        tick(office)
    said = _status(stage, receipt)
    state = appeals.read_appeal(office, reader.reader, waiting.stream).state
    stage.overturned = (account,)
    stage.tell(f"the person reads with the receipt: {said}")
    stage.tell(f"still owed to them: {'; '.join(state.missing()) or 'nothing, the appeal is closed'}")


def link_in_notice(stage: "Stage", account: str) -> str:
    """The appeal's page, by the link on the person's talk page on the first wiki, as they would read it."""
    wiki = next(iter(stage.wikis.values()))
    asked = {"title": f"User_talk:{account}", "action": "raw"}
    text = requests.get(f"{wiki.address}/index.php", params=asked, timeout=30).text
    found = re.search(r"(/appeal/[A-Za-z0-9_-]+/)", text)
    if found is None:
        raise CheckFailedError("demo.notice", "the notice on the talk page holds no link to appeal")
    return found.group(1)


def _file(stage: "Stage", page: str) -> str:
    """The form of the public page is filled in and sent; gives the receipt that it shows once."""
    answer = _sent(stage, page, {"text": TEXT, "understood": "yes", "language": "en"})
    receipt = re.search(r'id="receipt">([A-Z2-7-]+)<', answer)
    if receipt is None:
        raise CheckFailedError("demo.appeal", "the public page took no appeal", place="/appeal/")
    return receipt.group(1)


def _status(stage: "Stage", receipt: str) -> str:
    """What the page of receipts says of the appeal, in its own words."""
    answer = _sent(stage, "/appeal/status/", {"receipt": receipt, "language": "en"})
    begin = answer.find("</h1>")
    told = answer[begin : answer.find("<form", begin)].replace("</dt>", ": ").replace("</dd>", "; ")
    return " ".join(re.sub(r"<[^>]+>", "", told).split())


def _sent(stage: "Stage", page: str, form: dict[str, str]) -> str:
    """A page of the console is opened and its form sent, as a browser does: with the word against forged forms."""
    from django.test import Client

    client: Any = Client(enforce_csrf_checks=True, SERVER_NAME="localhost", SERVER_PORT=str(stage.office.config.port))
    hidden = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(page).content.decode())
    if hidden is None:
        raise CheckFailedError("demo.appeal", "the public page shows no form", place="/appeal/")
    return str(client.post(page, {**form, "csrfmiddlewaretoken": hidden.group(1)}).content.decode())
