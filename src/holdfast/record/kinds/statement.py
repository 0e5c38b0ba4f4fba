"""A public text about an action or a decision."""

from holdfast.record.kinds._kind import COUNT, NAME, TEXT, Kind, fields

KIND = Kind(
    name="statement",
    means="a public text, as it was published",
    schema=fields({"text": TEXT}, {"title": NAME, "language": NAME, "about": COUNT, "translation_of": COUNT}),
)
