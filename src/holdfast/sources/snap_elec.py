"""SNAP wiki-Elec: votes in admin elections of the English Wikipedia to January 2008, one per ordered pair.

Origin: Leskovec, Huttenlocher, Kleinberg (2010), snap.stanford.edu/data/wiki-Elec.html; here as signed edges.
"""

from holdfast.sources._snap import read_signed_edges, signed_edges_like
from holdfast.sources._source import Head, Likeness, Opening, Source
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import Kind


def recognise(head: Head) -> Likeness:
    """Signed edges in a file whose name says elec."""
    return signed_edges_like(head, "elec")


def read(opening: Opening, rows: Ingest) -> None:
    """Rows of votes and elections; a second attempt of a candidate is lost in the file. As `read_signed_edges`."""
    read_signed_edges(opening, rows)


SOURCE = Source(
    name="snap_elec",
    describes="SNAP wiki-Elec as lines voter,candidate,vote",
    kind=Kind.VOTE_GRAPH,
    tables=("votes", "elections"),
    recognise=recognise,
    read=read,
)
