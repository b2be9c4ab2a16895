"""What a contract says when it refuses: custom errors decoded from the ABI into plain sentences.

Spec: docs/spec/anchor.md, "Errors". Every error of the shipped contracts has its sentence here; a test
holds that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evidence_service.adapters.contract_files import CONTRACTS, shipped_contract
from evidence_service.errors import ChainError

SENTENCES: dict[str, str] = {
    "EmptyOrigin": "a log cannot be registered without an origin",
    "InvalidLogKey": "a log key has 32 bytes; {length} were given",
    "AlreadyRegistered": "log {logId} is registered already",
    "UnknownLog": "log {logId} is not registered on this contract; register it first",
    "NotSubmitter": "account {caller} may not act for log {logId}; only its submitter {submitter} may",
    "NotGrowing": "log {logId} is anchored at size {headSize} already and only grows; size {size} was refused",
    "ZeroRoot": "log {logId} cannot be anchored at size {size} with the all-zero root",
    "Inconsistent": (
        "the tree of size {size} with root {root} is not proven to extend log {logId} as anchored at size "
        "{headSize} with root {headRoot}: a fork, or a wrong proof"
    ),
    "NotAnchored": "nothing is anchored for log {logId} at size {size}",
    "Sha256Unavailable": (
        "this chain has no SHA-256 precompile (call succeeded: {success}, bytes returned: {returned}); "
        "tree proofs cannot be checked on it"
    ),
    "AlreadyEnrolled": "log {logId} has witnesses already ({threshold} must sign); only they can name others",
    "NoWitnesses": "log {logId} has no witnesses, so nothing can be attested or rotated for it",
    "AttestationRequired": "log {logId} has witnesses: {threshold} of them must attest every anchor",
    "BelowThreshold": "{given} signature(s) for log {logId}, but {threshold} witnesses must sign",
    "InvalidSignature": "signature number {position} (from 0) is not 65 bytes r, s, v in their one strict form",
    "SignersNotRising": "signatures must come in the rising order of their signers: {signer} after {previous}",
    "NotWitness": "{signer} is no witness of log {logId}, or signed something else",
    "InvalidThreshold": "a threshold of {threshold} makes no sense for {witnesses} witness(es)",
    "WitnessesNotRising": "witnesses must be different and in rising order: {witness} after {previous}",
    "TooManyWitnesses": "{given} witnesses are more than the {most} that a log may have",
    "ZeroSubmitter": "log {logId} cannot be given to the zero address",
    "LogClosed": "log {logId} ended; log {successorId} continues it",
    "SuccessorInUse": "log {successorId} cannot continue another: it is that log itself, or is anchored at size {size}",
    "ZeroDigest": "a package cannot be lodged without its digest",
    "ZeroCourt": "a package cannot be lodged without a court's address",
    "AlreadyLodged": "this package was lodged with this court before, as filing {filingId}",
    "UnknownFiling": "filing {filingId} was not lodged on this contract",
    "NotCourt": "account {caller} may not answer filing {filingId}; only the court {court} may",
    "InvalidDecision": "decision {decision} is none of 1 (accepted), 2 (accepted in part), 3 (returned)",
    "AlreadyAnswered": "filing {filingId} was answered already, with decision {decision}",
}


class ContractRefusedError(ChainError):
    """A contract refused the call. `name` and `values` are those of its custom error."""

    code = "contract-refused"

    def __init__(self, message: str, name: str, values: Mapping[str, object]) -> None:
        """Keep the error's name and values beside the sentence."""
        super().__init__(message)
        self.name = name
        self.values = dict(values)


def refused(data: bytes) -> ContractRefusedError:
    """The error that stands for a contract's revert data."""
    # Imported late: whoever never meets a chain does not wait for it.
    from eth_abi.abi import decode  # noqa: PLC0415
    from eth_abi.exceptions import DecodingError  # noqa: PLC0415

    entry = _by_selector().get(data[:4])
    if entry is None:
        shown = "0x" + data[:36].hex() if data else "no reason given"
        return ContractRefusedError(f"the contract refused: {shown}", "", {})
    inputs = entry["inputs"]
    try:
        values = decode([one["type"] for one in inputs], data[4:])
    except DecodingError:
        return ContractRefusedError(f"the contract refused: {entry['name']}, values unreadable", entry["name"], {})
    named = {one["name"]: _shown(value) for one, value in zip(inputs, values, strict=True)}
    return ContractRefusedError(
        "the contract refused: " + SENTENCES[entry["name"]].format(**named), entry["name"], named
    )


def _by_selector() -> dict[bytes, dict[str, Any]]:
    from eth_utils.crypto import keccak  # noqa: PLC0415

    found = {}
    for name in CONTRACTS:
        for entry in shipped_contract(name).abi:
            if entry["type"] == "error":
                signature = f"{entry['name']}({','.join(one['type'] for one in entry['inputs'])})"
                found[keccak(text=signature)[:4]] = entry
    return found


def _shown(value: object) -> object:
    """Bytes as 0x strings, as every chain tool prints them; the rest as it is."""
    return "0x" + value.hex() if isinstance(value, bytes) else value
