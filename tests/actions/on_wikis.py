"""Sweeps on two real wikis: fresh people for each plan, operators' hands, and the truth from the databases."""

from collections.abc import Callable, Mapping, Sequence

from actions.sweeping import HEAD, group
from holdfast.actions.steps.ports import WikiHand
from holdfast.ids import WikiName, wiki_name
from holdfast.wiki.client import Patience
from holdfast.wiki.operators import read_operators
from mediawiki.two_wikis import ActingWiki, TwoWikis

AT_ONCE = Patience(outage=(0,), busy=())
_AT = "2026-01-02T00:00:00Z"


def hands(two: TwoWikis) -> dict[WikiName, WikiHand]:
    """The first operator's hand on each wiki."""
    known = read_operators(two.keys, patience=AT_ONCE)
    return {wiki_name(each.name): known.hands_for(wiki_name(each.name))[0] for each in two.both}


def operators(two: TwoWikis) -> Mapping[str, Sequence[Callable[[], WikiHand]]]:
    """Both operators of each wiki, to be opened."""
    known = read_operators(two.keys, patience=AT_ONCE)

    def opens(wiki: str, place: int) -> Callable[[], WikiHand]:
        return lambda: known.hands_for(wiki_name(wiki))[place]

    return {each.name: [opens(each.name, place) for place in (0, 1)] for each in two.both}


def add_people(two: TwoWikis, prefix: str) -> None:
    """Fresh accounts on both wikis: to ban and to desysop (administrators), to warn, to restore; and a page."""
    for wiki in two.both:
        events = [{"at": _AT, "account": f"{prefix} {name}"} for name in ("banned", "sysop", "warned", "restored")]
        events += [
            {"at": _AT, "as": "Admin", "call": {"action": "userrights", "user": f"{prefix} {name}", "add": "sysop"}}
            for name in ("banned", "sysop")
        ]
        text = {"action": "edit", "title": f"Project:{prefix}", "text": "A page."}
        wiki.wiki.act([*events, {"at": _AT, "as": "Admin", "call": text}])


def plan_text(prefix: str, identity: str) -> str:
    """A plan with one action of each kind on the people of `add_people`; the ban on both wikis, the rest on one."""
    east, west = 'wikis = ["eastwiki"]', 'wikis = ["westwiki"]'
    one = f"{prefix} "
    given = '{ groups = { eastwiki = { sysop = "infinity" } }, reason = "given back" }'
    quiet = '{ protection = { edit = ["sysop", "infinity"] }, reason = "quiet" }'
    groups = (
        group("global_ban", [one + "banned"], '{ reason = "see your talk page" }'),
        group("rights_removal", [one + "sysop"], '{ groups = "all", reason = "see your talk page" }') + east,
        group("warning", [one + "warned"], conduct='"calling people to a vote"') + west,
        group("rights_restoration", [one + "restored"], given) + east,
        group("protection", [f"Project:{prefix}"], quiet) + west,
    )
    return HEAD.replace('"p-1"', f'"{identity}"') + "\n".join(groups)


def check_done_once(two: TwoWikis, prefix: str) -> None:
    """Each step of that plan has one log entry by an operator, or one revision of a talk page; past every API."""
    for wiki in two.both:
        _check_ban(wiki, f"{prefix} banned")
    east, west = two.both
    assert east.groups(f"{prefix} sysop") == {}
    assert by_operators(east, "rights", f"User:{prefix} sysop") == 1
    assert len(east.talk(f"{prefix} sysop")) == 1
    assert west.groups(f"{prefix} sysop") == {"sysop": None}
    assert [len(west.talk(f"{prefix} warned")), len(east.talk(f"{prefix} warned"))] == [1, 0]
    assert east.groups(f"{prefix} restored") == {"sysop": None}
    assert by_operators(east, "rights", f"User:{prefix} restored") == 1
    assert len(east.talk(f"{prefix} restored")) == 1
    assert by_operators(west, "protect", f"Project:{prefix}") == 1


def _check_ban(wiki: ActingWiki, account: str) -> None:
    block = wiki.block_of(account)
    assert wiki.groups(account) == {}
    assert block is not None
    assert block["ipb_expiry"] == "infinity"
    assert [by_operators(wiki, kind, f"User:{account}") for kind in ("rights", "block")] == [1, 1]
    assert len(wiki.talk(account)) == 1
    assert wiki.talk(account)[0].count("<!-- holdfast:") == 1


def by_operators(wiki: ActingWiki, kind: str, title: str) -> int:
    """Log entries of a type on a page or account by the operators."""
    name = title.partition(":")[2]
    return sum(actor.startswith("Warden") for _, _, actor in wiki.log(kind, name))
