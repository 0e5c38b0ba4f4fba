"""Reading who holds what on a live wiki: group members, for the register of access and the collateral report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from holdfast.accounts.names import AccountName
from holdfast.actions.plans.collateral import ADMIN_LOGS, WikiFacts, work_of
from holdfast.actions.steps.ports import LogEntry
from holdfast.errors import InputRefusedError
from holdfast.wiki.hand import ApiHand
from holdfast.wiki.states import end_of


@dataclass(frozen=True, kw_only=True)
class Member:
    """One account in one group, and when that ends (ISO 8601, or `infinity`)."""

    account: AccountName
    user_id: int
    group: str
    expiry: str


def group_members(hand: ApiHand, groups: Sequence[str]) -> tuple[Member, ...]:
    """Everybody in any of the groups now, by group and account.

    Raises InputRefusedError `wiki.no_group` for a group that the wiki does not know: an empty answer would look as
    if nobody held it.
    """
    members = [
        Member(
            account=state["name"],
            user_id=state["userid"],
            group=each["group"],
            expiry=end_of(each.get("expiry")),
        )
        for answer in fetch_groups(hand, groups)
        for state in answer["query"]["users"]
        if "userid" in state
        for each in state.get("groupmemberships", ())
        if each["group"] in groups
    ]
    return tuple(sorted(members, key=lambda each: (each.group, each.account)))


def fetch_groups(hand: ApiHand, groups: Sequence[str]) -> list[dict[str, Any]]:
    """The API's answers on everybody in any of the groups, with the ends of their groups, for
    `access.import_groups.read_groups`. Raises as `group_members`."""
    _check_known(hand, groups)
    # asked one by one: the API joins several groups by OR and then gives an account once for each
    names = {
        user["name"]
        for group in groups
        for part in hand.session.parts(list="allusers", augroup=group, aulimit="max")
        for user in part.get("allusers", ())
    }
    return [
        dict(answer)
        for batch in hand.batches(sorted(names))
        for answer in hand.session.answers(list="users", ususers="|".join(batch), usprop="groupmemberships")
    ]


def wiki_facts(hand: ApiHand, *, language: str, groups: Sequence[str], since: str) -> WikiFacts:
    """What the collateral report needs of a small wiki, read live: members of the groups, and admin work from `since`
    (ISO 8601) on. For a wiki with a long log, count the work in a lake instead."""
    members = group_members(hand, groups)
    return WikiFacts(
        language=language,
        holders={group: frozenset(each.account for each in members if each.group == group) for group in groups},
        work=work_of(entry for kind in ADMIN_LOGS for entry in _kept_log(hand, kind, since)),
    )


def _check_known(hand: ApiHand, groups: Sequence[str]) -> None:
    found = hand.session.read(meta="siteinfo", siprop="usergroups").get("usergroups", ())
    unknown = sorted(set(groups) - {each.get("name") for each in found})
    if unknown:
        raise InputRefusedError(
            "wiki.no_group",
            "the wiki has no such user group",
            expected="groups of Special:ListGroupRights",
            got=", ".join(unknown),
            place=str(hand.wiki),
            hint="correct the name of the group",
        )


def _kept_log(hand: ApiHand, kind: str, since: str) -> Sequence[LogEntry]:
    """The entries of one type of log; none where the wiki keeps no such log."""
    try:
        return hand.log_entries(kinds=[kind], since=since)
    except InputRefusedError as reason:
        if reason.offender == "badvalue":
            return ()
        raise
