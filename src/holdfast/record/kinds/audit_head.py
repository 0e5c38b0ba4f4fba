"""Where the log of who read, decided and did what stands."""

from holdfast.record.kinds._kind import COUNT, DIGEST, NAME, Kind, fields

KIND = Kind(
    name="audit head",
    means="the audit log stands here; what is cut from it later shows",
    schema=fields({"sha256": DIGEST}, {"name": NAME, "size": COUNT}),
)
