"""The register: people with access to non-public data, what the rules say of them, what if, and the public board."""

from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.access.register.import_csv import COLUMNS
from holdfast.access.register.noticeboard import noticeboard, wikitext
from holdfast.access.register.what_if import what_if
from holdfast.access.rules.nonpublic_rules import may_hold
from holdfast.access.rules.rights import RIGHTS
from holdfast.access.rules.rule_book import RuleBook, rule_book_from
from holdfast.errors import InputRefusedError
from holdfast.papers.decoding import UTF_8
from holdfast.report.pages.noticeboard import board_page
from holdfast.report.render import render
from holdfast.web.console.doors import asks
from holdfast.web.console.encoding_field import encoding_field
from holdfast.web.console.pages import page, show
from holdfast.web.console.room import Room
from holdfast.workflows.access import register as work
from holdfast.workflows.freezes.review import public_table
from holdfast.workflows.office.operators import operators_of

_STATES = ("holds", "frozen", "former")
_RIGHTS = [(each.name, f"{each.name}: {each.means}") for each in RIGHTS.values()]


class FindForm(forms.Form):
    """One account, by any name that it has or had."""

    account = forms.CharField(label=_("Account"), max_length=255)


class RowForm(forms.Form):
    """One row of the register, with the columns of its CSV form."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for name, means in COLUMNS.items():
            needed = name == "account"
            self.fields[name] = forms.CharField(
                label=name.replace("_", " "), help_text=means, max_length=255, required=needed
            )


class ImportForm(forms.Form):
    """A file to be read into the register."""

    file = forms.FileField(label=_("File"))
    encoding = encoding_field()
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[
            ("csv", _("CSV with the columns of the register")),
            ("groups", _("groups of a wiki: JSON answers of its API")),
            ("noticeboard", _("a noticeboard: wikitext")),
        ],
    )
    wiki = forms.CharField(label=_("Wiki"), help_text=_("For groups: its short name."), max_length=64, required=False)
    version = forms.CharField(
        label=_("Version of the agreement"), help_text=_("For a noticeboard."), max_length=64, required=False
    )


class WhatIfForm(forms.Form):
    """A restriction to be thought through."""

    jurisdictions = forms.CharField(
        label=_("Jurisdictions"), help_text=_("Classes such as J1, separated by spaces."), max_length=200
    )
    rights = forms.MultipleChoiceField(
        label=_("Rights"), choices=_RIGHTS, widget=forms.CheckboxSelectMultiple, initial=["checkuser"]
    )


class RulesForm(forms.Form):
    """The rule book. Two people sign a change."""

    current_versions = forms.CharField(
        label=_("Versions of the agreement that count"), help_text=_("Separated by spaces."), max_length=200
    )
    restricted = forms.CharField(
        label=_("Restricted"),
        help_text=_("One on each line: class of jurisdiction, a space, a right."),
        widget=forms.Textarea(attrs={"rows": 4, "class": "cdx-text-area__textarea"}),
        required=False,
    )
    blocking = forms.CharField(
        label=_("Classes of jurisdiction that block the projects"), max_length=200, required=False
    )
    languages = forms.CharField(
        label=_("Languages of the wikis"),
        help_text=_("One on each line: wiki, a space, a language."),
        widget=forms.Textarea(attrs={"rows": 4, "class": "cdx-text-area__textarea"}),
        required=False,
    )
    single_holder_days = forms.IntegerField(label=_("Days of a last single holder"), min_value=1)
    review_days = forms.IntegerField(label=_("Days of a review"), min_value=1)
    evidence_days = forms.IntegerField(label=_("Days for an answer"), min_value=1)
    keep_days = forms.IntegerField(label=_("Days until a kept freeze is reviewed again"), min_value=1)
    approval_hours = forms.IntegerField(label=_("Hours that an approval counts"), min_value=1)
    smallest_group = forms.IntegerField(label=_("Smallest number of people that is published"), min_value=2)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@page
def home(request: HttpRequest) -> HttpResponse:
    """The list of people, without names."""
    state = request.GET.get("state") if request.GET.get("state") in _STATES else None
    quiet = replace(request.reader, passkey_fresh=False)
    listed = work.people_page(request.office, quiet, after=request.GET.get("after"), state=state)
    context = {"page": listed, "states": _STATES, "state": state, "named": False, "form": FindForm()}
    return show(request, "console/access/people.html", context)


@page(fresh=True)
def named(request: HttpRequest) -> HttpResponse:
    """The list with names: each one that is shown is written down and counted."""
    request.office.vault.require(request.reader, "read_sealed", work.KIND, purpose="register listed by name")
    listed = work.people_page(request.office, request.reader, after=request.GET.get("after"))
    context = {"page": listed, "states": _STATES, "named": True, "form": FindForm()}
    return show(request, "console/access/people.html", context)


@page(fresh=True)
@require_http_methods(["POST"])
def find(request: HttpRequest) -> HttpResponse:
    """People who have or had an account. The name travels in the form's body, not in an address."""
    form = FindForm(request.POST)
    request.office.vault.require(request.reader, "read_list", work.KIND, purpose="register searched")
    found = work.find(request.office, form.cleaned_data["account"]) if form.is_valid() else ()
    if len(found) == 1:
        return HttpResponseRedirect(reverse("register:one", args=[found[0]]))
    return show(request, "console/access/found.html", {"found": found, "form": form})


