"""The way to a witness over HTTP: one add-checkpoint request, one answer, within a size and a time limit.

Spec: docs/spec/witness.md, https://c2sp.org/tlog-witness. No redirect is followed, no proxy used. Where no clean answer
came, it is not known whether the witness cosigned; asking again is always safe.
"""

from __future__ import annotations

import http.client
from dataclasses import replace

from evidence_service.errors import EvidenceError
from evidence_service.ports.witness import WitnessReply
from evidence_service.verifier.http_question import HttpPlace, post

TIMEOUT_SECONDS = 10.0
MAX_ANSWER = 64 * 1024
PLAIN_TEXT = {"Content-Type": "text/plain; charset=utf-8"}


class WitnessUnreachableError(EvidenceError):
    """The witness did not answer, or not with HTTP; whether it cosigned is not known."""

    code = "witness-unreachable"


class HttpWitnessDoor:
    """`WitnessDoor` over HTTP and HTTPS."""

    def __init__(self, timeout: float = TIMEOUT_SECONDS) -> None:
        self._timeout = timeout

    def add_checkpoint(self, url: str, body: bytes) -> WitnessReply:
        """Send an add-checkpoint request to a submission prefix."""
        try:
            place = HttpPlace.of(url)
        except ValueError:
            raise WitnessUnreachableError("its address is no URL that begins with http:// or https://") from None
        question = replace(place, target=f"{place.target.partition('?')[0].rstrip('/')}/add-checkpoint")
        try:
            answer = post(question, body, PLAIN_TEXT, seconds=self._timeout, most=MAX_ANSWER)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise WitnessUnreachableError(f"it did not answer ({type(error).__name__})") from None
        if len(answer.body) > MAX_ANSWER:
            raise WitnessUnreachableError(f"its answer is larger than {MAX_ANSWER >> 10} KiB")
        return WitnessReply(answer.status, answer.media_type, answer.body)
