"""The chain witness's own side: one account key, and what it attested last, in a file beside the key.

Spec: docs/spec/anchor.md (Requests and answers). A witness signs one history of a log and never takes a step back: the
checkpoint must be signed by the log's key, and must extend what he attested before. He remembers before he signs.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.core.attestation import Attestation
from evidence_service.core.attestation_file import Answer, CheckpointStatement, Request
from evidence_service.core.merkle import ProofError, check_consistency
from evidence_service.core.note import parse_note, parse_vkey, verify_ed25519
from evidence_service.errors import EvidenceError


class WitnessRefusesError(EvidenceError):
    """A chain witness does not sign this; the message says why and what to do."""

    code = "chain-witness-refuses"


class ChainWitness:
    """Signs requests with the key of one file."""

    def __init__(self, key_file: Path) -> None:
        """Open the key; it must be there (`chain witness-key` makes one)."""
        self._account = ChainAccount.in_file(key_file, make=False)
        self._path = key_file.with_name(key_file.name + ".attested.json")

    @property
    def address(self) -> str:
        """The witness's address, as a log enrols it."""
        return self._account.address

    def attest(self, request: Request, log_vkey: str) -> Answer:
        """Check a request and sign it; a checkpoint against the log's key and what was attested before."""
        if isinstance(request.statement, CheckpointStatement):
            self._check(request, request.statement, log_vkey)
            self._remember(request, request.statement)
            # Crash here: remembered and not signed; the same request is signed again.
        digest = request.digest()
        return Answer(digest, Attestation(self.address.lower(), self._account.sign_digest(digest)))

    def _check(self, request: Request, said: CheckpointStatement, log_vkey: str) -> None:
        checkpoint = said.checkpoint
        key = parse_vkey(log_vkey)
        if key.name != checkpoint.origin or not verify_ed25519(parse_note(said.note.encode()), key):
            raise WitnessRefusesError(
                f"the checkpoint of {checkpoint.origin} is not signed by the log key that you gave"
            )
        before = self._known().get(_name(request))
        if before is None:
            return  # the first one: there is nothing to compare it with
        size, root = int(before["size"]), bytes.fromhex(before["root"])
        if checkpoint.size < size or (checkpoint.size == size and checkpoint.root != root):
            raise WitnessRefusesError(
                f"you attested size {size} of this log; size {checkpoint.size} with this root is a step back or "
                "another history. Keep both checkpoints: together they prove it"
            )
        if checkpoint.size == size:
            return
        if said.old_size != size:
            raise WitnessRefusesError(
                f"you attested size {size} of this log, and the proof begins at {said.old_size}; ask the log for "
                f"`proofdocket chain request --from {size}`"
            )
        try:
            check_consistency(size, checkpoint.size, root, checkpoint.root, said.proof)
        except ProofError:
            raise WitnessRefusesError(
                f"size {checkpoint.size} does not extend size {size} that you attested: another history, or a wrong "
                "proof"
            ) from None

    def _remember(self, request: Request, said: CheckpointStatement) -> None:
        checkpoint = said.checkpoint
        known = self._known() | {_name(request): {"size": checkpoint.size, "root": checkpoint.root.hex()}}
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(known, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
        descriptor = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _known(self) -> dict[str, dict[str, Any]]:
        try:
            found = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            raise WitnessRefusesError(f"{self._path} is damaged; restore it before you sign anything") from None
        return dict(found)


def _name(request: Request) -> str:
    return f"{request.domain.chain_id}/{request.domain.contract.lower()}/{request.log_id}"
