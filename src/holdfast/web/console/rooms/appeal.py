"""Appeals by whoever has the link of a notice: no account, no script, no cookie but the one against forged forms."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from holdfast.appeals.appeal import Outcome
from holdfast.appeals.steps import TEXT_LIMIT
from holdfast.errors import CheckFailedError, HoldfastError, ServiceUnavailableError
from holdfast.notices.kinds import LANGUAGES, RIGHT_TO_LEFT, NoticeKind
from holdfast.notices.wording import ORIGINAL, appeal_page_words, wording
from holdfast.web.console.limits import count, is_over
from holdfast.web.console.room import Room
from holdfast.workflows.appeals import filing as appeal_filing
from holdfast.workflows.exposure.fetch import revision_of

TRIES_AN_HOUR = 120  # tries of a link from one address; chosen, a link's secret cannot be guessed so
FILINGS_AN_HOUR = 30  # filings from one address; chosen
PROOFS_AN_HOUR = 20  # proofs of an account from one address, each asks a wiki; chosen
_LONGEST_NUMBER = 18  # digits: every such number fits in 64 bits
_DJANGO_CODES = {code.lower(): code for code in LANGUAGES}


@never_cache
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """What can be appealed and what holds, and the form; then the receipt, once.

    A link that opens is never refused for what others tried: what is counted is what failed, and filings by source.
    """
    try:
        found = appeal_filing.open_link(request.office, token)
    except CheckFailedError:
        return _failed(request, "link_refused")
    if request.method == "POST" and is_over(request, "appeal-filings", FILINGS_AN_HOUR):
        return _refused(request, "too_often", 429)
    language = _language(request, found.language)
    problem = ""
    if request.method == "POST":
        text = request.POST.get("text", "").strip()
        problem = _problem(text, is_ticked=request.POST.get("understood") == "yes")
        if not problem:
            try:
                receipt = appeal_filing.file(request.office, token, text, language)
            except CheckFailedError:
                return _failed(request, "link_refused")
            count(request, "appeal-filings")
            kept = appeal_filing.by_receipt(request.office, receipt)
            return _show(request, "received", language, {"receipt": receipt, "answer": kept})
    words = wording(NoticeKind.GLOBAL_BAN, language).words
    context = {
        "offer": found,
        "subject": wording(NoticeKind(found.kind), language).subject,
        "body": _in_language(found.body, language),
        "worse": words["word.can_be_worse" if found.can_be_worse else "word.cannot_be_worse"].strip(";；؛ "),
        "problem": problem,
        "typed": request.POST.get("text", "") if problem else "",
        "limit": TEXT_LIMIT,
    }
    return _show(request, "offer", language, context, status=422 if problem else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """How an appeal stands, for whoever has its receipt; with the number of an edit, proof of whose it is."""
    language = _language(request, "")
    if request.method == "GET":
        return _show(request, "status", language, {})
    receipt, problem = request.POST.get("receipt", ""), ""
    try:
        found = appeal_filing.by_receipt(request.office, receipt)
        if "revision" in request.POST and found.save_code:
            problem = _prove(request, receipt)
            found = appeal_filing.by_receipt(request.office, receipt)
    except CheckFailedError:
        return _failed(request, "receipt_refused")
    words = appeal_page_words(language)
    context = {
        "answer": found,
        "receipt": receipt,
        "proof_problem": words.get(problem, ""),
        "standing": words[f"state_{found.standing.value}"],
        "outcome": words[f"outcome_{found.outcome.value}"] if found.outcome else "",
        "reason": words[f"code_{found.code.value}"] if found.code else "",
        "overturned": found.outcome is Outcome.OVERTURN,
        **{name: _in_language(getattr(found, name), language) for name in ("message", "new_measure", "asked_back")},
    }
    return _show(request, "status", language, context, status=422 if problem else 200)


def _prove(request: HttpRequest, receipt: str) -> str:
    """Read the edit back from the wiki; the word for why it proves nothing, or nothing."""
    office, number = request.office, request.POST.get("revision", "").strip()
    if not (number.isascii() and number.isdigit()) or len(number) > _LONGEST_NUMBER:
        return "proof_refused"
    if is_over(request, "appeal-proofs", PROOFS_AN_HOUR, of=receipt):
        return "proof_away"
    count(request, "appeal-proofs", of=receipt)  # each one makes the office ask a wiki
    try:
        appeal_filing.prove_account(
            office,
            receipt,
            request.POST.get("wiki", ""),
            int(number),
            lambda wiki, revision: revision_of(office, wiki, revision),
        )
    except ServiceUnavailableError:
        return "proof_away"
    except HoldfastError as reason:
        unreachable = reason.code == "exposure.ask.no_wiki" or reason.code.startswith("operators.")
        return "proof_away" if unreachable else "proof_refused"
    return ""


def _problem(text: str, *, is_ticked: bool) -> str:
    if not any(each.isalnum() for each in text):
        return "empty"
    if len(text) > TEXT_LIMIT:
        return "too_long"
    return "" if is_ticked else "tick"


def _language(request: HttpRequest, otherwise: str) -> str:
    """The language asked for in the address or the form, else the notice's, else the browser's."""
    asked = (request.POST if request.method == "POST" else request.GET).get("language", "")
    for each in (asked, otherwise, _DJANGO_CODES.get(str(getattr(request, "LANGUAGE_CODE", "")).lower(), "")):
        if each in LANGUAGES:
            return each
    return ORIGINAL


def _in_language(text: str | Mapping[str, str], language: str) -> str:
    if isinstance(text, str):
        return text
    return text.get(language) or text[ORIGINAL]


def _failed(request: HttpRequest, word: str) -> HttpResponse:
    """A link or receipt that opens nothing: counted for its source, and told so until there were too many."""
    if is_over(request, "appeal-tries", TRIES_AN_HOUR):
        return _refused(request, "too_often", 429)
    count(request, "appeal-tries")
    return _refused(request, word, 404)


def _refused(request: HttpRequest, word: str, status: int) -> HttpResponse:
    return _show(request, "refused", _language(request, ""), {"refused": word}, status=status)


def _show(
    request: HttpRequest, name: str, language: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    words = appeal_page_words(language)
    shown = {
        **context,
        "w": words,
        "problem_text": words.get(context.get("problem", ""), ""),
        "refused_text": words.get(context.get("refused", ""), ""),
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "languages": [(code, dict(settings.LANGUAGES)[code.lower()]) for code in LANGUAGES],
        "unchecked": "" if language == ORIGINAL else wording(NoticeKind.GLOBAL_BAN, language).words["word.unchecked"],
        "unchecked_english": wording(NoticeKind.GLOBAL_BAN, ORIGINAL).words["word.unchecked"],
        "office_name": settings.HOLDFAST_OFFICE.config.name,
    }
    with override(language.lower()):
        found: HttpResponse = render(request, f"console/appeal/{name}.html", shown, status=status)
    return found


ROOM = Room(
    name="appeal",
    title="Appeal",
    home="",
    urls=[path("status/", status, name="status"), path("<str:token>/", offer, name="offer")],
)
