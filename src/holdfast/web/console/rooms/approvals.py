"""Approvals: what waits for two signatures, what exactly is signed, signing, and carrying out."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from holdfast.crypto.passkeys import challenge_of, registered_passkey, to_base64url
from holdfast.errors import InputRefusedError
from holdfast.facts import StreamId
from holdfast.store.office.members import passkey_registrations
from holdfast.store.office.vault import Reader
from holdfast.web.console.leads import address_kept, address_of, opens
from holdfast.web.console.pages import lead, page, show
from holdfast.web.console.room import Room
from holdfast.workflows.office import propose
from holdfast.workflows.office.opening import Office


@page
def home(request: HttpRequest) -> HttpResponse:
    """All proposals whose lists the reader may see; no names."""
    return show(request, "console/proposals.html", {"lines": propose.proposal_lines(request.office, request.reader)})


@page(fresh=True)
def one(request: HttpRequest, kind: str, number: str) -> HttpResponse:
    """One proposal, with exactly what is signed."""
    office, reader = request.office, request.reader
    proposal = propose.read_proposal(office, reader, _stream(kind, number))
    _name, known = propose.kind_of(proposal.stream)
    content, outcome = proposal.request.content(), address_kept(proposal.outcome)
    signed = any(each.member == reader.member for each in proposal.signatures)
    keys = [registered_passkey(each).credential_id for each in passkey_registrations(reader.member)]
    context = {
        "proposal": proposal,
        "kind": known,
        "lines": known.lines(office, proposal.request.what),
        "content": content.decode("utf-8"),
        "signed": signed,
        "refused": None if signed else propose.why_not(office, reader, proposal),
        "outcome": outcome if outcome and opens(request, outcome) else "",
        "enough": len(proposal.signatures) >= known.needed,
        "ready": known.is_carried_out and proposal.state == "open" and len(proposal.signatures) >= known.needed,
        "options": {
            "challenge": challenge_of(content),
            "rpId": office.config.rp_id,
            "credentials": [to_base64url(each) for each in keys],
            "problem": _("The passkey did not sign."),
        },
    }
    return show(request, "console/proposal.html", context)


@require_POST
@page(fresh=True)
def sign(request: HttpRequest, kind: str, number: str) -> HttpResponse:
    """Take the signature that the browser made."""
    try:
        response = json.loads(request.POST.get("response", ""))
    except ValueError:
        raise InputRefusedError(
            "console.sign.unreadable", "no signature came with this form", hint="use the button on the page"
        ) from None
    if not isinstance(response, dict):
        raise InputRefusedError("console.sign.unreadable", "no signature came with this form")
    proposal = propose.sign(request.office, request.reader, _stream(kind, number), response)
    messages.success(request, _("Signed."))
    return HttpResponseRedirect(reverse("approvals:one", args=[kind, proposal.stream.id]))


@require_POST
@page(fresh=True)
def carry_out(request: HttpRequest, kind: str, number: str) -> HttpResponse:
    """Do what was approved."""
    done = propose.carry_out(request.office, request.reader, _stream(kind, number))
    return lead(request, address_of(done), reverse("approvals:one", args=[kind, number]))


@require_POST
@page(fresh=True)
def withdraw(request: HttpRequest, kind: str, number: str) -> HttpResponse:
    """Take one's own proposal back."""
    propose.withdraw(request.office, request.reader, _stream(kind, number))
    return HttpResponseRedirect(reverse("approvals:home"))


def _stream(kind: str, number: str) -> StreamId:
    return StreamId(kind=propose.PREFIX + kind, id=number)


def _reads(office: Office, reader: Reader, named: Mapping[str, Any]) -> bool:
    return propose.may_read(office, reader, _stream(named["kind"], named["number"]))


def _signs(office: Office, reader: Reader, named: Mapping[str, Any]) -> bool:
    stream = _stream(named["kind"], named["number"])
    _, kind = propose.kind_of(stream)
    return office.vault.may(reader, "approve", stream.kind, stream, ruled_as=kind.ruled_as).allowed


ROOM = Room(
    name="approvals",
    title="Approvals",
    order=5,
    doors={"one": _reads, "sign": _signs, "carry_out": _reads, "withdraw": _reads},
    urls=[
        path("", home, name="home"),
        path("<slug:kind>/<slug:number>/", one, name="one"),
        path("<slug:kind>/<slug:number>/sign/", sign, name="sign"),
        path("<slug:kind>/<slug:number>/carry-out/", carry_out, name="carry_out"),
        path("<slug:kind>/<slug:number>/withdraw/", withdraw, name="withdraw"),
    ],
)
