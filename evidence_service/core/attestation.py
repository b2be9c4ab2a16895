"""What a log's chain witnesses sign: EIP-712 digests of the four statements that EvidenceAnchor accepts.

Spec: docs/spec/anchor.md (Attestations), EIP-712. Vectors: tests/vectors/anchor/attestations.json, which the contract's
tests read too. A statement is bound to its chain, contract and log; rotations also to the log's epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evidence_service.core.keccak import keccak256

DOMAIN_TYPE = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
DOMAIN_NAME, DOMAIN_VERSION = b"ProofDocket EvidenceAnchor", b"1"
CHECKPOINT = "Checkpoint(bytes32 logId,uint64 size,bytes32 root)"
SUBMITTER_ROTATION = "SubmitterRotation(bytes32 logId,address submitter,uint64 epoch)"
WITNESS_ROTATION = "WitnessRotation(bytes32 logId,address[] witnesses,uint8 threshold,uint64 epoch)"
SUCCESSION = "Succession(bytes32 logId,bytes32 successorId,uint64 epoch)"


@dataclass(frozen=True, slots=True)
class Domain:
    """The chain and contract that a statement is for; the address in hex with 0x."""

    chain_id: int
    contract: str

    def digest(self, statement: bytes) -> bytes:
        """What is signed for the hash of a statement."""
        words = [keccak256(DOMAIN_TYPE), keccak256(DOMAIN_NAME), keccak256(DOMAIN_VERSION)]
        separator = keccak256(b"".join([*words, _uint(self.chain_id), _address(self.contract)]))
        return keccak256(b"\x19\x01" + separator + statement)


@dataclass(frozen=True, slots=True)
class Attestation:
    """A signature of one witness (r, s, v) and its signer's address, in hex with 0x."""

    signer: str
    signature: bytes


def checkpoint_digest(domain: Domain, log_id: str, size: int, root: bytes) -> bytes:
    """What a witness signs for "I saw this checkpoint of this log"."""
    return domain.digest(_statement(CHECKPOINT, _bytes32(log_id), _uint(size), root))


def submitter_digest(domain: Domain, log_id: str, submitter: str, epoch: int) -> bytes:
    """What a witness signs for "this account anchors the log from now on"."""
    return domain.digest(_statement(SUBMITTER_ROTATION, _bytes32(log_id), _address(submitter), _uint(epoch)))


def witnesses_digest(domain: Domain, log_id: str, witnesses: Sequence[str], threshold: int, epoch: int) -> bytes:
    """What a present witness signs for "these are the log's witnesses from now on"."""
    every = keccak256(b"".join(_address(one) for one in witnesses))
    return domain.digest(_statement(WITNESS_ROTATION, _bytes32(log_id), every, _uint(threshold), _uint(epoch)))


def succession_digest(domain: Domain, log_id: str, successor_id: str, epoch: int) -> bytes:
    """What a witness signs for "that log continues this one"."""
    return domain.digest(_statement(SUCCESSION, _bytes32(log_id), _bytes32(successor_id), _uint(epoch)))


def in_order(attestations: Sequence[Attestation]) -> list[Attestation]:
    """One attestation of each signer, in the rising order of addresses that the contract asks for."""
    by_signer = {int(one.signer, 16): one for one in attestations}
    return [by_signer[number] for number in sorted(by_signer)]


def _statement(kind: str, *words: bytes) -> bytes:
    return keccak256(keccak256(kind.encode()) + b"".join(words))


def _uint(value: int) -> bytes:
    return value.to_bytes(32, "big")


def _bytes32(value: str) -> bytes:
    return bytes.fromhex(value[2:])


def _address(value: str) -> bytes:
    return bytes.fromhex(value[2:]).rjust(32, b"\x00")
