"""The program `proofdocket`: the one entry point, which mounts the commands of every room.

Exit 0 done or passed, 1 refused or failed, 2 wrong use, incomplete or could not be checked.
"""

from __future__ import annotations

import importlib
from functools import cached_property
from pathlib import Path
from typing import Any

import click

# Command, module, attribute. Loaded when asked for: importing all rooms for `--help` would take a second.
COMMANDS = (
    ("init", "web.init_command", "init_command"),
    ("institution", "evidence_service.commands", "institution_group"),
    ("chain", "evidence_service.chain_commands", "chain"),
    ("sample", "litigation.sample_commands", "sample"),
    ("source", "evidence_service.source_commands", "source_group"),
    ("import", "evidence_service.import_command", "import_command"),
    ("publish", "evidence_service.commands", "publish_command"),
    ("timestamps", "evidence_service.timestamp_commands", "timestamps_command"),
    ("witness", "evidence_service.witness_commands", "witness_group"),
    ("export-tiles", "evidence_service.tiles_command", "export_tiles_command"),
    ("anchor", "evidence_service.commands", "anchor_command"),
    ("prove", "evidence_service.commands", "prove_command"),
    ("disclose", "evidence_service.erasure_commands", "disclose_command"),
    ("trust", "evidence_service.trust_commands", "trust_group"),
    ("verify", "evidence_service.verify_commands", "verify"),
    ("case", "litigation.case_commands", "case_group"),
    ("portfolio", "litigation.portfolio_commands", "portfolio_group"),
    ("bundle", "litigation.bundle_command", "bundle_command"),
    ("batch", "litigation.batch_commands", "batch_group"),
    ("file", "litigation.filing_commands", "file_command"),
    ("docket", "litigation.docket_commands", "docket_group"),
    ("courts", "litigation.courts_commands", "courts_group"),
    ("served", "litigation.served.commands", "served_group"),
    ("court", "litigation.court_side.commands", "court_group"),
    ("audit", "evidence_service.commands", "audit_group"),
    ("compliance", "web.compliance_commands", "compliance_group"),
    ("database", "evidence_service.database_commands", "database_group"),
    ("erase", "evidence_service.erasure_commands", "erase_command"),
    ("restrict", "evidence_service.erasure_commands", "restrict_command"),
    ("hold", "evidence_service.erasure_commands", "hold_group"),
    ("retention", "evidence_service.retention_command", "retention_command"),
    ("rules", "litigation.rules_commands", "rules_group"),
    ("templates", "litigation.templates_commands", "templates_group"),
    ("papers", "litigation.papers_command", "papers_command"),
    ("export", "litigation.export_command", "export_command"),
    ("debt", "litigation.debt_commands", "debt"),
    ("model", "litigation.model_commands", "model_group"),
    ("preloan", "litigation.preloan_commands", "preloan_group"),
    ("explain", "litigation.preloan_commands", "explain_command"),
    ("strata", "litigation.strata_commands", "strata_group"),
    ("warn", "litigation.strata_commands", "warn_command"),
    ("seal", "litigation.seal_commands", "seal_group"),
    ("account", "web.account_commands", "account"),
    ("api", "evidence_service.api_commands", "api_group"),
    ("serve", "web.serve_command", "serve_command"),
    ("demo", "web.demo_command", "demo_command"),
)

# What `--help` shows: the commands by station, each under one heading.
STATIONS = (
    ("An instance", "init institution account serve api demo sample database"),
    ("Events into the log", "import source publish timestamps witness export-tiles chain anchor"),
    ("Proofs and their check", "prove disclose trust verify"),
    ("Loans and cases", "preloan explain portfolio case debt strata warn model"),
    ("Papers and packages", "bundle batch papers export seal rules templates"),
    ("Filing, and what follows", "file docket courts served"),
    ("A court's own instance", "court"),
    ("Compliance and personal data", "audit compliance retention hold restrict erase"),
)


class OpenAccounts:
    """What the `account` commands are handed: the people of the instance, opened when they are asked for."""

    def __init__(self, home: Path | None) -> None:
        self._home = home

    @cached_property
    def identity(self) -> Any:
        """Accounts, second factors, sessions."""
        from web.identity import open_identity  # noqa: PLC0415 - opening the database takes its time

        return open_identity(self._home)

    @property
    def institutions(self) -> list[str]:
        """The institutions that have a log here."""
        from evidence_service.bootstrap import open_home  # noqa: PLC0415 - the same
        from litigation.court_side.bootstrap import is_court  # noqa: PLC0415

        return [] if is_court(self._home) else [log.institution for log in open_home(self._home).logs()]


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is used or its help is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order of the work."""
        return [name for name, _, _ in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        for name, module, attribute in COMMANDS:
            if name == cmd_name:
                found = getattr(importlib.import_module(module), attribute)
                assert isinstance(found, click.Command)
                return found
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands under the heading of their station, each with the beginning of its help."""
        widest = max(len(name) for name, _, _ in COMMANDS)
        for heading, names in STATIONS:
            rows = []
            for name in names.split():
                command = self.get_command(ctx, name)
                assert command is not None, name
                rows.append((name.ljust(widest), command.get_short_help_str(formatter.width - widest - 4)))
            with formatter.section(heading):
                formatter.write_dl(rows)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that holds all state of the instance [PROOFDOCKET_HOME, else ./var].",
)
@click.version_option(package_name="proofdocket")
@click.pass_context
def main(context: click.Context, home: Path | None) -> None:
    """ProofDocket (证链): credit events as evidence that anybody can verify, and court-ready packages from them."""
    context.obj = OpenAccounts(home)


if __name__ == "__main__":
    main()
