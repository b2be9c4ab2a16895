"""The commands `trust`: make, sign, install, show and check the file that says what a reader trusts.

Spec: docs/spec/trust.md. `trust -o FILE` writes a file of this instance for tests; a court types its own and signs it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from evidence_service.adapters.key_files import KeyFileSigner
from evidence_service.clock import now as clock_now
from evidence_service.console import emit, home_of, json_option, refusals_exit_1, say
from evidence_service.core.note import format_note, parse_note, parse_vkey
from evidence_service.core.report import Language
from evidence_service.core.trust import IssuerStanding, PinnedCourt, TrustError, TrustFile
from evidence_service.core.trust_draft import parse_draft
from evidence_service.core.trust_json import trust_bytes
from evidence_service.core.trust_note import read_trust, trust_text
from evidence_service.core.trust_review import review
from evidence_service.institution_files import credit_codes
from evidence_service.settings import read_settings
from evidence_service.trust_words import explained
from evidence_service.verifier.trust_store import TrustStore, load_trust, read_file
from evidence_service.workflow.trust_file import Others

VKEY_SUFFIX = ".vkey"
file_out = click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
file_or_installed = click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
issuer_option = click.option("--issuer", default="", metavar="VKEY", help="The issuer's key, got by another way.")
lang_option = click.option(
    "--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the answer."
)


@click.group("trust", invoke_without_command=True)
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it.")
@click.option("--auditor", "auditors", multiple=True, metavar="VKEY", help="A map auditor to pin; may be repeated.")
@click.option("--court", "courts", multiple=True, metavar="NAME=0x…", help="A court's address to pin; may be repeated.")
@json_option
@click.pass_context
@refusals_exit_1
def trust_group(
    context: click.Context, *, out: Path | None, auditors: tuple[str, ...], courts: tuple[str, ...], as_json: bool
) -> None:
    """Write a trust file of this instance, for tests and demonstrations; a court writes and signs its own."""
    if context.invoked_subcommand is not None:
        return
    if out is None:
        raise click.UsageError("Name the file with -o, or one of: keygen, sign, install, show, check, forget.")
    from evidence_service.bootstrap import open_home  # noqa: PLC0415 - readers of trust files have no instance to load
    from evidence_service.service import require_initialised  # noqa: PLC0415

    service = open_home(home_of(context))
    require_initialised(service)
    pinned = tuple(_court(text, service.settings.chain_id) for text in courts)
    trust = service.trust_file(
        credit_codes(service.settings.institutions_dir), Others(auditors=auditors, courts=pinned)
    )
    out.write_bytes(trust_bytes(trust))
    answer: dict[str, Any] = {
        "trust_file": str(out),
        "version": trust.version,
        "logs": [log.origin for log in trust.logs],
        "expires_at": trust.expires_at.isoformat(),
    }
    say("This file comes from the instance itself: good for tests, proof of nothing to a court.")
    emit(as_json, answer, [f"{out}: {len(trust.logs)} log(s), valid until {trust.expires_at.date()}"])


@trust_group.command("keygen")
@click.argument("name")
@click.option("--key", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the key will lie.")
@json_option
@refusals_exit_1
def trust_keygen(name: str, key: Path, as_json: bool) -> None:
    """Make the key with which the issuer NAME (such as court.example/trust) signs trust files."""
    if key.exists():
        raise TrustError(f"{key}: is there already; a key is never overwritten")
    vkey = KeyFileSigner(key, name, _passphrase()).vkey
    beside = _vkey_file(key)
    beside.write_text(vkey + "\n", encoding="utf-8")
    say("Hand out the verifier key by a way that nobody else controls: printed, read aloud, on the court's own site.")
    emit(as_json, {"issuer_vkey": vkey, "key_file": str(key), "vkey_file": str(beside)}, [vkey])


@trust_group.command("sign")
@click.argument("draft", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key",
    "keys",
    multiple=True,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The issuer's key; after a change of keys once more, with the old one.",
)
@file_out
@json_option
@refusals_exit_1
def trust_sign(draft: Path, *, keys: tuple[Path, ...], out: Path, as_json: bool) -> None:
    """Sign DRAFT, a JSON file that says what to trust, with the issuer's key."""
    signers = [_signer(key) for key in keys]
    trust = parse_draft(read_file(draft), signers[0].vkey, clock_now())
    text = trust_text(trust)
    signed = format_note(text, [parse_note(signer.sign_note(text).encode()).signatures[0] for signer in signers])
    for signer in signers:
        read_trust(signed.encode(), signer.vkey)  # what we hand out, a stranger can read
    out.write_text(signed, encoding="utf-8", newline="")
    remarks = [remark.en for remark in review(read_trust(signed.encode(), signers[0].vkey), clock_now())]
    answer = {"trust_file": str(out), "version": trust.version, "issuer_vkey": trust.issuer_vkey, "remarks": remarks}
    emit(as_json, answer, [f"{out}: version {trust.version}, signed by {trust.issuer_vkey}", *remarks])


