"""A release of software that people are asked to trust, such as the voter's client."""

from holdfast.record.kinds._kind import DIGEST, NAME, TEXT, Kind, fields

KIND = Kind(
    name="software release",
    means="this is the software, by its hash",
    schema=fields({"name": NAME, "version": NAME, "sha256": DIGEST}, {"file": NAME, "source": TEXT}),
)
