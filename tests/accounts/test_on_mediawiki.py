"""What MediaWiki itself makes of names and addresses, and where wikis differ by version and settings."""

import json
import subprocess
from pathlib import Path

import pytest
import requests

from accounts.spellings import ADDRESSES, SPELLINGS, STRANGERS
from holdfast.accounts.names import account_as_compared
from mediawiki.fixtures import ServedWiki

_IP_UTILS = Path("/usr/share/mediawiki/vendor/wikimedia/ip-utils/src/IPUtils.php")


def answered(wiki: ServedWiki, names: list[str]) -> dict[str, str]:
    """What `list=users` calls each of these."""
    found = {}
    for name in names:
        asked = {"action": "query", "list": "users", "ususers": name, "format": "json", "formatversion": "2"}
        (user,) = requests.get(f"{wiki.address}/api.php", asked, timeout=60).json()["query"]["users"]
        found[name] = user["name"]
    return found


def test_names_have_the_form_that_the_wiki_gives_them(acted_wiki: ServedWiki) -> None:
    names = [each for name in SPELLINGS for each in SPELLINGS[name] if name not in ("ßeta", "ﬁve")]
    names += [each for each in STRANGERS if each != "five"] + ["five", "ǆep", "Émile", "e\u0301mile", "Anna\u2028B"]
    found = answered(acted_wiki, names)
    wiki_says = {name: form for name, form in found.items() if name != "ǆep"}
    assert {name: account_as_compared(name) for name in wiki_says} == wiki_says


def test_letters_whose_capital_is_two_letters_are_where_wikis_differ(acted_wiki: ServedWiki) -> None:
    """1.39 under PHP 8.2 writes them out; Wikimedia's wikis keep ß; newer ones take a title's capital (Ss, Fi)."""
    assert answered(acted_wiki, ["ßeta", "ﬁve", "ǆep"]) == {"ßeta": "SSeta", "ﬁve": "FIve", "ǆep": "Ǆep"}
    assert [account_as_compared(name) for name in ("ßeta", "ﬁve", "ǆep")] == ["ßeta", "ﬁve", "ǅep"]


@pytest.mark.skipif(not _IP_UTILS.is_file(), reason="Debian's package mediawiki is not here")
def test_addresses_have_the_form_that_the_wiki_gives_them() -> None:
    spelt = [each for spellings in ADDRESSES.values() for each in spellings]
    given = [each for each in spelt if "User:" not in each and "/" not in each]
    given += ["::", "::1", "1::", "2001:db8:0:1::2", "010.001.002.003", "0.0.0.0", "fe80::abcd:0:0:1", "::ffff:0:0"]
    code = (
        f"require '{_IP_UTILS}';"
        + r"foreach (json_decode($argv[1]) as $a) echo Wikimedia\IPUtils::sanitizeIP($a), '|';"
    )
    said = subprocess.run(["php", "-r", code, json.dumps(given)], capture_output=True, text=True, check=True).stdout
    assert dict(zip(given, said.split("|")[:-1], strict=True)) == {each: account_as_compared(each) for each in given}
