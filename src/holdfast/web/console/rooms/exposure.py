"""Exposure: taking in look-ups, who could and who did, a holder's report, people to be told, and their questions."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.access.exposure.lookups_read import LogFile, Part
from holdfast.access.exposure.report import Label
from holdfast.access.exposure.telling import STREAM_KIND, month_stream
from holdfast.accounts.names import AccountName, account_name, asked_name
from holdfast.canonical import canonical_bytes
from holdfast.errors import HoldfastError, UsageError
from holdfast.facts import StreamId
from holdfast.ids import WikiName, wiki_name
from holdfast.notices.kinds import LANGUAGES, ReasonCode
from holdfast.report.pages.exposure import report_page, seen_page
from holdfast.report.render import render
from holdfast.web.console.doors import asks
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.workflows.exposure import months_read as work
from holdfast.workflows.exposure import question as exposure_question
from holdfast.workflows.exposure import telling as notices_due
from holdfast.workflows.exposure.fetch import fetch_and_import, revision_of
from holdfast.workflows.exposure.months import pseudonyms, telling_policy
from holdfast.workflows.exposure.who_could import held_now

_TEXT = {"class": "cdx-text-input__input", "dir": "auto"}
_CODE = {"class": "cdx-text-input__input", "dir": "ltr"}
_DAY = {**_CODE, "type": "date"}
_AREA = {"rows": 4, "class": "cdx-text-area__textarea", "dir": "auto"}


def _wiki_field() -> forms.RegexField:
    return forms.RegexField(
        r"^[a-z][a-z0-9_-]{0,63}$",
        label=_("Wiki"),
        help_text=_("Its short name."),
        widget=forms.TextInput(attrs=_CODE),
    )


def _names_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Show accounts by name"),
        help_text=_("Otherwise pseudonyms stand for them. That names were shown is in the audit."),
        required=False,
    )


class ImportForm(forms.Form):
    """CheckUser's log as a file."""

    wiki = _wiki_field()
    file = forms.FileField(
        label=_("CheckUser's log"),
        help_text=_(
            "Answers of the API or an export as JSON (several answers as a list, or one on each line), "
            "or the table cu_log as CSV, TSV or SQL."
        ),
    )
    part = forms.BooleanField(label=_("This is a part of the log"), required=False)


class FetchForm(forms.Form):
    """CheckUser's log from the wiki itself."""

    wiki = _wiki_field()
    since = forms.DateField(label=_("From this day (UTC)"), required=False, widget=forms.DateInput(attrs=_DAY))


class WhoForm(forms.Form):
    """Whose data, on which day."""

    wiki = _wiki_field()
    day = forms.DateField(label=_("Day (UTC)"), widget=forms.DateInput(attrs=_DAY))
    account = forms.CharField(
        label=_("Account"), help_text=_("Left empty: anybody."), required=False, widget=forms.TextInput(attrs=_TEXT)
    )
    names = _names_field()


class HolderForm(forms.Form):
    """Whose look-ups, in which period, and who is at risk."""

    accounts = forms.CharField(
        label=_("Accounts of the holder"),
        help_text=_("One on each line: wiki:account"),
        widget=forms.Textarea(attrs=_AREA),
    )
    period_start = forms.DateField(label=_("From this day (UTC)"), widget=forms.DateInput(attrs=_DAY))
    period_end = forms.DateField(label=_("To before this day (UTC)"), widget=forms.DateInput(attrs=_DAY))
    at_risk = forms.CharField(
        label=_("People at risk"),
        help_text=_("One on each line: wiki:account. They are compared, and not kept."),
        required=False,
        widget=forms.Textarea(attrs=_AREA),
    )
    names = _names_field()


class SealForm(forms.Form):
    """Holding one notice back."""

    code = forms.ChoiceField(label=_("Reason"), choices=[(each.value, each.value) for each in ReasonCode])
    until = forms.DateField(label=_("Until the end of this day (UTC)"), widget=forms.DateInput(attrs=_DAY))
    motive = forms.CharField(
        label=_("Motive"),
        help_text=_("Sealed. Why the person must not be told yet."),
        widget=forms.Textarea(attrs=_AREA),
    )


class TellForm(forms.Form):
    """How the person was told."""

    way = forms.CharField(
        label=_("How the person was told"),
        help_text=_("Such as: the wiki's e-mail. Never on a page that others read."),
        max_length=100,
        widget=forms.TextInput(attrs=_TEXT),
    )


class QuestionForm(forms.Form):
    """Who asks."""

    wiki = _wiki_field()
    account = forms.CharField(label=_("Account that asks"), max_length=255, widget=forms.TextInput(attrs=_TEXT))


class ProofForm(forms.Form):
    """The edit that proves it."""

    revision = forms.IntegerField(
        label=_("Number of the revision"),
        help_text=_("From its address: oldid=…"),
        min_value=1,
        widget=forms.NumberInput(attrs=_CODE),
    )


@page
def home(request: HttpRequest) -> HttpResponse:
    """What can be done here."""
    request.office.vault.require(request.reader, "read_list", STREAM_KIND, purpose="exposure shown")
    return show(request, "console/exposure/home.html", {"months": request.office.vault.count(STREAM_KIND)})


