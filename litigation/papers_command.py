"""The command `papers`: the English reading copy of a case's papers.

Spec: docs/spec/papers.md section 17.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, operator, refusals_exit_1
from litigation.bootstrap import open_rooms
from litigation.bundle_command import pin_as_asked, recipient_option, route_option, with_option
from litigation.workflow.case_source import our_reference
from litigation.workflow.run_batch import write_file


@click.command("papers")
@click.argument("loan")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Cut-off day of the claim [today in China].")
@recipient_option
@route_option
@with_option
@click.option("--institution", help="Which log, where the instance has several.")
@json_option
@click.pass_context
@refusals_exit_1
def papers_command(context: click.Context, /, loan: str, out: Path, as_json: bool, **options: Any) -> None:
    """Write the English reading copy of LOAN's papers to OUT: one PDF, marked on every page as not for filing.

    It may lack facts; nothing of it is recorded. The Chinese package of `bundle` is what is filed.
    """
    service, engine = open_rooms(home_of(context))
    try:
        wanted: Mapping[str, Any] = {**options, "draft": True, "loans": [loan]}
        source = pin_as_asked(service, wanted)
        institution = source.log.institution
        service.evidence.record_accesses(
            [our_reference(institution, loan)],
            who=operator(),
            action="bundle",
            institution=institution,
            purpose="English reading copy",
        )
        pdf = service.reading_copy(source, loan)
    finally:
        engine.dispose()
    write_file(out, pdf)
    emit(as_json, {"loan": loan, "out": str(out), "size": len(pdf)}, [f"reading copy of {loan}: {out}"])
