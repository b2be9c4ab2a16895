"""Block hashes that a reader read for himself (an explorer, a newspaper, a second node), added to his trust file.

Spec: docs/spec/trust.md (blocks), docs/spec/verify.md (8). Written CHAINID:NUMBER:HASH. A hash counts only for a chain
that the trust file pins, and cannot replace one that the file pins already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evidence_service.core.trust import PinnedBlock, PinnedChain, TrustError, TrustFile
from evidence_service.errors import MalformedInputError

FORM = re.compile(r"([1-9][0-9]{0,14}):(0|[1-9][0-9]{0,14}):(0x)?([0-9a-fA-F]{64})\Z")


class BlockHashError(MalformedInputError):
    """A block hash from a reader is not in its form, or of a chain that he does not pin."""

    code = "block-hash"


@dataclass(frozen=True, slots=True)
class BlockHash:
    """One block of one chain, as a reader read it."""

    chain_id: int
    block: PinnedBlock


def parse_block_hash(text: str) -> BlockHash:
    """Read CHAINID:NUMBER:HASH. Raises BlockHashError."""
    found = FORM.match(text)
    if found is None:
        raise BlockHashError("a block hash is written CHAINID:NUMBER:HASH, such as 31337:7:0x and 64 hex digits")
    return BlockHash(int(found[1]), PinnedBlock(int(found[2]), "0x" + found[4].lower()))


def with_block_hashes(trust: TrustFile, given: Sequence[BlockHash]) -> TrustFile:
    """The trust file with these blocks pinned too. Raises where one is of no pinned chain, or contradicts the file."""
    for one in given:
        if not any(chain.chain_id == one.chain_id for chain in trust.chains):
            raise BlockHashError(f"chain {one.chain_id} is not one that the trust file pins")
        trust = replace(trust, chains=tuple(_pinned(chain, one) for chain in trust.chains))
    return trust


def _pinned(chain: PinnedChain, one: BlockHash) -> PinnedChain:
    if chain.chain_id != one.chain_id:
        return chain
    known = {block.number: block for block in chain.blocks}
    if known.setdefault(one.block.number, one.block).hash.lower() != one.block.hash:
        raise TrustError(f"the trust file pins another hash for block {one.block.number} of chain {one.chain_id}")
    return replace(chain, blocks=tuple(known[number] for number in sorted(known)))
