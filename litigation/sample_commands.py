"""The command `proofdocket sample`: writes a fictional portfolio as NDJSON, the same bytes for the same seed."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from evidence_service.errors import ProofDocketError
from litigation.sample.portfolio import DEFAULT_AS_OF, DEFAULT_SEED, write_portfolio

NODE_MODULES = Path(__file__).parents[1] / "node_modules"
MAX_LOANS = 100_000


@click.command("sample")
@click.option("--loans", type=click.IntRange(1, MAX_LOANS), required=True, help="How many loans to invent.")
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True, help="The file.")
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Same seed, same bytes.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    default=DEFAULT_AS_OF.isoformat(),
    show_default=True,
    help="The last day of which the portfolio knows.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def sample(loans: int, out: Path, seed: int, as_of: datetime, as_json: bool) -> None:
    """Write a sample portfolio of a fictional consumer-finance company (样例 / SAMPLE)."""
    try:
        count = write_portfolio(out, loans, seed, as_of.date(), NODE_MODULES)
    except OSError as error:
        raise click.ClickException(f"{out}: cannot be written ({error.strerror})") from error
    except ProofDocketError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps({"loans": count.loans, "events": count.events}))
    else:
        click.echo(f"{count.loans} loans, {count.events} events written to {out}")
