"""What passes between an instance and its chain witnesses: a request with all that a witness must know, and his answer.

Spec: docs/spec/anchor.md (Requests and answers). Canonical JSON. A request states its chain, contract and log, and one
statement; for a checkpoint the signed note and the consistency proof from what the witness attested before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from evidence_service.core import attestation, shape
from evidence_service.core.attestation import Attestation, Domain
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.checkpoint import Checkpoint, parse_checkpoint
from evidence_service.core.note import parse_note

REQUEST, ANSWER = "proofdocket.attestation-request", "proofdocket.attestation"
REQUEST_NAMES = frozenset({"v", "kind", "chain_id", "contract", "log_id", "statement"})
ANSWER_NAMES = frozenset({"v", "kind", "digest", "signer", "signature"})
SIGNATURE_0X = re.compile(r"0x[0-9a-f]{130}\Z")


@dataclass(frozen=True, slots=True)
class CheckpointStatement:
    """ "I saw this checkpoint": its signed note, and the proof that it extends the tree of `old_size`."""

    note: str
    old_size: int
    proof: tuple[bytes, ...]

    @property
    def checkpoint(self) -> Checkpoint:
        """Origin, size and root."""
        return parse_checkpoint(parse_note(self.note.encode()).text)


@dataclass(frozen=True, slots=True)
class SubmitterStatement:
    """ "This account anchors the log from now on"."""

    submitter: str
    epoch: int


@dataclass(frozen=True, slots=True)
class WitnessesStatement:
    """ "These are the log's witnesses from now on"."""

    witnesses: tuple[str, ...]
    threshold: int
    epoch: int


@dataclass(frozen=True, slots=True)
class SuccessionStatement:
    """ "That log continues this one"."""

    successor_id: str
    epoch: int


Statement: TypeAlias = CheckpointStatement | SubmitterStatement | WitnessesStatement | SuccessionStatement


@dataclass(frozen=True, slots=True)
class Request:
    """What a witness is asked to sign, of which log on which contract."""

    domain: Domain
    log_id: str
    statement: Statement

    def digest(self) -> bytes:
        """What is signed."""
        said = self.statement
        match said:
            case CheckpointStatement():
                checkpoint = said.checkpoint
                return attestation.checkpoint_digest(self.domain, self.log_id, checkpoint.size, checkpoint.root)
            case SubmitterStatement():
                return attestation.submitter_digest(self.domain, self.log_id, said.submitter, said.epoch)
            case WitnessesStatement():
                return attestation.witnesses_digest(
                    self.domain, self.log_id, said.witnesses, said.threshold, said.epoch
                )
            case SuccessionStatement():
                return attestation.succession_digest(self.domain, self.log_id, said.successor_id, said.epoch)

    def sentence(self) -> str:
        """What signing means, for the person who holds the key."""
        where = f"of log {self.log_id} at {self.domain.contract} on chain {self.domain.chain_id}"
        said = self.statement
        match said:
            case CheckpointStatement():
                checkpoint = said.checkpoint
                return f"saw the checkpoint of {checkpoint.origin}, size {checkpoint.size}, {where}"
            case SubmitterStatement():
                return f"make {said.submitter} the submitter {where} (epoch {said.epoch})"
            case WitnessesStatement():
                who = ", ".join(said.witnesses)
                return f"make {who} the witnesses, {said.threshold} of whom must sign, {where} (epoch {said.epoch})"
            case SuccessionStatement():
                return f"let log {said.successor_id} continue and end what is anchored {where} (epoch {said.epoch})"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness signed: the digest, who he is, and his signature."""

    digest: bytes
    attestation: Attestation


def request_bytes(request: Request) -> bytes:
    """Write a request in canonical form."""
    raw = canonical_bytes(
        {
            "v": 1,
            "kind": REQUEST,
            "chain_id": request.domain.chain_id,
            "contract": request.domain.contract.lower(),
            "log_id": request.log_id,
            "statement": _statement_json(request.statement),
        }
    )
    parse_request(raw)
    return raw


