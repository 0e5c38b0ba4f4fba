"""A person's own data: what the office holds about an account, for a custodian to hand over to a proven person."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from holdfast.canonical import canonical_bytes
from holdfast.facts import StreamId
from holdfast.web.console.doors import asks
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.workflows.desk import own_data
from holdfast.workflows.exposure import question as exposure_question


@page
def home(request: HttpRequest) -> HttpResponse:
    """Questions by id; those whose asker is proven can be answered."""
    office = request.office
    office.vault.require(request.reader, "read_list", "exposure", purpose="questions listed")
    lines = office.vault.plain_lines(exposure_question.KIND)
    return show(request, "console/own_data.html", {"lines": lines, "given": own_data.GIVEN.values()})


@require_POST
@page(fresh=True)
def fetch(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """The answer as a file: `json` to take along, `html` to read."""
    found = own_data.gather(request.office, request.reader, StreamId(kind=exposure_question.KIND, id=number))
    if form == "json":
        answer = HttpResponse(canonical_bytes(found.to_json()) + b"\n", content_type="application/json")
    else:
        answer = HttpResponse(found.to_html(), content_type="text/html; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="own-data-{number}.{form}"'
    return answer


ROOM = Room(
    name="own-data",
    title="Own data",
    roles=frozenset({"custodian"}),
    order=60,
    doors={
        "home": asks("read_list", "exposure"),
        "json": asks("approve", "exposure"),
        "html": asks("approve", "exposure"),
    },
    urls=[
        path("", home, name="home"),
        path("<slug:number>/json/", fetch, {"form": "json"}, name="json"),
        path("<slug:number>/html/", fetch, {"form": "html"}, name="html"),
    ],
)
