"""Check (8) with enclosed proof material: a trusted block hash is enough, and without one it says so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from evidence_service.adapters.receipt_trie import receipt_bytes, trie_proof, trie_root
from evidence_service.core import rlp
from evidence_service.core.anchor_material import ANCHORED, AnchorMaterial, anchor_text, prove_anchor
from evidence_service.core.block_pins import BlockHashError, parse_block_hash, with_block_hashes
from evidence_service.core.material import material_bytes
from evidence_service.core.report import Report, Result
from evidence_service.core.trust import ChainGrade, PinnedBlock, TrustError, TrustFile
from evidence_service.core.twin import twin_bytes
from evidence_service.core.verify import verify_package, verify_proof, verify_twin
from tests.conftest import ROOT
from tests.evidence_service.verify.world import CHAIN_ID, CONTRACT, NOW, Chain, World, make_world

WORLD = make_world()
HEADER = json.loads((ROOT / "tests/vectors/anchor/blocks.json").read_bytes())["blocks"][0]["material"]
OTHER = "0x" + "99" * 32


def material(
    world: World = WORLD,
    *,
    contract: str = CONTRACT,
    log_id: str = "",
    size: int = 0,
    root: bytes = b"",
    number: int = 7,
) -> AnchorMaterial:
    """Sound material of a block that holds the anchor of the world's checkpoint, as a real chain would give it."""
    log = {
        "address": contract,
        "topics": [
            "0x" + ANCHORED.hex(),
            log_id or world.log_id,
            "0x" + (size or len(world.entries)).to_bytes(32, "big").hex(),
        ],
        "data": "0x" + (root or world.root).hex() + bytes(32).hex(),
    }
    receipt = {
        "type": "0x2",
        "status": "0x1",
        "cumulativeGasUsed": "0x1",
        "logsBloom": "0x" + "00" * 256,
        "logs": [log],
    }
    key = rlp.encode(rlp.number(0))
    trie = {key: receipt_bytes(receipt)}
    fields = rlp.list_of(rlp.decode(bytes.fromhex(json.loads(HEADER)["header"][2:])), "header")
    fields[5], fields[8] = trie_root(trie), rlp.number(number)
    fields[11] = rlp.number(int(NOW.timestamp()) - 3600)
    return AnchorMaterial(rlp.encode(fields), 0, trie_proof(trie, key), 0)


def trust(world: World = WORLD, *, blocks: tuple[PinnedBlock, ...] = (), grade: ChainGrade | None = None) -> TrustFile:
    base = world.trust()
    chain = base.chains[0]
    return replace(base, chains=(replace(chain, blocks=blocks, grade=grade or chain.grade),))


def package(one: AnchorMaterial, world: World = WORLD) -> bytes:
    return world.package_zip(replace(world.contents, material={"anchor": anchor_text(one)}))


def pinned(one: AnchorMaterial) -> tuple[PinnedBlock, ...]:
    block = prove_anchor(one).block
    return (PinnedBlock(1, OTHER), PinnedBlock(block.number, block.hash))


def check(one: AnchorMaterial, reader: TrustFile | None = None, chain: Chain | None = None) -> Report:
    return verify_package(package(one), trust() if reader is None else reader, chain, NOW)


def test_check_8_passes_offline_in_a_block_that_the_trust_file_pins() -> None:
    one = material()
    report = check(one, trust(blocks=pinned(one), grade=ChainGrade.CONSORTIUM))
    assert report.check(8).code == "anchored-in-pinned-block"
    assert report.result is Result.PASSED
    assert report.unaltered_since is not None
    assert report.unaltered_since.time == prove_anchor(one).block.time


def test_a_self_run_chain_passes_with_its_sentence_and_gives_no_independent_time() -> None:
    one = material()
    report = check(one, trust(blocks=pinned(one), grade=ChainGrade.SELF_RUN))
    assert report.check(8).code == "anchored-in-pinned-block-self-run"
    assert report.unaltered_since is None


def test_check_8_passes_offline_for_twins_and_bare_proofs_too() -> None:
    one = material()
    reader = trust(blocks=pinned(one))
    twin = twin_bytes(WORLD.metadata, WORLD.packaged, {"anchor": anchor_text(one)})
    assert verify_twin(twin, reader, None, NOW).check(8).code == "anchored-in-pinned-block"
    index = WORLD.mine[0]
    report = verify_proof(
        WORLD.proof(index).encode(),
        WORLD.entries[index].leaf,
        reader,
        None,
        NOW,
        material=material_bytes({"anchor": anchor_text(one)}),
    )
    assert report.check(8).code == "anchored-in-pinned-block"


def test_a_claim_of_another_block_than_the_proven_one_fails_although_the_block_is_trusted() -> None:
    """The certificate prints the claimed block: it must be the one that the material proves."""
    one = material(number=8)
    assert WORLD.claim.block == 7
    report = check(one, trust(blocks=(PinnedBlock(8, prove_anchor(one).block.hash),)))
    assert report.check(8).code == "anchor-proof-other"
    assert report.where[0].field == "chain.block"


def test_sound_material_whose_block_nobody_confirms_is_not_checked_and_says_why() -> None:
    one = material()
    report = check(one)
    assert report.check(8).code == "anchor-unconfirmed"
    assert report.result is Result.INCOMPLETE
    assert prove_anchor(one).block.hash in report.check(8).reason
    assert "are sound" in report.check(8).reason
    assert "nobody whom you trust" in report.check(8).reason


