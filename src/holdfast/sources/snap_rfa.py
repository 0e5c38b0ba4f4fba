"""SNAP wiki-RfA: votes on requests for adminship of the English Wikipedia, 2003 to 2013.

Origin: West, Paskov, Leskovec, Potts (2014), snap.stanford.edu/data/wiki-RfA.html; here as signed edges.
"""

from holdfast.sources._snap import read_signed_edges, signed_edges_like
from holdfast.sources._source import Head, Likeness, Opening, Source
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import Kind

NAMELESS_ID = "393"
"""Not a person but the empty user name: 1,661 votes, more than any voter has."""


def recognise(head: Head) -> Likeness:
    """Signed edges in a file whose name says rfa."""
    return signed_edges_like(head, "rfa")


def read(opening: Opening, rows: Ingest) -> None:
    """Rows of votes and elections; the nameless voter is kept under that name. Raises as `read_signed_edges`."""
    read_signed_edges(opening, rows, NAMELESS_ID)


SOURCE = Source(
    name="snap_rfa",
    describes="SNAP wiki-RfA as lines voter,candidate,vote",
    kind=Kind.VOTE_GRAPH,
    tables=("votes", "elections"),
    recognise=recognise,
    read=read,
)
