"""Approval: two different people sign the same bytes, and the type says that it was checked."""

from holdfast.approval.approved import Approved, check_approved
from holdfast.approval.people import Approver, same_person
from holdfast.approval.request import Request, fresh_request, parse_request
from holdfast.approval.signature import Signature, check_signature, still_fresh

__all__ = [
    "Approved",
    "Approver",
    "Request",
    "Signature",
    "check_approved",
    "check_signature",
    "fresh_request",
    "parse_request",
    "same_person",
    "still_fresh",
]
