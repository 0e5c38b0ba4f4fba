"""Appeals for their readers: the queue, one appeal with the whole file, the outcome; and the public table."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from holdfast.actions.steps.ports import INFINITY
from holdfast.actions.steps.severity import ranks
from holdfast.appeals.appeal import STREAM_KIND, Ineligible, Outcome, Standing
from holdfast.appeals.table import COLUMNS, SMALL_COUNT_NOTE
from holdfast.errors import UsageError
from holdfast.facts import StreamId
from holdfast.store.office.vault import Reader
from holdfast.web.console.doors import asks, either, every
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.workflows.acting import restoration as restoring
from holdfast.workflows.appeals import appeal as work
from holdfast.workflows.appeals import no_appeal
from holdfast.workflows.appeals import table as appeal_table
from holdfast.workflows.appeals.whole_file import whole_file
from holdfast.workflows.office.opening import Office

_SHOWN_BESIDE = 50  # rows beside an appeal; chosen
_AREA = {"rows": 4, "class": "cdx-text-area__textarea", "dir": "auto"}
_OUTCOMES = [
    (Outcome.UPHOLD.value, _("uphold: the decision stands")),
    (Outcome.OVERTURN.value, _("overturn: all is given back, and it is said publicly")),
    (Outcome.CHANGE.value, _("change: something else holds instead")),
    (Outcome.REMAND.value, _("remand: it goes back with questions")),
]


def _text(label: Any, *, must: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=must, max_length=20_000, widget=forms.Textarea(attrs=_AREA)
    )


class OutcomeForm(forms.Form):
    """How an appeal ends. The message goes to the person; the note to everybody."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=_OUTCOMES, widget=forms.RadioSelect)
    message = _text(_("Message to the person, in English"), must=True)
    message_theirs = _text(_("The same in the person's language"))
    public_note = _text(
        _("To overturn: the public note"), help_text=_("Everybody reads it. It must not name the person.")
    )
    new_measure = _text(_("To change: what holds instead"))
    measure_kind = forms.ChoiceField(
        label=_("To change: of which kind it is"),
        help_text=_("It is compared with the action; one that is harder is refused where the person was told so."),
        choices=[("", "—"), *((each, each.replace("_", " ")) for each in ranks())],
        required=False,
    )
    measure_until = forms.DateField(
        label=_("To change: until the end of this day (UTC)"),
        help_text=_("Left empty: no end."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "cdx-text-input__input", "dir": "ltr"}),
    )
    asked_back = _text(_("To send back: the questions"))


class RefusalForm(forms.Form):
    """Why an appeal is not taken up."""

    code = forms.ChoiceField(
        label=_("Reason"), choices=[(each.value, each.value.replace("_", " ")) for each in Ineligible]
    )
    message = _text(_("Message to the person, in English"), must=True)
    message_theirs = _text(_("The same in the person's language"))


class LinkForm(forms.Form):
    """A new link, whatever was filed and decided: it may not have been the person."""

    until = forms.DateField(
        label=_("Last day of the new link"),
        help_text=_("Left empty: no end."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "cdx-text-input__input", "dir": "ltr"}),
    )


@page
def home(request: HttpRequest) -> HttpResponse:
    """The queue: ids and standings, no names."""
    state = request.GET.get("state") if request.GET.get("state") in set(Standing) else None
    listed = work.list_appeals(request.office, request.reader, state=state, after=_after(request))
    context = {"page": listed, "standings": list(Standing), "state": state}
    context["may_answer"] = bool(request.reader.roles & {"decider", "investigator"})
    context["may_see_noes"] = request.office.vault.may(request.reader, "read_list", no_appeal.RULED_AS).allowed
    return show(request, "console/appeals/list.html", context)


