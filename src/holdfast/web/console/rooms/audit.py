"""The audit: who read, decided and did what; alarms; exports. For the auditor, and written down like everything."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.store.office.audit_search import AuditSearch
from holdfast.web.console.doors import asks
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.workflows.office import audit_reading
from holdfast.workflows.office.propose import proposal_lines

_TEXT = {"class": "cdx-text-input__input", "dir": "ltr"}
_DAY = {**_TEXT, "type": "date"}
_ANY = [("", _("any"))]
_CODE = r"^[a-z0-9-]{1,64}$"


class SearchForm(forms.Form):
    """What to look for; nothing is required."""

    member = forms.RegexField(
        r"^(m-[0-9a-f]{12}|system|nobody)$",
        label=_("Member"),
        help_text=_("An id such as m-0123456789ab, or system."),
        required=False,
        widget=forms.TextInput(attrs=_TEXT),
    )
    verb = forms.ChoiceField(
        label=_("What was done"),
        choices=[*_ANY, *((verb, verb.replace("_", " ")) for verb in audit_reading.VERBS)],
        required=False,
        widget=forms.Select(attrs={"class": "cdx-select"}),
    )
    kind = forms.RegexField(_CODE, label=_("Kind of thing"), required=False, widget=forms.TextInput(attrs=_TEXT))
    stream_id = forms.RegexField(_CODE, label=_("Its id"), required=False, widget=forms.TextInput(attrs=_TEXT))
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[*_ANY, ("allowed", _("allowed")), ("refused", _("refused"))],
        required=False,
        widget=forms.Select(attrs={"class": "cdx-select"}),
    )
    since = forms.DateField(label=_("From this day (UTC)"), required=False, widget=forms.DateInput(attrs=_DAY))
    until = forms.DateField(
        label=_("To this day (UTC), included"),
        required=False,
        widget=forms.DateInput(attrs=_DAY),
    )

    def wish(self) -> AuditSearch:
        """The search that a valid form asks for."""
        found: dict[str, Any] = self.cleaned_data
        since, until = _period(found)
        names = ("member", "verb", "kind", "stream_id", "outcome")
        return AuditSearch(since=since, until=until, **{name: found[name] for name in names})


class PeriodForm(forms.Form):
    """Which days to export."""

    since = forms.DateField(label=_("From this day (UTC)"), widget=forms.DateInput(attrs=_DAY))
    until = forms.DateField(label=_("To this day (UTC), included"), widget=forms.DateInput(attrs=_DAY))


def _period(found: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    since, until = found.get("since"), found.get("until")
    return (
        datetime.combine(since, time(), UTC) if since else None,
        datetime.combine(until + timedelta(days=1), time(), UTC) if until else None,
    )


@page(fresh=True)
def home(request: HttpRequest) -> HttpResponse:
    """Search the audit, newest first."""
    office, reader = request.office, request.reader
    form = SearchForm(request.GET)
    before = request.GET.get("before", "")
    found = None
    if form.is_valid():
        start = int(before) if before.isdecimal() and len(before) < 19 else None
        found = audit_reading.search(office, reader, form.wish(), before=start)
    asked = {name: value for name, value in request.GET.items() if value and name != "before"}
    context = {
        "form": form,
        "found": found,
        "older": f"?{_query(asked | {'before': str(found.before)})}" if found and found.before else "",
        "newest": f"?{_query(asked)}" if before else "",
        "head": office.vault.audit.head(),
    }
    return show(request, "console/audit.html", context)


def _query(values: dict[str, str]) -> str:
    made = QueryDict(mutable=True)
    made.update(values)
    return made.urlencode()


@page(fresh=True)
def alarms(request: HttpRequest) -> HttpResponse:
    """What somebody must look at."""
    office, reader = request.office, request.reader
    context = {
        "waiting": audit_reading.alarms(office, reader),
        "seen": audit_reading.alarms(office, reader, seen=True),
    }
    return show(request, "console/alarms.html", context)


@require_POST
@page(fresh=True)
def look(request: HttpRequest, number: int) -> HttpResponse:
    """Say that one looked at an alarm."""
    audit_reading.look_at_alarm(request.office, request.reader, number)
    messages.success(request, _("Noted: you looked at it."))
    return HttpResponseRedirect(reverse("audit:alarms"))


@require_http_methods(["GET", "POST"])
@page(fresh=True)
def exports(request: HttpRequest) -> HttpResponse:
    """Ask for an export, and fetch those that two guardians approved."""
    office, reader = request.office, request.reader
    form = PeriodForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        since, until = _period(form.cleaned_data)
        audit_reading.propose_export(office, reader, since, until)
        messages.success(request, _("Two guardians can sign it now, under Approvals."))
        return HttpResponseRedirect(reverse("audit:exports"))
    office.vault.require(reader, "read_list", "audit", purpose="exports of the audit listed")
    lines = [line for line in proposal_lines(office, reader) if line.kind == audit_reading.EXPORT_KIND]
    context = {"form": form, "lines": lines, "key": str(audit_reading.export_key(office))}
    return show(request, "console/audit_exports.html", context)


@require_POST
@page(fresh=True)
def fetch(request: HttpRequest, number: str) -> HttpResponse:
    """The signed file of an approved export."""
    lines = audit_reading.fetch_export(request.office, request.reader, number)
    answer = HttpResponse(b"".join(lines), content_type="application/x-ndjson")
    answer["Content-Disposition"] = f'attachment; filename="audit-{number}.jsonl"'
    return answer


ROOM = Room(
    name="audit",
    title="Audit",
    roles=frozenset({"auditor"}),
    order=90,
    doors={
        "home": asks("read_sealed", "audit"),
        "alarms": asks("read_list", "audit"),
        "look": asks("read_sealed", "audit"),
        "exports": asks("read_list", "audit"),
        "fetch": asks("export", "audit"),
    },
    urls=[
        path("", home, name="home"),
        path("alarms/", alarms, name="alarms"),
        path("alarms/<int:number>/look/", look, name="look"),
        path("exports/", exports, name="exports"),
        path("exports/<slug:number>/", fetch, name="fetch"),
    ],
)
