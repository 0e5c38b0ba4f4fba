"""Plans: drafted, tried, signed off, approved, swept with live progress, reconciled, and closed."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _now
from django.views.decorators.http import require_GET, require_POST

from holdfast.actions.plans.file import template
from holdfast.actions.plans.orders import Choice
from holdfast.actions.plans.plan import Aftercare, plan_sha256
from holdfast.actions.sweeps.course import Standing
from holdfast.errors import HoldfastError
from holdfast.store.office.vault import Reader
from holdfast.web.console.doors import Door, asks, either, every
from holdfast.web.console.pages import page, show
from holdfast.web.console.plan_forms import AftercareForm, DecisionForm, DraftForm, GiveUpForm, UndoForm
from holdfast.web.console.room import Room
from holdfast.workflows.acting import plan as plans
from holdfast.workflows.acting import sweep_facts as sweeps
from holdfast.workflows.acting.reconcile import reconcile_plan
from holdfast.workflows.acting.surroundings import plan_stream, ruled_as
from holdfast.workflows.appeals.no_appeal import noes_of
from holdfast.workflows.office.opening import Office

_WORKERS = frozenset({"investigator", "decider", "access_steward"})
_STOP_POLLING = 286
"""HTMX's own status for: do not ask again."""


@page
def home(request: HttpRequest) -> HttpResponse:
    """The list of plans, and how far their sweeps are; no names."""
    office, reader = request.office, request.reader
    may = {kind: office.vault.may(reader, "read_list", kind).allowed for kind in ("plan", "sweep")}
    if not any(may.values()):
        office.vault.require(reader, "read_list", "plan", purpose="list of plans shown")
    context = {
        "page": plans.list_plans(office, reader, after=request.GET.get("after")) if may["plan"] else None,
        "sweeps": sweeps.list_sweeps(office, reader).lines if may["sweep"] else (),
        "may_write": may["plan"] and {"investigator", "decider"} & reader.roles,
        "form": DraftForm(),
    }
    return show(request, "console/plans/list.html", context)


@page(fresh=True)
def draft(request: HttpRequest) -> HttpResponse:
    """A new plan from a file or a text."""
    request.office.vault.require(request.reader, "write", "plan", purpose="plan drafted")
    form = DraftForm(request.POST or None, request.FILES or None, initial={"text": template()})
    problem: HoldfastError | None = None
    if request.method == "POST" and form.is_valid():
        text, is_json = form.given()
        try:
            identity = plans.draft_plan(request.office, request.reader, text, is_json=is_json)
            return HttpResponseRedirect(reverse("plans:one", args=[identity]))
        except HoldfastError as reason:
            problem = reason
            form = DraftForm(initial={"text": text})
    status = 422 if request.method == "POST" else 200
    return show(request, "console/plans/draft.html", {"form": form, "problem": problem}, status=status)


@page(fresh=True)
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One plan: where it stands, what it does, what is still wanted."""
    return _one(request, number)


def _one(request: HttpRequest, number: str, problem: HoldfastError | None = None, **sent: forms.Form) -> HttpResponse:
    """The page of a plan; `sent` is a form that was not taken, with what was typed into it."""
    office, reader = request.office, request.reader
    opened = plans.read_plan(office, reader, number)
    course, plan = opened.course, opened.shown
    missing = sorted(set(plan.jurisdictions_touched) - set(course.sign_offs))
    context = {
        "opened": opened,
        "course": course,
        "plan": plan,
        "sha256": plan_sha256(plan) if course.plan else "",
        "gates": sorted(plan.gates.items()),
        "waiting_for": sorted(
            {gate.opens_when for gate in plan.gates.values() if gate.opens_when} - course.conditions
        ),
        "signed_off": _signed_off(request, opened),
        "to_sign_off": missing if course.standing is Standing.PREPARED else (),
        "may_write": bool(_WORKERS & reader.roles) and _writes(office, reader, {"number": number}),
        "sweep": sweeps.read_sweep(office, reader, number) if _may_read_sweep(request) else None,
        "redraft": DraftForm(initial={"text": course.text}),
        "aftercare": AftercareForm(initial=vars(course.aftercare)),
        "give_up": GiveUpForm(),
        "problem": problem,
        "noes": noes_of(office, plan),
        **sent,
    }
    status = 409 if problem else 422 if sent else 200
    return show(request, "console/plans/one.html", context, status=status)


def _signed_off(request: HttpRequest, opened: plans.OpenPlan) -> set[str]:
    """The jurisdictions whose sign-off holds; none of them when one does not, which putting it forward then names."""
    try:
        return {each.value.jurisdiction for each in plans.signed_off(request.office, opened)}
    except HoldfastError:
        return set()


def _may_read_sweep(request: HttpRequest) -> bool:
    return bool(request.office.vault.may(request.reader, "read_sealed", "sweep").allowed)


def _tried(request: HttpRequest, number: str, work: Any, **sent: forms.Form) -> HttpResponse:
    """Do something with a plan, and show the plan again; what is refused is told on its page, with every problem."""
    try:
        where = work()
    except HoldfastError as reason:
        if reason.code.startswith("access."):
            raise
        return _one(request, number, reason, **sent)
    return HttpResponseRedirect(where or reverse("plans:one", args=[number]))


@require_POST
@page(fresh=True)
def redraft(request: HttpRequest, number: str) -> HttpResponse:
    """Another text for a plan that is not approved yet."""
    form = DraftForm(request.POST, request.FILES)
    if not form.is_valid():
        return _one(request, number, redraft=form)
    text, is_json = form.given()
    return _tried(
        request,
        number,
        lambda: plans.redraft(request.office, request.reader, number, text, is_json=is_json),
        redraft=DraftForm(initial={"text": text}),
    )


@require_POST
@page(fresh=True)
def dry_run(request: HttpRequest, number: str) -> HttpResponse:
    """Read the wikis and make the reports."""

    def work() -> None:
        plans.dry_run(request.office, request.reader, number)
        messages.success(request, _now("The wikis were read; nothing was written there."))

    return _tried(request, number, work)


@require_POST
@page(fresh=True)
def sign_off(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a legal sign-off."""
    wanted = request.POST.get("jurisdiction", "")

    def work() -> str:
        proposal = plans.ask_sign_off(request.office, request.reader, number, wanted)
        return reverse("approvals:one", args=["sign-off", proposal.id])

    return _tried(request, number, work)


