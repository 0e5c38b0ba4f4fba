"""The answer to a question, or why there is none."""

from holdfast.record.kinds._kind import COUNT, NAME, TEXT, Kind, fields, one_of

KIND = Kind(
    name="answer",
    means="a question was answered, or cannot be and why",
    schema=fields(
        {"question": TEXT},
        {
            "answer": TEXT,
            "cannot_answer_because": one_of("safety", "privacy", "law", "pending"),
            "about": COUNT,
            "owner": NAME,
        },
    ),
)
