"""The options by which every command of the office finds it."""

import typer

OFFICE = typer.Option(None, "--office", help="The office's folder (default: $HOLDFAST_OFFICE, or ./office).")
KEYS = typer.Option(None, "--keys", help="The keys' folder (default: $HOLDFAST_KEYS, or OFFICE-keys beside it).")
