"""Cases: the list, one case on its tabs, and everything that is written in it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.cases._kind import KEPT, Stage
from holdfast.cases.attribution import ceiling
from holdfast.cases.case import KINDS
from holdfast.cases.course import coarse_state, triage_weight
from holdfast.cases.markings import Marking
from holdfast.cases.people import Before
from holdfast.cases.recusal import Edge, read_edges
from holdfast.cases.redaction import Audience
from holdfast.cases.sources import independent_of
from holdfast.cases.standards import FLOOR
from holdfast.cases.weight import weigh
from holdfast.papers.decoding import UTF_8
from holdfast.store.office.vault import Reader
from holdfast.web.console.case_forms import ClosenessForm, FileForm, UploadForm, form_for, forms_on
from holdfast.web.console.doors import asks, every
from holdfast.web.console.fact_forms import kind_at, typed_body
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.workflows.cases import case as work
from holdfast.workflows.cases import files
from holdfast.workflows.cases.case import OpenCase
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import propose
from holdfast.workflows.proposals.case_destruction import what_to_destroy

TABS = {
    "overview": _("Overview"),
    "people": _("People"),
    "evidence": _("Evidence and sources"),
    "findings": _("Findings"),
    "hypotheses": _("Hypotheses"),
    "notes": _("Tasks, notes, timeline"),
    "standard": _("Standard of proof"),
    "decision": _("Decision"),
    "readers": _("Who may see it"),
    "file": _("Redacted file"),
}
_WORKERS = frozenset({"investigator", "decider", "legal", "appeal_reader", "auditor"})


class BeginForm(forms.Form):
    """A new case."""

    title = forms.CharField(label=_("Title"), help_text=_("Sealed. No real names."), max_length=300)
    wikis = forms.CharField(label=_("Wikis"), help_text=_("Short names, separated by spaces."), max_length=300)
    marking = forms.ChoiceField(
        label=_("Marking"), choices=[(each.value, each.value) for each in Marking], initial=Marking.AMBER_STRICT.value
    )


@page
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """The list of cases, without titles; a new case."""
    office, reader = request.office, request.reader
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        case_id = work.begin_case(
            office, reader, title=given["title"], wikis=given["wikis"].split(), marking=given["marking"]
        )
        return _to(case_id, "overview")
    state = request.GET.get("state") if request.GET.get("state") in set(Stage) else None
    listed = work.list_cases(office, reader, state=state, after=_after(request))
    context = {"page": listed, "form": form, "stages": list(Stage), "state": state, "titled": False}
    context["may_begin"] = "investigator" in reader.roles
    return show(request, "console/cases/list.html", context, status=422 if form.errors else 200)


@page(fresh=True)
def titled(request: HttpRequest) -> HttpResponse:
    """The list with titles: each one that is shown is opened, written down and counted."""
    request.office.vault.require(request.reader, "read_sealed", work.KIND, purpose="titles of cases shown")
    listed = work.list_cases(request.office, request.reader, after=_after(request), titles=True)
    context = {"page": listed, "stages": list(Stage), "titled": True}
    return show(request, "console/cases/list.html", context)


@page(fresh=True)
def one(request: HttpRequest, number: str, tab: str = "overview") -> HttpResponse:
    """One case, on one of its tabs."""
    if tab not in TABS:
        raise Http404
    opened = work.read_case(request.office, request.reader, number)
    if opened.must_read_first and tab != "overview":
        return _to(number, "overview")
    return _tab(request, opened, tab)


@require_POST
@page(fresh=True)
def do(request: HttpRequest, number: str, fact: str) -> HttpResponse:
    """Add one fact to the case."""
    if fact == "exculpatory-shown":
        work.write_case(request.office, request.reader, number, "exculpatory shown", {})
        return _to(number, "overview")
    kind = kind_at(KINDS, fact)
    if kind is None:
        raise Http404
    opened = work.read_case(request.office, request.reader, number, purpose="case written")
    form = form_for(kind, opened.seen, request.POST)
    if not form.is_valid():
        return _tab(request, opened, kind.tab, bound={kind.name: form}, status=422)
    work.write_case(request.office, request.reader, number, kind.name, typed_body(kind, form))
    return _to(number, kind.tab)


@require_POST
@page(fresh=True)
def upload(request: HttpRequest, number: str) -> HttpResponse:
    """Take a file as evidence."""
    opened = work.read_case(request.office, request.reader, number, purpose="evidence taken")
    form = UploadForm(opened.seen, request.POST, request.FILES)
    if not form.is_valid():
        return _tab(request, opened, "evidence", upload=form, status=422)
    files.take_evidence(request.office, request.reader, number, form.cleaned_data["file"].read(), form.body())
    return _to(number, "evidence")


@require_POST
@page(fresh=True)
def take_bytes(request: HttpRequest, number: str, evidence: str) -> HttpResponse:
    """The untouched bytes of a piece of evidence; its name stays here, because a folder of downloads shows names."""
    content = files.evidence_bytes(request.office, request.reader, number, evidence)
    return _download(content, f"{evidence}.bin", "application/octet-stream")


@require_POST
@page(fresh=True)
def import_findings(request: HttpRequest, number: str) -> HttpResponse:
    """Take the findings of an assessment."""
    form = FileForm(request.POST, request.FILES, auto_id="file-%s")
    if not form.is_valid():
        opened = work.read_case(request.office, request.reader, number, purpose="findings taken")
        return _tab(request, opened, "findings", file_form=form, status=422)
    taken = files.import_findings(request.office, request.reader, number, form.cleaned_data["file"].read())
    messages.success(request, _t("Findings taken: %(count)s") % {"count": taken})
    return _to(number, "findings")


@require_POST
@page(fresh=True)
def closeness(request: HttpRequest, number: str) -> HttpResponse:
    """Compute recusals with a list of closeness."""
    form = ClosenessForm(request.POST, request.FILES, auto_id="closeness-%s")
    if request.FILES and not form.is_valid():  # a list that is passed over would be a recusal lost
        opened = work.read_case(request.office, request.reader, number, purpose="recusal computed")
        return _tab(request, opened, "readers", closeness_form=form, status=422)
    edges = _edges(form.cleaned_data) if form.is_valid() else ()
    found = work.recuse(request.office, request.reader, number, edges)
    messages.success(request, _t("Recused anew: %(count)s") % {"count": found})
    return _to(number, "readers")


def _edges(given: Mapping[str, Any]) -> tuple[Edge, ...]:
    return read_edges(given["file"].read(), place="the uploaded file", encoding=given["encoding"] or UTF_8)


@require_POST
@page(fresh=True)
def redacted(request: HttpRequest, number: str) -> HttpResponse:
    """The redacted file, for its audience."""
    person = request.POST.get("person") or None
    made = files.redacted_file(request.office, request.reader, number, request.POST.get("audience", ""), person)
    return _download(made.to_bytes(), f"case-file-{number}.json", "application/json")


@require_POST
@page(fresh=True)
def ask_destruction(request: HttpRequest, number: str) -> HttpResponse:
    """Put the destruction of a closed case before two custodians."""
    work.read_case(request.office, request.reader, number, purpose="destruction asked for")
    what = what_to_destroy(request.office, number, request.POST.get("why", "").strip())
    stream = propose(request.office, request.reader, "case-destruction", what)
    return HttpResponseRedirect(reverse("approvals:one", args=["case-destruction", stream.id]))


@page(fresh=True)
@require_http_methods(["GET", "POST"])
def names(request: HttpRequest, number: str) -> HttpResponse:
    """For an auditor: who stands behind the labels of a case, on a ground."""
    ground = request.POST.get("ground", "").strip() if request.method == "POST" else ""
    if not ground:
        asked = {"purpose": "names of workers asked for", "ruled_as": "case-names"}
        request.office.vault.require(request.reader, "read_sealed", work.KIND, work.stream_of(number), **asked)
    found = files.open_names(request.office, request.reader, number, ground) if ground else {}
    return show(request, "console/cases/names.html", {"number": number, "found": found})


def _tab(
    request: HttpRequest,
    opened: OpenCase,
    tab: str,
    *,
    bound: Mapping[str, forms.Form] | None = None,
    upload: UploadForm | None = None,
    file_form: FileForm | None = None,
    closeness_form: ClosenessForm | None = None,
    status: int = 200,
) -> HttpResponse:
    case, roles = opened.seen, request.reader.roles
    context: dict[str, Any] = {
        "number": opened.id,
        "case": case,
        "tab": tab,
        "tabs": TABS,
        "first": opened.must_read_first,
        "forms": [] if opened.must_read_first else forms_on(tab, case, roles, bound or {}),
        "bound": set(bound or {}),
        "closed": case.stage is Stage.CLOSED,
        "is_investigator": "investigator" in roles,
        "file_form": file_form or FileForm(auto_id="file-%s"),
        "closeness_form": closeness_form or ClosenessForm(auto_id="closeness-%s"),
    }
    context |= _MORE.get(tab, _nothing)(request, opened)
    if tab == "evidence" and "investigator" in roles and case.stage in KEPT - {Stage.CLOSED}:
        context["upload"] = upload or UploadForm(case, auto_id="upload-%s")
    return show(request, f"console/cases/{tab}.html", context, status=status)


def _nothing(_request: HttpRequest, _opened: OpenCase) -> dict[str, Any]:
    return {}


def _overview(_request: HttpRequest, opened: OpenCase) -> dict[str, Any]:
    case = opened.seen
    return {
        "reporters": triage_weight(case),
        "ceiling": ceiling(case),
        "told": coarse_state(case),
        "searches": sorted(text for _member, text in case.exculpatory_searches),
    }


def _people(request: HttpRequest, opened: OpenCase) -> dict[str, Any]:
    case = opened.seen
    held = work.other_cases_holding(request.office, opened.id, case)
    rows = []
    for name, person in sorted(case.people.items()):
        duties = [(name_, duty, person.done.get(name_)) for name_, duty in sorted(person.duties().items())]
        rows.append(
            {
                "id": name,
                "person": person,
                "duties": duties,
                "care_open": [person.duties()[each].text for each in sorted(person.outstanding(Before.PUBLIC_TRACE))],
                "elsewhere": held[name],
                "counsel": [each for each in case.readers.counsel.values() if each.person == name],
            }
        )
    return {"rows": rows}


def _evidence(_request: HttpRequest, opened: OpenCase) -> dict[str, Any]:
    case = opened.seen
    return {"independent": independent_of(case, case.sources), "ceiling": ceiling(case)}


def _hypotheses(_request: HttpRequest, opened: OpenCase) -> dict[str, Any]:
    case = opened.seen
    items = [*sorted(case.evidence), *sorted(case.findings)]
    rows = [
        (item, [hypothesis.ratings.get(item) for _name, hypothesis in sorted(case.hypotheses.items())])
        for item in items
    ]
    columns = [(each, each.against(frozenset(items))) for _name, each in sorted(case.hypotheses.items())]
    return {"rows": rows, "columns": columns}


def _standard(_request: HttpRequest, opened: OpenCase) -> dict[str, Any]:
    set_here = opened.seen.standards.by_severity
    reasons = opened.seen.standards.reasons
    return {"rows": [(each, FLOOR[each], set_here.get(each), reasons.get(each, "")) for each in FLOOR]}


def _decision(_request: HttpRequest, opened: OpenCase) -> dict[str, Any]:
    case = opened.seen
    if case.standards.opened_at is None:
        return {"weights": [], "ceiling": ceiling(case)}
    weights = [
        (name, weigh(case, name, severity)) for name in sorted(case.people) for severity in case.standards.by_severity
    ]
    return {"weights": weights, "ceiling": ceiling(case)}


def _file(_request: HttpRequest, _opened: OpenCase) -> dict[str, Any]:
    return {"audiences": list(Audience)}


_MORE = {
    "overview": _overview,
    "people": _people,
    "evidence": _evidence,
    "hypotheses": _hypotheses,
    "standard": _standard,
    "decision": _decision,
    "file": _file,
}


def _to(number: str, tab: str) -> HttpResponse:
    address = reverse("cases:one", args=[number]) if tab == "overview" else reverse("cases:tab", args=[number, tab])
    return HttpResponseRedirect(address)


def _after(request: HttpRequest) -> str | None:
    return request.GET.get("after") or None


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _opens(office: Office, reader: Reader, named: Mapping[str, Any]) -> bool:
    return work.may_open(office, reader, named["number"])


ROOM = Room(
    name="cases",
    title="Cases",
    roles=_WORKERS,
    order=20,
    doors={
        "home": asks("read_list", work.KIND),
        "titled": asks("read_sealed", work.KIND),
        "one": _opens,
        "tab": _opens,
        "do": every(_opens, asks("write", work.KIND, "number")),
        "upload": every(_opens, asks("write", work.KIND, "number")),
        "bytes": _opens,
        "import": every(_opens, asks("write", work.KIND, "number")),
        "closeness": every(_opens, asks("write", work.KIND, "number")),
        "redacted": every(_opens, asks("export", work.KIND, "number")),
        "destroy": every(_opens, asks("write", "case-destruction")),
        "names": asks("read_sealed", work.KIND, "number", ruled_as="case-names"),
    },
    urls=[
        path("", home, name="home"),
        path("titles/", titled, name="titled"),
        path("<slug:number>/", one, name="one"),
        path("<slug:number>/do/<slug:fact>/", do, name="do"),
        path("<slug:number>/upload/", upload, name="upload"),
        path("<slug:number>/bytes/<slug:evidence>/", take_bytes, name="bytes"),
        path("<slug:number>/import/", import_findings, name="import"),
        path("<slug:number>/closeness/", closeness, name="closeness"),
        path("<slug:number>/redacted/", redacted, name="redacted"),
        path("<slug:number>/destroy/", ask_destruction, name="destroy"),
        path("<slug:number>/names/", names, name="names"),
        path("<slug:number>/<slug:tab>/", one, name="tab"),
    ],
)
