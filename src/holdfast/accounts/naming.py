"""What stands for accounts in an output: under which key pseudonyms are made, and who is called by name."""

from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.accounts.labels import Labels
from holdfast.accounts.pseudonym import KEY_FILE, Pseudonyms, fresh_pseudonyms, pseudonyms_from
from holdfast.ids import WikiName


def pseudonyms_for(given: Pseudonyms | Path | None = None, source: Path | None = None) -> Pseudonyms:
    """Under the key that was given (as it is, or a file), else the lake's, else under one that nobody keeps.

    `source` is what the output is made of; a file has no key. Raises InputRefusedError `pseudonym.key`, also for a
    lake that has lost its key: under a fresh one its outputs could not be compared.
    """
    if isinstance(given, Path):
        return pseudonyms_from(given)
    if given is not None:
        return given
    if source is not None and ((source / KEY_FILE).is_file() or (source / "lake.json").is_file()):
        return pseudonyms_from(source / KEY_FILE)
    return fresh_pseudonyms()


@dataclass(frozen=True, kw_only=True)
class Naming:
    """Who is called by name in an output: nobody, unless asked."""

    published: bool = False
    """Those whose part in something is published, such as the members of a bloc."""
    everybody: bool = False
    key: Pseudonyms | Path | None = None
    """Instead of the lake's."""

    @property
    def is_of_nobody(self) -> bool:
        """Whether pseudonyms stand for everybody."""
        return not (self.published or self.everybody)

    def on(self, source: Path) -> "Naming":
        """The same with the key settled, for outputs that follow from each other. Raises as `pseudonyms_for`."""
        return replace(self, key=pseudonyms_for(self.key, source))

    def pseudonyms(self, source: Path | None = None) -> Pseudonyms:
        """The pseudonyms of an output that is made of `source`."""
        return pseudonyms_for(self.key, source)

    def labels(self, wiki: WikiName | str, source: Path | None = None, *, members: Set[str] = frozenset()) -> Labels:
        """Labels of one wiki's accounts; `members` are those who are called by name with `published`."""
        named = members if self.published else frozenset()
        return Labels(self.pseudonyms(source), wiki, named=named, everybody=self.everybody)

    def label(self, source: Path | None = None) -> Callable[[WikiName | str, str], str]:
        """What an account of a wiki is called, where an output speaks of several wikis."""
        return (lambda wiki, account: account) if self.everybody else self.pseudonyms(source).of
