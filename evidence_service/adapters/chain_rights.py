"""Who may anchor a log, who must attest it, and what continues it: the contract's calls that change rights.

Spec: docs/spec/anchor.md (Rotation and succession). Each looks first whether it is done already, so each may
be repeated after a crash or a lost answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from evidence_service.adapters.chain_account import signer_of
from evidence_service.adapters.instance_chain import OpenChain
from evidence_service.core.attestation import Attestation, Domain, in_order
from evidence_service.core.attestation_file import (
    Answer,
    Request,
    Statement,
    SubmitterStatement,
    SuccessionStatement,
    WitnessesStatement,
)
from evidence_service.core.chain import LogWitnesses
from evidence_service.errors import ChainError, EvidenceError

GAS = 300_000
GAS_PER_ACCOUNT = 60_000


class AnswersMissingError(ChainError):
    """Too few witnesses of the log signed this very statement."""

    code = "answers-missing"


class ForeignAnswerError(EvidenceError):
    """An answer is for something else, or by somebody who is no witness of this log."""

    code = "answer-foreign"


class ChainRights:
    """The rights of one log on the contract."""

    def __init__(self, chain: OpenChain, log_id: str) -> None:
        self._chain = chain
        self._log_id = log_id
        self._contract = chain.anchor.contract()
        self.domain = Domain(chain.chain_id, chain.contract)

    @property
    def witnesses(self) -> LogWitnesses:
        """The log's witnesses."""
        return self._chain.witnesses(self._log_id)

    @property
    def epoch(self) -> int:
        """How many rotations the log has seen."""
        return int(self._contract.read("epochOf", self._id))

    @property
    def submitter(self) -> str:
        """Who may anchor now."""
        return str(self._contract.read("submitterOf", self._id))

    @property
    def successor(self) -> str:
        """The log that continues this one, or empty."""
        found = bytes(self._contract.read("successorOf", self._id))
        return "0x" + found.hex() if any(found) else ""

    def request(self, statement: Statement) -> Request:
        """What the witnesses are asked to sign."""
        return Request(self.domain, self._log_id, statement)

    def enrol(self, accounts: Sequence[str], threshold: int) -> LogWitnesses:
        """Name the witnesses, once."""
        wanted = LogWitnesses(tuple(rising(accounts)), threshold)
        if self._witnesses_are(wanted):
            return wanted
        self._run("enrolWitnesses", [list(wanted.accounts), threshold], len(accounts))
        return self.witnesses

    def rotate_submitter(self, statement: SubmitterStatement, answers: Sequence[Answer]) -> str:
        """Give the log another submitter."""
        if self.submitter.lower() != statement.submitter.lower():
            signatures = self._signatures(statement, answers)
            self._run("rotateSubmitter", [_checksummed(statement.submitter), signatures], len(signatures))
        return self.submitter

    def rotate_witnesses(self, statement: WitnessesStatement, answers: Sequence[Answer]) -> LogWitnesses:
        """Replace the witnesses."""
        wanted = LogWitnesses(tuple(rising(statement.witnesses)), statement.threshold)
        if not self._witnesses_are(wanted):
            signatures = self._signatures(statement, answers)
            arguments: list[object] = [list(wanted.accounts), wanted.threshold, signatures]
            self._run("rotateWitnesses", arguments, len(signatures) + len(wanted.accounts))
        return self.witnesses

    def name_successor(self, statement: SuccessionStatement, answers: Sequence[Answer]) -> str:
        """End the log; another goes on from its head."""
        if not self.successor:
            signatures = self._signatures(statement, answers) if self.witnesses.threshold else []
            arguments: list[object] = [bytes.fromhex(statement.successor_id[2:]), signatures]
            self._run("nameSuccessor", arguments, len(signatures) + len(self.witnesses.accounts))
        return self.successor

    def checked(self, answer: Answer, digests: Sequence[bytes]) -> Attestation:
        """The attestation of an answer to one of our requests, by a witness of this log. Raises ForeignAnswerError."""
        if answer.digest not in digests:
            raise ForeignAnswerError("the answer is for another request: another checkpoint, log, contract or epoch")
        signer = signer_of(answer.digest, answer.attestation.signature)
        if signer.lower() != answer.attestation.signer.lower():
            raise ForeignAnswerError(f"the signature is not {answer.attestation.signer}'s")
        if signer.lower() not in {one.lower() for one in self.witnesses.accounts}:
            raise ForeignAnswerError(f"{signer} is no witness of log {self._log_id}")
        return answer.attestation

    def _signatures(self, statement: Statement, answers: Sequence[Answer]) -> list[bytes]:
        digest = self.request(statement).digest()
        good = in_order([self.checked(answer, [digest]) for answer in answers])
        needed = self.witnesses.threshold
        if not needed:
            raise AnswersMissingError(
                f"log {self._log_id} has no chain witnesses, so nobody can rotate anything for it"
            )
        if len(good) < needed:
            raise AnswersMissingError(
                f"{needed} of {len(self.witnesses.accounts)} witnesses must sign, {len(good)} did: write the request "
                "with --out, have it signed with `proofdocket chain attest`, and give the answers with --attestation"
            )
        return [one.signature for one in good]

    def _run(self, call: str, arguments: list[object], accounts: int) -> None:
        self._chain.anchor.run(call, [self._id, *arguments], GAS + GAS_PER_ACCOUNT * accounts)
        # Crash here: done and perhaps not saved on a local chain; the command looks first and does it again.
        self._chain.save()

    def _witnesses_are(self, wanted: LogWitnesses) -> bool:
        found = self.witnesses
        same = [one.lower() for one in found.accounts] == [one.lower() for one in wanted.accounts]
        return same and found.threshold == wanted.threshold

    @property
    def _id(self) -> bytes:
        return bytes.fromhex(self._log_id[2:])


def rising(accounts: Sequence[str]) -> list[str]:
    """Accounts in the rising order that the contract asks for, checksummed."""
    return [_checksummed(one) for one in sorted(accounts, key=lambda one: int(one, 16))]


def _checksummed(account: str) -> str:
    from eth_utils.address import to_checksum_address  # noqa: PLC0415

    return str(to_checksum_address(account))