@require_POST
@page(fresh=True)
def put_forward(request: HttpRequest, number: str) -> HttpResponse:
    """Put a plan before the deciders."""

    def work() -> str:
        proposal = plans.propose_plan(request.office, request.reader, number)
        return reverse("approvals:one", args=["plan", proposal.id])

    return _tried(request, number, work)


@require_POST
@page(fresh=True)
def condition(request: HttpRequest, number: str) -> HttpResponse:
    """Propose that a gate's condition holds."""
    wanted = request.POST.get("condition", "")

    def work() -> str:
        proposal = plans.propose_condition(request.office, request.reader, number, wanted)
        return reverse("approvals:one", args=["plan-condition", proposal.id])

    return _tried(request, number, work)


@require_POST
@page(fresh=True)
def aftercare(request: HttpRequest, number: str) -> HttpResponse:
    """Fill in what a community gets afterwards."""
    form = AftercareForm(request.POST)
    if not form.is_valid():
        return _one(request, number, aftercare=form)
    given = Aftercare(**form.cleaned_data)
    return _tried(
        request,
        number,
        lambda: plans.fill_aftercare(request.office, request.reader, number, given),
        aftercare=form,
    )


@require_POST
@page(fresh=True)
def close(request: HttpRequest, number: str) -> HttpResponse:
    """Close a plan."""
    return _tried(request, number, lambda: plans.close_plan(request.office, request.reader, number))


@require_POST
@page(fresh=True)
def give_up(request: HttpRequest, number: str) -> HttpResponse:
    """Give a plan up."""
    form = GiveUpForm(request.POST)
    if not form.is_valid():
        return _one(request, number, give_up=form)
    why = form.cleaned_data["why"]
    return _tried(request, number, lambda: plans.give_up(request.office, request.reader, number, why), give_up=form)


@page(fresh=True)
@require_GET
def notices(request: HttpRequest, number: str) -> HttpResponse:
    """The texts that people will get, exactly."""
    opened = plans.read_plan(request.office, request.reader, number, purpose="notices of a plan shown")
    told = [(each, each.action.params["notice"]) for each in opened.plan.actions if "notice" in each.action.params]
    return show(request, "console/plans/notices.html", {"opened": opened, "told": told})


@page(fresh=True)
@require_GET
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """How far the sweep is, what is held, and the way back."""
    return _progress_page(request, number)


def _progress_page(request: HttpRequest, number: str, *, undo: Any = None, decision: Any = None) -> HttpResponse:
    """The page; `undo` or `decision` is what was sent and not taken, with its errors."""
    context = _progress(request, number)
    context["undo"] = UndoForm(undo, auto_id="undo-%s")
    context["decisions"] = [
        (
            each,
            DecisionForm(
                decision if decision and decision.get("action") == each.id else None,
                initial={"action": each.id},
                auto_id=f"decide-{each.id.rpartition('/')[2]}-%s",
            ),
        )
        for each in context["status"].held
    ]
    return show(request, "console/plans/progress.html", context, status=422 if undo or decision else 200)


@page
@require_GET
def progress_part(request: HttpRequest, number: str) -> HttpResponse:
    """The part that HTMX asks for again and again; a passkey that is no longer fresh ends it."""
    if "HX-Request" not in request.headers:  # somebody who came by the address wants the whole page
        return HttpResponseRedirect(reverse("plans:progress", args=[number]))
    if not request.reader.passkey_fresh:
        return show(request, "console/plans/progress_over.html", status=_STOP_POLLING)
    context = _progress(request, number)
    status = _STOP_POLLING if context["status"].ending else 200
    return show(request, "console/plans/progress_part.html", context, status=status)