@page(fresh=True)
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One appeal with the whole file."""
    return _one(request, number)


def _one(request: HttpRequest, number: str, *, status: int = 200, **bound: Any) -> HttpResponse:
    office, reader, stream = request.office, request.reader, _stream(number)
    kept = work.read_appeal(office, reader, stream)
    barred = work.barred_now(office, kept.state)
    language = kept.state.filing.language if kept.state.filing else kept.state.route.language
    context = {
        "number": number,
        "kept": kept,
        "appeal": kept.state,
        "standing": kept.standing.value,
        "missing": kept.state.missing(),
        "needs_plan": kept.state.decided is not None
        and kept.state.decided.outcome is Outcome.CHANGE
        and not kept.state.restored_by,
        "way_back": None if kept.state.restored_by else restoring.way_back(office, kept.state),
        "beside": work.beside(office, kept)[:_SHOWN_BESIDE],
        "due_at": kept.state.due_at(work.policy_of(office)),
        "barred": barred.get(reader.member, ""),
        "mine": kept.state.reader == reader.member,
        "file": whole_file(office, reader, kept.state),
        "their_language": language,
        "outcome_form": OutcomeForm(),
        "refusal_form": RefusalForm(),
        "link_form": LinkForm(),
        "link": "",
        **bound,
    }
    return show(request, "console/appeals/one.html", context, status=status)


@require_POST
@page(fresh=True)
def do(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Take up, take, stand aside, refuse, decide, or make a new link."""
    steps: dict[str, Callable[[HttpRequest, str], HttpResponse | None]] = {
        "take-up": lambda request, number: work.find_eligible(request.office, request.reader, _stream(number)),
        "take": lambda request, number: work.assign(request.office, request.reader, _stream(number)),
        "stand-aside": lambda request, number: work.stand_aside(request.office, request.reader, _stream(number)),
        "refuse": _refuse,
        "decide": _decide,
        "link": _link,
        "in-force": _in_force,
        "undo": _undo,
        "answered": _answered,
    }
    if step not in steps:
        raise Http404
    answer = steps[step](request, number)
    return answer or HttpResponseRedirect(reverse("appeals:one", args=[number]))


def _refuse(request: HttpRequest, number: str) -> HttpResponse | None:
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _one(request, number, status=422, refusal_form=form)
    given = form.cleaned_data
    code = Ineligible(given["code"])
    restoring.refuse(request.office, request.reader, _stream(number), code, _message(request, number, given))
    return None


def _decide(request: HttpRequest, number: str) -> HttpResponse | None:
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return _one(request, number, status=422, outcome_form=form)
    given = form.cleaned_data
    restoring.decide(
        request.office,
        request.reader,
        _stream(number),
        Outcome(given["outcome"]),
        _message(request, number, given),
        measure={"kind": given["measure_kind"], "expiry": _expiry(given["measure_until"])},
        **{name: given[name] for name in ("public_note", "new_measure", "asked_back")},
    )
    messages.success(request, _("Decided. The person reads it with the receipt; the public log gets the outcome."))
    return None


def _expiry(day: date | None) -> str:
    return INFINITY if day is None else f"{day:%Y-%m-%d}T23:59:59Z"


def _link(request: HttpRequest, number: str) -> HttpResponse:
    form = LinkForm(request.POST)
    if not form.is_valid():
        return _one(request, number, status=422, link_form=form)
    day = form.cleaned_data["until"]
    until = None if day is None else datetime.combine(day, time(23, 59, 59), UTC)
    if until is not None and until <= request.office.clock():
        raise UsageError("appeal.until", "the last day of the link is over already")
    return _one(request, number, link=work.renew_link(request.office, request.reader, _stream(number), until))


def _in_force(request: HttpRequest, number: str) -> None:
    restoring.note_new_measure(request.office, request.reader, _stream(number), request.POST.get("plan", ""))


def _undo(request: HttpRequest, number: str) -> HttpResponse | None:
    proposal = restoring.put_undoing(request.office, request.reader, _stream(number))
    if proposal is None:
        messages.warning(request, _("The plan of this action is not in this office: nothing can be undone here."))
    else:
        messages.success(request, _("The undoing of this action was put before the deciders."))
    return None


def _answered(request: HttpRequest, number: str) -> HttpResponse:
    work.answer_remand(request.office, request.reader, _stream(number))
    return HttpResponseRedirect(reverse("appeals:questions", args=[number]))


