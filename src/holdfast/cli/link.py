"""`holdfast link`: how alike the accounts of one case act, with the number of innocent pairs that look the same."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from holdfast.parts import Part

if TYPE_CHECKING:
    from holdfast.accounts.labels import Labels
    from holdfast.workflows.analysis.link import LinkReport

PART = Part.ANALYSIS


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def link(
        accounts: list[str] = typer.Argument(
            ..., metavar="ACCOUNT…", help="Two to ten accounts that a case is about."
        ),
        lake: Path = typer.Option(..., "--lake", metavar="DIR", help="The lake's folder."),
        wiki: str = typer.Option(..., "--wiki", metavar="NAME", help="Which wiki of the lake."),
        reason: str = typer.Option(..., "--reason", metavar="TEXT", help="Why; written into the result."),
        seed: int = typer.Option(0, "--seed", help="The same seed compares with the same pairs."),
        names: bool = typer.Option(False, "--names", help="Show the accounts by name."),
        names_all: bool = typer.Option(False, "--names-all", help="The same; nobody else is in the result."),
        pseudonym_key: Path | None = typer.Option(
            None, "--pseudonym-key", metavar="FILE", help="Instead of the lake's."
        ),
        as_json: bool = typer.Option(False, "--json", help="Print the result as JSON, and nothing else."),
    ) -> None:
        """Compare a few named accounts. Never a search: more than ten are refused. Being alike is not proof."""
        import json

        from holdfast.accounts.naming import Naming
        from holdfast.cli._progress import progress_bars
        from holdfast.settings import settings_from
        from holdfast.tables.lake import open_lake
        from holdfast.workflows.analysis.link import link as compare

        opened = open_lake(lake, settings_from())
        with progress_bars(quiet=as_json) as progress:
            report = compare(opened, wiki, accounts, reason=reason, seed=seed, progress=progress)
        labels = Naming(everybody=names or names_all, key=pseudonym_key).labels(wiki, lake)
        found = _as_json(report, labels, named=names or names_all)
        typer.echo(json.dumps(found, indent=2, sort_keys=True) if as_json else _as_text(found))


def _as_json(report: "LinkReport", labels: "Labels", *, named: bool) -> dict[str, Any]:
    """Values of one pair stand where the accounts are named: under pseudonyms the public history would tell whose.

    A likelihood ratio stands where the gate lets it be published; how many innocent pairs are as alike always does.
    """
    from holdfast.workflows.analysis.link import INNOCENT

    return {
        "wiki": report.wiki,
        "reason": report.reason,
        "accounts": [labels.of(account) for account in report.accounts],
        "looks": report.expected_by_chance,
        "pairs": [
            {
                "one": labels.of(pair.one),
                "other": labels.of(pair.other),
                "status": "not_published" if pair.status == "ok" and not pair.published else pair.status,
                "detail": pair.detail,
                "likelihood_ratio": _rounded(pair.ratio, named=named) if pair.published else None,
                "p": pair.p,
                "innocent_pairs_like_this": pair.like_this,
                "innocent_pairs_compared": pair.compared,
                "compared_with": pair.kind,
                "innocent_per_10000": pair.per_10000,
                "innocent_per_10000_upper_bound": pair.per_10000_high,
                "share_of_linked_pairs_as_alike": pair.linked_pairs_as_alike,
                "sentence": pair.sentence,
                "features": [
                    {
                        "name": each.name,
                        "value": each.value if named else None,
                        "p": each.p if named else _rounded(each.p, named=False),
                        "log_ratio": each.log_ratio if named and pair.published else None,
                    }
                    for each in pair.alone
                ],
            }
            for pair in report.pairs
        ],
        "innocent_explanations": [{"text": text, "tested": tested} for text, tested in INNOCENT],
        "not_used": "hour of day, language, place: never computed",
    }


def _rounded(value: float | None, *, named: bool) -> float | None:
    """To one digit where the accounts are not named."""
    return value if named or value is None else float(f"{value:.0e}")


def _as_text(found: dict[str, Any]) -> str:
    lines = [f"Reason given: {found['reason']}", found["looks"], ""]
    for pair in found["pairs"]:
        lines.append(f"{pair['one']} and {pair['other']}")
        if pair["status"] == "not_enough_data":
            lines += [f"  {pair['detail']}", ""]
            continue
        lines.append(f"  {pair['sentence']}")
        lines.append(
            f"  likelihood ratio {pair['likelihood_ratio']:.3g} (one person over two people); "
            f"{pair['share_of_linked_pairs_as_alike']:.0%} of accounts cut in two are at least as alike"
            if pair["status"] == "ok"
            else "  no likeness is published: with so many looks, innocent pairs as alike are not ruled out"
        )
        for each in pair["features"]:
            value = "" if each["value"] is None else f"{each['value']:.3f}, "
            p = "not measured" if each["p"] is None else f"p = {each['p']:.4f}"
            lines.append(f"  {each['name']}: {value}{p}")
        lines.append("")
    lines.append("What else would look like this:")
    lines += [f"  {each['text']}: {each['tested']}" for each in found["innocent_explanations"]]
    return "\n".join(lines)