def _progress(request: HttpRequest, number: str) -> dict[str, Any]:
    opened, status = sweeps.sweep_status(request.office, request.reader, number)
    counts = status.counts()
    total = sum(counts.values())
    course = sweeps.read_sweep(request.office, request.reader, number)
    return {
        "opened": opened,
        "status": status,
        "course": course,
        "counts": [(name, count) for name, count in counts.items() if count],
        "settled": total - counts["planned"] - counts["under way"] - len(status.not_taken_back),
        "total": total,
        "orders": [each for each in course.orders if not each.is_done],
    }


@require_POST
@page(fresh=True)
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Propose what becomes of a held action."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _progress_page(request, number, decision=request.POST)
    given = form.cleaned_data
    proposal = sweeps.propose_decision(
        request.office,
        request.reader,
        number,
        action=given["action"],
        choice=Choice(given["choice"]),
        reason=given["reason"],
        new_plan=given["new_plan"],
    )
    return HttpResponseRedirect(reverse("approvals:one", args=["sweep-decision", proposal.id]))


@require_POST
@page(fresh=True)
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """Propose that all of a plan is undone."""
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _progress_page(request, number, undo=request.POST)
    reason = form.cleaned_data["reason"]
    proposal = sweeps.propose_undoing(request.office, request.reader, number, reason=reason)
    return HttpResponseRedirect(reverse("approvals:one", args=["sweep-undo", proposal.id]))


@page(fresh=True)
def reconciliation(request: HttpRequest, number: str) -> HttpResponse:
    """What the last reconciliation found; a POST looks again."""
    if request.method not in ("GET", "POST"):
        raise Http404
    problem: HoldfastError | None = None
    opened = plans.read_plan(request.office, request.reader, number, purpose="reconciliation shown")
    if request.method == "POST":
        try:
            reconcile_plan(request.office, request.reader, number)
            return HttpResponseRedirect(reverse("plans:reconciliation", args=[number]))
        except HoldfastError as reason:
            problem = reason
    course = sweeps.read_sweep(request.office, request.reader, number)
    context = {"opened": opened, "course": course, "problem": problem}
    return show(request, "console/plans/reconciliation.html", context, status=409 if problem else 200)


def _asks(verb: str) -> Door:
    """What the rules say of one plan: its own, or those of what it was signed with."""

    def door(office: Office, reader: Reader, named: Mapping[str, Any]) -> bool:
        stream, rules = plan_stream(named["number"]), ruled_as(office, named["number"])
        return office.vault.may(reader, verb, stream.kind, stream, ruled_as=rules).allowed

    return door


_reads, _writes = _asks("read_sealed"), _asks("write")

ROOM = Room(
    name="plans",
    title="Plans",
    roles=frozenset({"investigator", "decider", "legal", "appeal_reader", "operator"}),
    order=30,
    doors={
        "home": either(asks("read_list", "plan"), asks("read_list", "sweep")),
        "new": asks("write", "plan"),
        "one": _reads,
        "redraft": _writes,
        "dry_run": _writes,
        "sign_off": _writes,
        "put_forward": _writes,
        "condition": _writes,
        "aftercare": _writes,
        "close": _writes,
        "give_up": _writes,
        "notices": _reads,
        "progress": every(_reads, asks("read_sealed", "sweep", "number")),
        "progress_part": every(_reads, asks("read_sealed", "sweep", "number")),
        "decide": asks("write", "sweep", "number"),
        "undo": asks("write", "sweep", "number"),
        "reconciliation": every(_reads, asks("read_sealed", "sweep", "number")),
    },
    urls=[
        path("", home, name="home"),
        path("new/", draft, name="new"),
        path("<slug:number>/", one, name="one"),
        path("<slug:number>/draft/", redraft, name="redraft"),
        path("<slug:number>/dry-run/", dry_run, name="dry_run"),
        path("<slug:number>/sign-off/", sign_off, name="sign_off"),
        path("<slug:number>/put-forward/", put_forward, name="put_forward"),
        path("<slug:number>/condition/", condition, name="condition"),
        path("<slug:number>/aftercare/", aftercare, name="aftercare"),
        path("<slug:number>/close/", close, name="close"),
        path("<slug:number>/give-up/", give_up, name="give_up"),
        path("<slug:number>/notices/", notices, name="notices"),
        path("<slug:number>/progress/", progress, name="progress"),
        path("<slug:number>/progress/part/", progress_part, name="progress_part"),
        path("<slug:number>/decide/", decide, name="decide"),
        path("<slug:number>/undo/", undo, name="undo"),
        path("<slug:number>/reconciliation/", reconciliation, name="reconciliation"),
    ],
)
