"""The published schemas of election files, which are also what the files are held against."""

from importlib.resources import files

from holdfast.canonical import parse_json
from holdfast.papers.documents import Document
from holdfast.papers.shapes import check_shape


def check_schema(file: Document, schema: str) -> None:
    """Hold a file against one of the published schemas in `schemas/`.

    Raises InputRefusedError `toml.schema` with everything that does not fit, `toml.number` for NaN or infinity.
    """
    check_shape(
        file,
        parse_json(schema_bytes(schema), place=schema),
        code="toml.schema",
        codes={"number": "toml.number"},
        hint=f"holdfast election schema {schema.removesuffix('.schema.json')} prints the schema",
    )


def schema_bytes(name: str) -> bytes:
    """One of the published schemas."""
    return files("holdfast.elections").joinpath("schemas", name).read_bytes()


def schemas() -> tuple[str, ...]:
    """The names of the published schemas."""
    folder = files("holdfast.elections").joinpath("schemas")
    return tuple(sorted(each.name.removesuffix(".schema.json") for each in folder.iterdir()))