@trust_group.command("install")
@file_argument
@issuer_option
@json_option
@click.pass_context
@refusals_exit_1
def trust_install(context: click.Context, file: Path, *, issuer: str, as_json: bool) -> None:
    """Install the signed trust FILE for `verify`. The first one needs --issuer; later ones must follow it."""
    store = TrustStore(read_settings(home_of(context)).home)
    trust = store.install(read_file(file), issuer)
    answer = {"installed": str(store.path), **trust.summary()}
    emit(as_json, answer, [f"installed version {trust.version} of {trust.issuer} ({trust.issuer_vkey})"])


@trust_group.command("forget")
@json_option
@click.pass_context
@refusals_exit_1
def trust_forget(context: click.Context, as_json: bool) -> None:
    """Remove the installed trust file, its pinned issuer and the memory of its version."""
    removed = TrustStore(read_settings(home_of(context)).home).forget()
    emit(as_json, {"removed": removed}, ["removed" if removed else "nothing was installed"])


@trust_group.command("show")
@file_or_installed
@issuer_option
@lang_option
@json_option
@click.pass_context
@refusals_exit_1
def trust_show(context: click.Context, file: Path | None, *, issuer: str, lang: Language, as_json: bool) -> None:
    """Explain the trust FILE, or the installed one: what it pins, until when, and what to mind."""
    trust = _the_file(context, file, issuer)
    emit(as_json, _answer(trust, lang), explained(trust, clock_now(), lang))


@trust_group.command("check")
@file_or_installed
@issuer_option
@lang_option
@json_option
@click.pass_context
@refusals_exit_1
def trust_check(context: click.Context, file: Path | None, *, issuer: str, lang: Language, as_json: bool) -> None:
    """Whether the trust FILE, or the installed one, is by its issuer and in force: exit 0, else 2."""
    trust = _the_file(context, file, issuer)
    answer = _answer(trust, lang)
    lines = [f"{trust.issuer}, {trust.version}: {trust.standing.value}, {answer['in_force'] or 'in-force'}"]
    emit(as_json, answer, lines + [remark["text"] for remark in answer["remarks"]])
    if trust.standing is not IssuerStanding.VERIFIED or answer["in_force"]:
        raise click.exceptions.Exit(2)


def _court(text: str, chain_id: int) -> PinnedCourt:
    name, _, address = text.rpartition("=")
    if not name:
        raise click.UsageError("--court needs NAME=0x…, the court's name and its address on the chain.")
    return PinnedCourt(name, chain_id, address)


def _the_file(context: click.Context, file: Path | None, issuer: str) -> TrustFile:
    trust = load_trust(read_settings(home_of(context)).home, file, issuer)
    if trust is None:
        raise TrustError("no trust file is installed: name one, or install one with `proofdocket trust install`")
    return trust


def _answer(trust: TrustFile, lang: Language) -> dict[str, Any]:
    now = clock_now()
    return {
        **trust.summary(),
        "issued_at": trust.issued_at.isoformat(),
        "expires_at": trust.expires_at.isoformat(),
        "in_force": trust.in_force(now),
        "logs": [{"institution": log.institution, "origin": log.origin} for log in trust.logs],
        "chains": [{"chain_id": chain.chain_id, "grade": chain.grade.value} for chain in trust.chains],
        "required": list(trust.required),
        "remarks": [remark.as_json(lang) for remark in review(trust, now)],
    }


def _signer(path: Path) -> KeyFileSigner:
    beside = _vkey_file(path)
    if not beside.is_file():
        raise TrustError(f"{beside}: missing; `trust keygen` writes it beside the key, and it names the key")
    vkey = beside.read_text("utf-8").strip()
    signer = KeyFileSigner(path, parse_vkey(vkey).name, _passphrase())
    if signer.vkey != vkey:
        raise TrustError(f"{path}: is not the key that {beside.name} names")
    return signer


def _vkey_file(path: Path) -> Path:
    return path.with_name(path.name + VKEY_SUFFIX)


def _passphrase() -> bytes | None:
    return os.environ.get("PROOFDOCKET_KEY_PASSPHRASE", "").encode() or None