def parse_request(raw: bytes) -> Request:
    """Read a request strictly. Raises MalformedInputError that names the place."""
    value = parse_canonical(raw)
    shape.check_version(value, REQUEST, "request")
    shape.members_of(value, REQUEST_NAMES, "request")
    domain = Domain(
        shape.whole(value["chain_id"], "request.chain_id", least=1),
        shape.text(value["contract"], "request.contract", shape.ADDRESS_0X),
    )
    log_id = shape.text(value["log_id"], "request.log_id", shape.HASH_0X)
    return Request(domain, log_id, _statement(value["statement"], "request.statement"))


def answer_bytes(answer: Answer) -> bytes:
    """Write an answer in canonical form."""
    return canonical_bytes(
        {
            "v": 1,
            "kind": ANSWER,
            "digest": "0x" + answer.digest.hex(),
            "signer": answer.attestation.signer.lower(),
            "signature": "0x" + answer.attestation.signature.hex(),
        }
    )


def parse_answer(raw: bytes) -> Answer:
    """Read an answer strictly; the signature is not checked yet. Raises MalformedInputError."""
    value = parse_canonical(raw)
    shape.check_version(value, ANSWER, "answer")
    shape.members_of(value, ANSWER_NAMES, "answer")
    signature = shape.text(value["signature"], "answer.signature", SIGNATURE_0X)
    signer = shape.text(value["signer"], "answer.signer", shape.ADDRESS_0X)
    digest = shape.text(value["digest"], "answer.digest", shape.HASH_0X)
    return Answer(bytes.fromhex(digest[2:]), Attestation(signer, bytes.fromhex(signature[2:])))


def _statement_json(said: Statement) -> dict[str, Any]:
    match said:
        case CheckpointStatement():
            proof = [node.hex() for node in said.proof]
            return {"type": "Checkpoint", "note": said.note, "old_size": said.old_size, "proof": proof}
        case SubmitterStatement():
            return {"type": "SubmitterRotation", "submitter": said.submitter.lower(), "epoch": said.epoch}
        case WitnessesStatement():
            witnesses = [one.lower() for one in said.witnesses]
            return {
                "type": "WitnessRotation",
                "witnesses": witnesses,
                "threshold": said.threshold,
                "epoch": said.epoch,
            }
        case SuccessionStatement():
            return {"type": "Succession", "successor_id": said.successor_id, "epoch": said.epoch}


def _statement(value: Any, place: str) -> Statement:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "Checkpoint":
        shape.members_of(value, frozenset({"type", "note", "old_size", "proof"}), place)
        nodes = [shape.text(node, f"{place}.proof", shape.HEX_32) for node in shape.items(value["proof"], place)]
        said = CheckpointStatement(
            shape.text(value["note"], f"{place}.note"),
            shape.whole(value["old_size"], f"{place}.old_size"),
            tuple(bytes.fromhex(node) for node in nodes),
        )
        _ = said.checkpoint  # a note that is none is refused here, not where it is signed
        return said
    if kind == "SubmitterRotation":
        shape.members_of(value, frozenset({"type", "submitter", "epoch"}), place)
        submitter = shape.text(value["submitter"], f"{place}.submitter", shape.ADDRESS_0X)
        return SubmitterStatement(submitter, shape.whole(value["epoch"], f"{place}.epoch"))
    if kind == "WitnessRotation":
        shape.members_of(value, frozenset({"type", "witnesses", "threshold", "epoch"}), place)
        listed = shape.items(value["witnesses"], f"{place}.witnesses")
        return WitnessesStatement(
            tuple(shape.text(one, f"{place}.witnesses", shape.ADDRESS_0X) for one in listed),
            shape.whole(value["threshold"], f"{place}.threshold", least=1),
            shape.whole(value["epoch"], f"{place}.epoch"),
        )
    if kind == "Succession":
        shape.members_of(value, frozenset({"type", "successor_id", "epoch"}), place)
        successor = shape.text(value["successor_id"], f"{place}.successor_id", shape.HASH_0X)
        return SuccessionStatement(successor, shape.whole(value["epoch"], f"{place}.epoch"))
    raise shape.ShapeError(f"{place}.type: Checkpoint, SubmitterRotation, WitnessRotation or Succession")
