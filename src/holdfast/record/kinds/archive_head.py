"""Where an election's archive stands, at each batch of ballots."""

from holdfast.record.kinds._kind import COUNT, DIGEST, NAME, Kind, fields

KIND = Kind(
    name="archive head",
    means="an archive stands here; what is cut from it later shows",
    schema=fields({"archive": NAME, "sha256": DIGEST}, {"size": COUNT}),
)