def test_another_hash_at_the_pinned_number_fails() -> None:
    report = check(material(), trust(blocks=(PinnedBlock(7, OTHER),)))
    assert report.check(8).code == "block-hash-mismatch"
    assert report.result is Result.FAILED


def test_without_a_trust_file_sound_material_proves_nothing() -> None:
    report = verify_package(package(material()), None, None, NOW)
    assert report.check(8).code == "no-trust-file"


@pytest.mark.parametrize("reader", [trust(), None], ids=["with trust", "without trust"])
def test_broken_material_fails_with_or_without_a_trust_file(reader: TrustFile | None) -> None:
    one = material()
    broken = replace(one, receipt_proof=(one.receipt_proof[0][:-1] + bytes([one.receipt_proof[0][-1] ^ 1]),))
    report = verify_package(package(broken), reader, None, NOW)
    assert report.check(8).code == "anchor-proof-invalid"
    assert report.result is Result.FAILED


@pytest.mark.parametrize(
    ("one", "field"), [(material(size=10_000), "size"), (material(root=b"\x07" * 32), "root")], ids=["size", "root"]
)
def test_material_of_another_checkpoint_fails(one: AnchorMaterial, field: str) -> None:
    report = check(one, trust(blocks=pinned(one)))
    assert report.check(8).code == "anchor-proof-other"
    assert field in report.check(8).reason


@pytest.mark.parametrize(
    ("one", "field"),
    [(material(contract="0x" + "c1" * 20), "anchor.contract"), (material(log_id=OTHER), "anchor.log_id")],
    ids=["another contract", "another log"],
)
def test_material_of_a_contract_or_log_that_nobody_pinned_fails_even_in_a_pinned_block(
    one: AnchorMaterial, field: str
) -> None:
    report = check(one, trust(blocks=pinned(one)))
    assert report.check(8).code == "chain-not-pinned"
    assert report.where[0].field == field


@dataclass
class WithoutState(Chain):
    """A node that has the blocks and forgot the contract's roots and events: it can confirm a hash."""

    found: str = ""

    def block(self, number: int) -> tuple[str, datetime]:
        return (self.found, self.time) if number == 7 else super().block(number)

    def event_blocks(self, address: str, topics: Sequence[str], first: int) -> tuple[int, ...]:
        raise AssertionError("the events were asked for")


def test_a_node_that_has_the_block_confirms_it_without_the_contract_s_history() -> None:
    one = material()
    node = WithoutState(WORLD, found=prove_anchor(one).block.hash, roots={})
    report = check(one, chain=node)
    assert report.check(8).code == "anchored"
    assert "13 block(s) deep" in report.check(8).reason


def test_a_block_that_is_not_deep_enough_is_not_checked() -> None:
    one = material()
    node = WithoutState(WORLD, found=prove_anchor(one).block.hash, newest=8)
    assert check(one, chain=node).check(8).code == "not-deep-enough"


def test_material_of_a_reorganised_block_gives_way_to_what_the_contract_holds() -> None:
    """The anchor was mined again elsewhere: the node's own events say where."""
    assert check(material(), chain=Chain(WORLD)).check(8).code == "anchored"
    assert check(material(), chain=Chain(WORLD, roots={})).check(8).code == "root-missing"


def test_an_older_id_of_the_log_is_found_after_a_succession() -> None:
    """The trust file pins the log under its old and its new id; the anchor was made under the old one."""
    base = trust(blocks=pinned(material()))
    both = replace(base, logs=(replace(base.logs[0], log_ids=(WORLD.log_id, OTHER)),))
    assert check(material(), both).check(8).code == "anchored-in-pinned-block"
    index = WORLD.mine[0]
    proof = WORLD.proof(index).encode()
    assert verify_proof(proof, WORLD.entries[index].leaf, both, Chain(WORLD), NOW).check(8).code == "anchored"


def test_a_reader_adds_a_block_hash_that_he_read_elsewhere() -> None:
    block = prove_anchor(material()).block
    read = parse_block_hash(f"{CHAIN_ID}:{block.number}:{block.hash.upper().replace('0X', '')}")
    reader = with_block_hashes(trust(blocks=(PinnedBlock(99, OTHER),)), [read, read])
    assert [one.number for one in reader.chains[0].blocks] == [7, 99]
    assert check(material(), reader).check(8).code == "anchored-in-pinned-block"


def test_a_block_hash_of_no_pinned_chain_or_against_the_trust_file_is_refused() -> None:
    with pytest.raises(BlockHashError, match="chain 5 is not one"):
        with_block_hashes(trust(), [parse_block_hash(f"5:7:{OTHER}")])
    with pytest.raises(TrustError, match="another hash for block 7"):
        with_block_hashes(
            trust(blocks=(PinnedBlock(7, "0x" + "12" * 32),)), [parse_block_hash(f"{CHAIN_ID}:7:{OTHER}")]
        )


@pytest.mark.parametrize(
    "text", ["", "1:2", f"0:1:{OTHER}", f"1:-1:{OTHER}", f"1:01:{OTHER}", "1:1:0x12", f"1:1:{OTHER}0"]
)
def test_a_block_hash_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(BlockHashError, match="CHAINID:NUMBER:HASH"):
        parse_block_hash(text)