@page(fresh=True)
@require_http_methods(["GET", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """Take CheckUser's log in, from a file or from the wiki."""
    office, reader, taken = request.office, request.reader, None
    from_wiki = request.method == "POST" and "since" in request.POST
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" and not from_wiki else ()))
    fetch = FetchForm(request.POST if from_wiki else None)
    office.vault.require(reader, "write", STREAM_KIND, purpose="look-ups imported")
    if from_wiki and fetch.is_valid():
        day = fetch.cleaned_data["since"]
        since = None if day is None else datetime.combine(day, time(), UTC)
        taken = fetch_and_import(office, reader, wiki_name(fetch.cleaned_data["wiki"]), since)
    elif form.is_valid():
        given = form.cleaned_data
        files = [LogFile(place=_t("the file"), data=given["file"].read())]
        part = Part.PART if given["part"] else Part.WHOLE
        taken = work.import_lookups(office, reader, wiki_name(given["wiki"]), files, part=part)
    context = {"form": form, "fetch": fetch, "taken": taken}
    wrong = bool(form.errors) or bool(fetch.errors)
    return show(request, "console/exposure/import.html", context, status=422 if wrong else 200)


@page(fresh=True)
@require_http_methods(["GET", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """Who could see an account's data on a day, and who did."""
    office, reader = request.office, request.reader
    office.vault.require(reader, "read_sealed", STREAM_KIND, purpose="who could and who did")
    form = WhoForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        held = held_now(office, reader)
        seen = work.who_could_and_who_did(
            office,
            reader,
            held.rights,
            wiki=wiki_name(given["wiki"]),
            day=given["day"],
            account=asked_name(given["account"]) if given["account"] else None,
        )
        if given["names"]:
            held.count_shown(office, reader, seen)
        label = _label(request, by_name=given["names"])
        if request.POST.get("form"):
            return _file(request, "who-could-and-did", seen.to_json(label), "", render(seen_page(seen, label)))
        context |= {"seen": seen.to_json(label), "register_read": held.rights is not None}
    return show(request, "console/exposure/who.html", context, status=422 if form.errors else 200)


@page(fresh=True)
@require_http_methods(["GET", "POST"])
def holder(request: HttpRequest) -> HttpResponse:
    """What a holder looked at in a period."""
    office, reader = request.office, request.reader
    office.vault.require(reader, "read_sealed", STREAM_KIND, purpose="exposure of a holder")
    form = HolderForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        accounts: dict[WikiName, list[AccountName]] = {}
        for wiki, account in _lines(given["accounts"]):
            accounts.setdefault(wiki, []).append(account_name(account))
        report = work.report_of(
            office,
            reader,
            holder=accounts,
            period_start=given["period_start"],
            period_end=given["period_end"],
            at_risk=_lines(given["at_risk"]) if given["at_risk"].strip() else None,
        )
        label = _label(request, by_name=given["names"])
        if request.POST.get("form"):
            value, page_text = report.to_json(label), render(report_page(report, label))
            return _file(request, "exposure", value, report.to_csv(), page_text)
        context["report"] = report.to_json(label)
    return show(request, "console/exposure/holder.html", context, status=422 if form.errors else 200)


@page(fresh=True)
def queue(request: HttpRequest) -> HttpResponse:
    """The notices that are owed: no names."""
    rows = work.told_queue(request.office, request.reader)
    shown = [{"row": each, "month": month_stream(each.wiki, each.month).id} for each in rows]
    context = {
        "rows": shown[:500],
        "more": max(0, len(shown) - 500),
        "counts": work.published_seal_counts(request.office).to_json(),
        "may_seal": "custodian" in request.reader.roles,
    }
    return show(request, "console/exposure/queue.html", context)


@page(fresh=True)
def notice(request: HttpRequest, month: str, lookup: str) -> HttpResponse:
    """One look-up of the queue with its names, the text to the person, and the seal."""
    return _notice(request, month, lookup)


def _notice(request: HttpRequest, month: str, lookup: str, *, status: int = 200, **bound: Any) -> HttpResponse:
    office, reader, stream = request.office, request.reader, StreamId(kind=STREAM_KIND, id=month)
    office.vault.require(reader, "approve", STREAM_KIND, stream, purpose="one look-up shown")
    found = work.notice_state(office, reader, stream, lookup)
    language = request.GET.get("language") if request.GET.get("language") in LANGUAGES else "en"
    policy, now = telling_policy(office), office.clock()
    context = {
        "month": month,
        "lookup": lookup,
        "notice": found,
        "telling": found.telling(policy, now).value,
        "seal": found.seal_at(now),
        "due_at": found.due_at(policy),
        "notice_languages": LANGUAGES,
        "notice_language": language,
        "text": notices_due.text_for(office, reader, stream, lookup, str(language)),
        "seal_form": SealForm(),
        "tell_form": TellForm(),
        **bound,
    }
    return show(request, "console/exposure/notice.html", context, status=status)


@require_POST
@page(fresh=True)
def do(request: HttpRequest, month: str, lookup: str, step: str) -> HttpResponse:
    """Seal, lift a seal, or note that the person was told."""
    office, reader, stream = request.office, request.reader, StreamId(kind=STREAM_KIND, id=month)
    if step == "seal":
        form = SealForm(request.POST)
        if not form.is_valid():
            return _notice(request, month, lookup, status=422, seal_form=form)
        given = form.cleaned_data
        until = datetime.combine(given["until"], time(23, 59, 59), UTC)
        code = ReasonCode(given["code"])
        work.seal(office, reader, stream, lookup, code=code, until=until, motive=given["motive"])
    elif step == "lift":
        work.lift(office, reader, stream, lookup)
    elif step == "told":
        told = TellForm(request.POST)
        if not told.is_valid():
            return _notice(request, month, lookup, status=422, tell_form=told)
        notices_due.mark_told(office, reader, stream, lookup, told.cleaned_data["way"])
    else:
        raise Http404
    return HttpResponseRedirect(reverse("exposure:queue"))


@page(fresh=True)
@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """People's questions by id, and noting a new one."""
    office, reader = request.office, request.reader
    office.vault.require(reader, "approve", STREAM_KIND, purpose="questions listed")
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        stream = exposure_question.ask(office, reader, wiki_name(given["wiki"]), given["account"])
        return HttpResponseRedirect(reverse("exposure:question", args=[stream.id]))
    lines = office.vault.plain_lines(exposure_question.KIND)
    context = {"form": form, "lines": lines}
    return show(request, "console/exposure/questions.html", context, status=422 if form.errors else 200)


@page(fresh=True)
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, number: str) -> HttpResponse:
    """One question: the code for the person, the proof, and then the answer."""
    office, reader = request.office, request.reader
    office.vault.require(reader, "approve", STREAM_KIND, purpose="a person's question shown")
    stream = StreamId(kind=exposure_question.KIND, id=number)
    form = ProofForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        exposure_question.prove(
            office,
            reader,
            stream,
            form.cleaned_data["revision"],
            lambda wiki, number: revision_of(office, wiki, number),
        )
        messages.success(request, _("The account is proven. The answer can be given for a day."))
        return HttpResponseRedirect(reverse("exposure:question", args=[number]))
    found = exposure_question.read_question(office, reader, stream)
    answer = None
    if found.state != "asked":
        try:
            answer = exposure_question.answer(office, reader, stream).to_json()
        except HoldfastError as reason:
            if reason.code != "exposure.ask.not_proven":
                raise
    context = {"question": found, "form": form, "answer": answer}
    return show(request, "console/exposure/question.html", context, status=422 if form.errors else 200)


def _lines(text: str) -> list[tuple[WikiName, AccountName]]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        wiki, colon, account = line.strip().partition(":")
        if not line.strip():
            continue
        if not colon or not account.strip():
            raise UsageError("exposure.lines", "this is no wiki:account", place=f"line {number}")
        found.append((wiki_name(wiki.strip()), asked_name(account, place=f"line {number}")))
    return found


def _label(request: HttpRequest, *, by_name: bool) -> Label:
    if by_name:
        request.office.vault.require(request.reader, "read_sealed", STREAM_KIND, purpose="accounts shown by name")
        return lambda wiki, account: account
    return pseudonyms(request.office).of


def _file(request: HttpRequest, name: str, value: dict[str, Any], csv: str, html: str) -> HttpResponse:
    kinds = {
        "json": (canonical_bytes(value) + b"\n", "application/json"),
        "csv": (csv.encode(), "text/csv; charset=utf-8"),
        "html": (html.encode(), "text/html; charset=utf-8"),
    }
    form = request.POST.get("form", "")
    if form not in kinds or not kinds[form][0]:
        raise Http404
    if request.POST.get("names"):
        raise UsageError(
            "exposure.names_in_file",
            "a file holds pseudonyms; names leave the office only as two people approve",
            hint="leave the names out, or propose an export",
        )
    content, kind = kinds[form]
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


ROOM = Room(
    name="exposure",
    title="Exposure",
    roles=frozenset({"access_steward", "custodian", "investigator"}),
    order=30,
    doors={
        "home": asks("read_list", STREAM_KIND),
        "import": asks("write", STREAM_KIND),
        "who": asks("read_sealed", STREAM_KIND),
        "holder": asks("read_sealed", STREAM_KIND),
        "queue": asks("read_sealed", STREAM_KIND),
        "notice": asks("approve", STREAM_KIND, "month"),
        "do": asks("approve", STREAM_KIND, "month"),
        "questions": asks("approve", STREAM_KIND),
        "question": asks("approve", STREAM_KIND),
    },
    urls=[
        path("", home, name="home"),
        path("import/", take_in, name="import"),
        path("who/", who, name="who"),
        path("holder/", holder, name="holder"),
        path("queue/", queue, name="queue"),
        path("queue/<slug:month>/<slug:lookup>/", notice, name="notice"),
        path("queue/<slug:month>/<slug:lookup>/<slug:step>/", do, name="do"),
        path("questions/", questions, name="questions"),
        path("questions/<slug:number>/", question, name="question"),
    ],
)
