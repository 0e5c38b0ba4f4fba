"""`holdfast demo`: stories played by simulated people on real software."""

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import typer

from holdfast.parts import Part

PART = Part.ALL

_PORT = 8420  # TCP port; chosen, free of a registered service on most machines
demo_app = typer.Typer(no_args_is_help=True, help="Stories played by simulated people on real software.")


@demo_app.command("office")
def office(
    out: Path = typer.Option(Path("out/demo-office"), "--out", metavar="DIR", help="A new folder for everything."),
    port: int | None = typer.Option(
        None,
        "--port",
        min=1,
        max=65535,
        help="Where the console stands afterwards; 8420, or a free one when it is taken.",
    ),
    serve: bool = typer.Option(True, "--serve/--no-serve", help="Leave the console and both wikis standing."),
    replicates: int = typer.Option(60, "--replicates", help="Null runs of the assessment's gate, of each kind."),
    community: Path | None = typer.Option(
        None, "--community", metavar="DIR", help="DIR/community of an earlier run: its assessment is not made again."
    ),
) -> None:
    """From an assessment over a case, a freeze and one sweep on two real wikis to an appeal that is upheld.

    Takes about two minutes; everybody in it is simulated. Needs Debian's MediaWiki; docs/office-story.md explains
    each step and where to see it in the console afterwards.
    """
    from holdfast.cli._progress import progress_bars
    from holdfast.cli._signals import ended_by_signals
    from holdfast.errors import UsageError
    from holdfast.settings import settings_from
    from holdfast.web.console.serve import console_application
    from holdfast.web.console.serve import serve as serve_console
    from holdfast.web.console.settings import console_settings
    from holdfast.workflows.demo import story
    from holdfast.workflows.demo.community import SIMULATED, assessed, community_of
    from holdfast.workflows.demo.throwaway_wiki import require_mediawiki

    require_mediawiki()
    if out.exists() and any(out.iterdir()):
        raise UsageError(
            "demo.folder", "there is something in this folder", place=str(out), hint="name a new one with --out"
        )
    started = time.monotonic()

    def tell(text: str) -> None:
        typer.echo(f"{time.monotonic() - started:6.0f} s  {text}")

    with ExitStack() as held:
        held.enter_context(ended_by_signals())
        # held from the start: what it is for comes minutes later
        listener = held.enter_context(_listener(port, tell))
        tell(SIMULATED)
        out.mkdir(parents=True, exist_ok=True)
        if community is None:
            tell("a community is simulated and assessed, with the false-alarm rate measured in the same run …")
            with progress_bars() as progress:
                found = assessed(out, settings_from(), progress=progress, replicates=replicates)
            tell(f"its report: {found.report}")
        else:
            found = community_of(community, settings_from())
        stage = held.enter_context(
            story.staged(out, found, port=listener.getsockname()[1], tell=tell, django=console_settings)
        )
        for chapter in story.CHAPTERS:
            chapter(stage)
        if not serve:
            tell(f"done; the office lies in {stage.office.config.folder}")
            return
        links = story.invite_visitors(stage)
        opened, application = console_application(stage.office.place)
        from holdfast.workflows.tick import tick  # the store's tables are there from here on

        def ready(address: str) -> None:
            tell(f"the console stands at {address}; the wikis: {', '.join(w.address for w in stage.wikis.values())}")
            typer.echo("\nEnter it in any role: each link works once, within a day, and asks you to enrol a passkey.")
            for role, link in links.items():
                typer.echo(f"  {role.replace('_', ' '):16} {link}")
            typer.echo("\nEnd with Ctrl-C.")

        serve_console(
            opened, application, listener=listener, every_minute=lambda: (tick(opened), None)[1], ready=ready
        )


def _listener(port: int | None, tell: Callable[[str], None]) -> socket.socket:
    """The console's port: the one that was asked for, or 8420, or a free one when nobody asked and that is taken."""
    from holdfast.errors import UsageError
    from holdfast.web.console.serve import listening

    try:
        return listening(_PORT if port is None else port)
    except UsageError:
        if port is not None:
            raise
        listener = listening(0)
        tell(f"port {_PORT} is taken; the console will stand on {listener.getsockname()[1]}")
        return listener


@demo_app.callback()
def _group() -> None:
    """Keeps `office` a command of its own."""


def register(app: typer.Typer) -> None:
    """Add `holdfast demo`."""
    app.add_typer(demo_app, name="demo")
