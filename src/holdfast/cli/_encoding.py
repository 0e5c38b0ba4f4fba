"""The option that names the encoding of a person's CSV files and lists."""

import typer

ENCODING = typer.Option(
    "utf-8", "--encoding", metavar="NAME", help="The encoding of CSV files and lists, such as latin-1."
)