@page(fresh=True)
def questions(request: HttpRequest, number: str) -> HttpResponse:
    """The questions of an appeal that was sent back, for those who work on the case."""
    found = restoring.remand_questions(request.office, request.reader, _stream(number))
    asked = found.asked_back if isinstance(found.asked_back, str) else found.asked_back["en"]
    cases = [each.partition("/")[2] for each in found.files if each.startswith("case/")]
    context = {"number": number, "found": found, "asked": asked, "cases": cases}
    return show(request, "console/appeals/questions.html", context)


def _message(request: HttpRequest, number: str, given: dict[str, Any]) -> str | dict[str, str]:
    if not given["message_theirs"]:
        return str(given["message"])
    kept = work.read_appeal(request.office, request.reader, _stream(number))
    language = kept.state.filing.language if kept.state.filing else kept.state.route.language
    return {"en": given["message"], language: given["message_theirs"]}


@page(fresh=True)
def table(request: HttpRequest) -> HttpResponse:
    """The public table as it would be published now."""
    request.office.vault.require(request.reader, "read_list", STREAM_KIND, purpose="table of appeals shown")
    found = appeal_table.public_files(request.office)
    columns = [name.replace("_", " ") for name in COLUMNS]
    context = {
        "columns": columns,
        "rows": [row.cells() for row in found.table.rows],
        "whole": found.table.whole.cells(),
        "sha256": found.sha256,
        "note": SMALL_COUNT_NOTE,
        "may_publish": "appeal_reader" in request.reader.roles,
    }
    return show(request, "console/appeals/table.html", context)


@page(fresh=True)
def table_file(request: HttpRequest, form: str) -> HttpResponse:
    """The table as a file: canonical JSON, CSV, or a page."""
    request.office.vault.require(request.reader, "read_list", STREAM_KIND, purpose="table of appeals shown")
    found = appeal_table.public_files(request.office)
    kinds = {
        "json": (found.json, "application/json"),
        "csv": (found.csv, "text/csv; charset=utf-8"),
        "html": (found.html, "text/html; charset=utf-8"),
    }
    if form not in kinds:
        raise Http404
    content, kind = kinds[form]
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="appeals.{form}"'
    return answer


@require_POST
@page(fresh=True)
def publish(request: HttpRequest) -> HttpResponse:
    """Put the last quarter's figures into the public log."""
    appeal_table.publish(request.office, request.reader)
    messages.success(request, _("The figures of the last quarter go into the public log."))
    return HttpResponseRedirect(reverse("appeals:table"))


def _stream(number: str) -> StreamId:
    return StreamId(kind=STREAM_KIND, id=number)


def _after(request: HttpRequest) -> str | None:
    return request.GET.get("after") or None


def _is_in_force(office: Office, _reader: Reader, named: Mapping[str, Any]) -> bool:
    line = office.vault.plain_line(_stream(named["number"]))
    return line is not None and line.state != Standing.PREPARED


def _was_sent_back(office: Office, _reader: Reader, named: Mapping[str, Any]) -> bool:
    line = office.vault.plain_line(_stream(named["number"]))
    return line is not None and f"outcome-{Outcome.REMAND}" in line.tags


def _may_do(office: Office, reader: Reader, named: Mapping[str, Any]) -> bool:
    on = asks("write", "case") if named["step"] == "answered" else asks("write", STREAM_KIND, "number")
    return on(office, reader, named)


ROOM = Room(
    name="appeals",
    title="Appeals",
    roles=frozenset({"appeal_reader", "auditor", "decider", "investigator"}),
    order=45,
    doors={
        "home": asks("read_list", STREAM_KIND),
        "table": asks("read_list", STREAM_KIND),
        "publish": asks("write", STREAM_KIND),
        "table_file": asks("read_list", STREAM_KIND),
        "one": every(asks("read_sealed", STREAM_KIND, "number"), _is_in_force),
        "questions": every(either(asks("read_sealed", STREAM_KIND, "number"), asks("write", "case")), _was_sent_back),
        "do": _may_do,
    },
    urls=[
        path("", home, name="home"),
        path("table/", table, name="table"),
        path("table/publish/", publish, name="publish"),
        path("table/<slug:form>/", table_file, name="table_file"),
        path("<slug:number>/", one, name="one"),
        path("<slug:number>/questions/", questions, name="questions"),
        path("<slug:number>/<slug:step>/", do, name="do"),
    ],
)
