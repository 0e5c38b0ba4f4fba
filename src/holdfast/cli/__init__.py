"""The command line: one file per group of verbs; the folder is the list.

Each file declares `register(app)`. It imports the rooms inside its commands, so that `holdfast --help`
and a stand-alone verifier load nothing else, and says in `PART` which part of Holdfast its commands belong to.
"""

import sys

import typer

from holdfast.cli._parts import mark
from holdfast.errors import ExitCode, HoldfastError
from holdfast.registry import kinds_in
from holdfast.version import VERSION

# what another program of the shell's pipe does when it has read enough
_BROKEN_PIPE = 141


def build_app() -> typer.Typer:
    """The whole command line, assembled from the files of this folder."""
    app = typer.Typer(
        name="holdfast",
        help="Keeps open communities open. Every command has --help; the tutorial is docs/tutorial.md.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    def show_version(value: bool) -> None:
        if value:
            typer.echo(f"holdfast {VERSION}")
            raise typer.Exit

    @app.callback()
    def root(
        version: bool = typer.Option(
            False, "--version", help="Print the version and stop.", callback=show_version, is_eager=True
        ),
    ) -> None:
        pass

    for register in kinds_in(sys.modules[__name__], "register").values():
        register(app)
    return app


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code (see `ExitCode`). Errors go to stderr on one line."""
    command = typer.main.get_command(build_app())
    mark(command)
    try:
        result = command.main(args=arguments, prog_name="holdfast", standalone_mode=False)
        code = int(result) if isinstance(result, int) else int(ExitCode.DONE)
    except HoldfastError as error:
        sys.stderr.write(f"{error}\n")
        if sys.stderr.isatty():  # for who reads it, not for what a program takes in
            sys.stderr.write(f"what it means: holdfast explain {error.code}\n")
        code = int(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        code = int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        code = _BROKEN_PIPE
    except typer.Exit as stop:
        code = int(stop.exit_code)
    except Exception as error:
        if not hasattr(error, "format_message"):  # not one of the argument parser's own
            raise
        sys.stderr.write(f"usage: {error.format_message()}; see holdfast --help\n")
        code = int(ExitCode.WRONG_USAGE)
    if code == ExitCode.INTERRUPTED:  # however the argument parser lets a Ctrl-C through
        sys.stderr.write("interrupted; what was finished is kept, the next run goes on\n")
    if arguments is None:
        sys.exit(code)
    return code