@page(fresh=True)
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One person: accounts, grants with what the rules say, agreements, jurisdiction, exemptions, freezes."""
    office, now = request.office, request.office.clock()
    person = work.one_person(office, request.reader, number)
    register = replace(work.load_for_rules(office), people={person.id: person})
    grants = []
    for grant in person.grants:
        decision = may_hold(office.policies, register, person, grant.wiki, grant.right, at=now)
        grants.append(
            {
                "grant": grant,
                "runs": grant.runs_at(now),
                "past_date": grant in person.standing_at(now) and not grant.runs_at(now),
                "allowed": decision.allowed,
                "rules": [(rule, office.policies.means(rule)) for rule in decision.rules],
            }
        )
    context = {"person": person, "grants": grants, "holds": [each for each in person.holds if each.stands_at(now)]}
    return show(request, "console/access/person.html", context)


@page(fresh=True)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a person, or what is new about one: a grant, an agreement, a jurisdiction, an exemption."""
    form = RowForm(_posted(request))
    if request.method == "GET":
        request.office.vault.require(request.reader, "write", work.KIND, purpose="register form shown")
    elif form.is_valid():
        preview = work.add_row(request.office, request.reader, form.cleaned_data)
        return show(request, "console/access/imported.html", {"preview": preview})
    return show(request, "console/access/add.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@page(fresh=True)
def import_wiki(request: HttpRequest) -> HttpResponse:
    """Read the groups of a live wiki into the register."""
    preview = work.import_wiki(request.office, request.reader, request.POST.get("wiki", ""))
    return show(request, "console/access/imported.html", {"preview": preview})


@require_POST
@page(fresh=True)
def end(request: HttpRequest, number: str) -> HttpResponse:
    """End one grant now, or note that the account is gone."""
    given = request.POST
    if given.get("what") == "gone":
        work.account_gone(request.office, request.reader, number)
    else:
        work.end_grant(
            request.office,
            request.reader,
            number,
            wiki=given.get("wiki", ""),
            right=given.get("right", ""),
            why=given.get("why", ""),
        )
    return HttpResponseRedirect(reverse("register:one", args=[number]))


@page(fresh=True)
@require_http_methods(["GET", "POST"])
def import_(request: HttpRequest) -> HttpResponse:
    """Read a file into the register."""
    form = ImportForm(_posted(request), request.FILES if request.method == "POST" else None)
    if request.method == "GET":
        request.office.vault.require(request.reader, "write", work.KIND, purpose="import form shown")
    elif form.is_valid():
        given = form.cleaned_data
        preview = work.import_data(
            request.office,
            request.reader,
            given["file"].read(),
            given["kind"],
            place="the uploaded file",
            wiki=given["wiki"].strip(),
            version=given["version"].strip(),
            encoding=given["encoding"] or UTF_8,
        )
        return show(request, "console/access/imported.html", {"preview": preview, "form": ImportForm()})
    context = {"form": form, "wikis": sorted(operators_of(request.office).wikis)}
    return show(request, "console/access/import.html", context, status=422 if form.errors else 200)


@page(fresh=True)
@require_http_methods(["GET", "POST"])
def what_if_page(request: HttpRequest) -> HttpResponse:
    """Who would lose what if jurisdictions were restricted, and what that leaves behind."""
    office, reader = request.office, request.reader
    form = WhatIfForm(_posted(request))
    found = work.load(office, reader, purpose="what if asked")
    context = {"form": form, "assumed": found.assumed}
    if request.method == "POST" and form.is_valid():
        answer = what_if(
            office.policies,
            found.register,
            at=office.clock(),
            rights=form.cleaned_data["rights"],
            jurisdictions=form.cleaned_data["jurisdictions"].split(),
        )
        people = {each.person for each in (*answer.losses, *answer.exempt, *answer.unrecorded)}
        work.shown(office, reader, people, purpose="what if answered")
        names = {each: found.register.people[each].account for each in people}
        context |= {
            "answer": answer,
            "losses": [(each, names[each.person]) for each in answer.losses],
            "exempt": [(each, names[each.person]) for each in answer.exempt],
            "unrecorded": [(each, names[each.person]) for each in answer.unrecorded],
        }
    return show(request, "console/access/what_if.html", context, status=422 if form.errors else 200)


@page(fresh=True)
def board(request: HttpRequest) -> HttpResponse:
    """The public noticeboard as it would be published now, and the public table of reviews."""
    found = work.load(request.office, request.reader, purpose="noticeboard made")
    made = noticeboard(found.register, now=request.office.clock())
    context = {"board": made, "table": public_table(request.office).to_json()}
    return show(request, "console/access/board.html", context)


@page(fresh=True)
def board_file(request: HttpRequest, form: str) -> HttpResponse:
    """The noticeboard as a file to publish: a page or wikitext."""
    found = work.load(request.office, request.reader, purpose="noticeboard made")
    made = noticeboard(found.register, now=request.office.clock())
    if form == "page":
        text, name, kind = render(board_page(made)), "noticeboard.html", "text/html; charset=utf-8"
    else:
        text, name, kind = wikitext(made), "noticeboard.wikitext", "text/plain; charset=utf-8"
    answer = HttpResponse(text, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@page(fresh=True)
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """The rule book, and the form that puts a change before two people."""
    office, reader = request.office, request.reader
    office.vault.require(reader, "read_sealed", work.KIND, purpose="rule book shown")
    register = work.load_for_rules(office)
    form = RulesForm(_posted(request), initial=_as_form(register.book))
    if request.method == "POST" and form.is_valid():
        try:
            book = rule_book_from(_from_form(form.cleaned_data))
        except InputRefusedError as reason:
            form.add_error(None, f"{reason.what}: {reason.got}")
        else:
            proposal = work.propose_rules(office, reader, book)
            return HttpResponseRedirect(reverse("approvals:one", args=["access-rules", proposal.id]))
    context = {"form": form, "is_first": work.rule_book(office) is None}
    return show(request, "console/access/rules.html", context, status=422 if form.errors else 200)


def _as_form(book: RuleBook) -> dict[str, object]:
    found = book.to_json()
    return found | {
        "current_versions": " ".join(found["current_versions"]),
        "blocking": " ".join(found["blocking"]),
        "restricted": "\n".join(" ".join(pair) for pair in found["restricted"]),
        "languages": "\n".join(f"{wiki} {language}" for wiki, language in found["languages"].items()),
    }


def _from_form(given: dict[str, object]) -> dict[str, object]:
    def pairs(text: object) -> list[list[str]]:
        return [line.split() for line in str(text).splitlines() if line.strip()]

    return given | {
        "current_versions": str(given["current_versions"]).split(),
        "blocking": str(given["blocking"]).split(),
        "restricted": pairs(given["restricted"]),
        "languages": dict(pairs(given["languages"])) if all(len(p) == 2 for p in pairs(given["languages"])) else "x",
    }


ROOM = Room(
    name="register",
    title="Register",
    roles=frozenset({"access_steward"}),
    order=20,
    doors={
        "home": asks("read_list", work.KIND),
        "named": asks("read_sealed", work.KIND),
        "find": asks("read_list", work.KIND),
        "one": asks("read_sealed", work.KIND, "number"),
        "end": asks("write", work.KIND, "number"),
        "add": asks("write", work.KIND),
        "import": asks("write", work.KIND),
        "import_wiki": asks("write", work.KIND),
        "what_if": asks("read_sealed", work.KIND),
        "board": asks("read_sealed", work.KIND),
        "board_file": asks("read_sealed", work.KIND),
        "rules": asks("write", work.KIND),
    },
    urls=[
        path("", home, name="home"),
        path("names/", named, name="named"),
        path("find/", find, name="find"),
        path("person/<slug:number>/", one, name="one"),
        path("person/<slug:number>/end/", end, name="end"),
        path("add/", add, name="add"),
        path("import/", import_, name="import"),
        path("import/wiki/", import_wiki, name="import_wiki"),
        path("what-if/", what_if_page, name="what_if"),
        path("noticeboard/", board, name="board"),
        path("noticeboard/<slug:form>/", board_file, name="board_file"),
        path("rules/", rules, name="rules"),
    ],
)
