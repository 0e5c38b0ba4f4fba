"""Free text: what has no kind of its own. A text, or an object that holds any JSON."""

from holdfast.record.kinds._kind import Kind

KIND = Kind(name="note", means="free text", schema={"type": ["string", "object"]})
