"""Check (8) over RPC by both verifiers: honest nodes, lying ones, broken ones, asked over real HTTP on the loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from evidence_service.core.anchor_material import prove_anchor
from evidence_service.core.trust import ChainGrade, TrustFile
from evidence_service.core.trust_json import trust_bytes
from evidence_service.verifier.chain_reader import MAX_ANSWER
from tests.evidence_service.verify import test_anchor_proof as anchors
from tests.evidence_service.verify.world import CHAIN_ID, CONTRACT, NOW, Chain, make_world
from tests.verifier_html.second import Case, ask_both, disagreements

WORLD = make_world()
MATERIAL = anchors.material()
PROVEN = prove_anchor(MATERIAL)
OTHER = "0x" + "99" * 32
Asked = dict[str, Any]
Node = Callable[[Asked], tuple[int, bytes]]


def honest(chain: Chain) -> Callable[[Asked], Any]:
    """What this chain answers by JSON-RPC."""

    def answer(asked: Asked) -> Any:
        params = asked["params"]
        match asked["method"]:
            case "eth_chainId":
                return hex(chain.identity)
            case "eth_blockNumber":
                return hex(chain.newest)
            case "eth_getCode":
                return "0x" + chain.code(params[0]).hex()
            case "eth_call":
                return "0x" + chain.call(params[0]["to"], bytes.fromhex(params[0]["data"][2:])).hex()
            case "eth_getBlockByNumber":
                found, moment = chain.block(int(params[0], 16))
                return {"hash": found, "timestamp": hex(int(moment.timestamp()))}
            case _:
                topics = params[0]["topics"]
                blocks = chain.event_blocks(CONTRACT, topics, int(params[0]["fromBlock"], 16))
                return [{"address": CONTRACT, "topics": topics, "blockNumber": hex(block)} for block in blocks]

    return answer


def saying(chain: Chain, **instead: Any) -> Node:
    """The chain's node, which answers one method otherwise: a value, or what a function makes of the true answer."""
    answer = honest(chain)

    def node(asked: Asked) -> tuple[int, bytes]:
        result = answer(asked)
        if asked["method"] in instead:
            other = instead[asked["method"]]
            result = other(result) if callable(other) else other
        return 200, json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()

    return node


def always(body: bytes, status: int = 200) -> Node:
    return lambda asked: (status, body)


def _with(**changed: Any) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda logs: [{**one, **changed} for one in logs]


def _at_seven(value: Any) -> Callable[[Asked], Any]:
    """Block 7 otherwise, block 0 as it is."""
    return lambda block: block if block["hash"] != "0x" + "22" * 32 else value


C = Chain(WORLD)
HEX = "0x" + "1" * 64
NODES: dict[str, Node] = {
    "honest": saying(C),
    "of another chain": saying(replace(C, identity=5)),
    "with another genesis": saying(replace(C, genesis=OTHER)),
    "with other code": saying(replace(C, runtime=b"\x60")),
    "without code": saying(replace(C, runtime=b"")),
    "with another registrant": saying(replace(C, submitter="0x" + "77" * 20)),
    "with a bare root": saying(replace(C, anchored=())),
    "with another root": saying(replace(C, roots={len(WORLD.entries): b"x" * 32})),
    "without a root": saying(replace(C, roots={})),
    "with a later event": saying(replace(C, anchored=(9, 12))),
    "with an earlier event": saying(replace(C, anchored=(3,))),
    "with a young anchor": saying(replace(C, newest=7)),
    "behind its own anchor": saying(replace(C, newest=2)),
    "that has the proven block": saying(
        C, eth_getBlockByNumber=_at_seven({"hash": PROVEN.block.hash, "timestamp": "0x1"})
    ),
    "that has the proven block in capitals": saying(
        C, eth_getBlockByNumber=_at_seven({"hash": "0x" + PROVEN.block.hash[2:].upper(), "timestamp": "0x1"})
    ),
    "without block 7": saying(C, eth_getBlockByNumber=_at_seven(None)),
    "with an empty list": saying(C, eth_getLogs=[]),
    "with no list": saying(C, eth_getLogs={}),
    "with a list of numbers": saying(C, eth_getLogs=[1]),
    "with events of others": saying(C, eth_getLogs=_with(address="0x" + "00" * 20)),
    "with events in capitals": saying(C, eth_getLogs=_with(address="0x" + CONTRACT[2:].upper())),
    "with other topics": saying(C, eth_getLogs=_with(topics=[OTHER])),
    "with no topics": saying(C, eth_getLogs=_with(topics=None)),
    "with removed events": saying(C, eth_getLogs=_with(removed=True)),
    "with events that are not removed": saying(C, eth_getLogs=_with(removed=False)),
    "with events removed by a word": saying(C, eth_getLogs=_with(removed="no")),
    "with an event in no block": saying(C, eth_getLogs=_with(blockNumber=None)),
}
LIARS = len(NODES)
"""Those before answer in form; those that follow are out of form, and one file shows it."""
NODES |= {
    "that is gone": always(b"", 404),
    "that sends elsewhere": always(b"", 302),
    "that says nothing": always(b"", 204),
    "that says 201": always(b'{"result":"0x7a69"}', 201),
    "of another form": always(b"<html>"),
    "with a list": always(b"[]"),
    "with an error": always(b'{"result":"0x7a69","error":{"code":1}}'),
    "with an error of false": always(b'{"result":"0x7a69","error":false}'),
    "with no result": always(b"{}"),
    "with a name twice": always(b'{"result":"0x5","result":"0x7a69"}'),
    "with half a number": always(b'{"result":"0x7a69","x":1.5}'),
    "with bytes that are no text": always(b'{"result":"\xff"}'),
    "without end": always(b'{"result":"' + b"x" * (MAX_ANSWER + 10) + b'"}'),
    "deep": always(b'{"result":' + b"[" * 40 + b"]" * 40 + b"}"),
}
for number, text in enumerate(
    ("0x", "0x07a69", "0X7a69", "0x7A69", "7a69", " 0x7a69", "0x7a69 ", "0x7a_69", "0x" + "f" * 16, "0x" + "0" * 16, 1)
):
    NODES[f"on chain {text!r}"] = saying(C, eth_chainId=text)
    NODES[f"at head {number}"] = saying(C, eth_blockNumber=text)
    NODES[f"at time {number}"] = saying(C, eth_getBlockByNumber=lambda block, text=text: {**block, "timestamp": text})
for number, text in enumerate(("0x", HEX[:-1], HEX + "11", HEX[:-1] + "g", HEX[2:], "0x11 11", None, HEX[:-2])):
    NODES[f"with answer {number}"] = saying(C, eth_call=text)
    NODES[f"with code {number}"] = saying(C, eth_getCode=text)
    NODES[f"with hash {number}"] = saying(C, eth_getBlockByNumber=lambda block, text=text: {**block, "hash": text})
NODES["in the year 9999"] = saying(C, eth_getBlockByNumber=lambda block: {**block, "timestamp": hex(253402300799)})
NODES["in the year 10000"] = saying(C, eth_getBlockByNumber=lambda block: {**block, "timestamp": hex(253402300800)})


@pytest.fixture(scope="module")
def at() -> Iterator[str]:
    """Where the nodes answer: each under its number."""
    nodes = list(NODES.values())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = nodes[int(self.path[1:])](asked)
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return  # the reader hung up

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def trusts() -> dict[str, TrustFile]:
    """A reader's trust files: one chain, several, graded, deep."""
    base = WORLD.trust()
    chain = base.chains[0]
    elsewhere, twin = replace(chain, chain_id=5), replace(chain, contract="0x" + "cc" * 20)
    log = base.logs[0]
    return {
        "plain": base,
        "self-run": replace(base, chains=(replace(chain, grade=ChainGrade.SELF_RUN),)),
        "deep": replace(base, chains=(replace(chain, confirmations=1000),)),
        "two chains": replace(base, chains=(elsewhere, chain)),
        "two contracts": replace(base, chains=(twin, chain)),
        "no chain": replace(base, chains=()),
        "no log id": replace(base, logs=(replace(log, log_ids=()),)),
        "an older log id": replace(base, logs=(replace(log, log_ids=(log.log_ids[0], OTHER)),)),
    }


def cases(at: str) -> Iterator[Case]:
    metadata = replace(WORLD.metadata, chain=None)
    index = WORLD.mine[0]
    files: Sequence[tuple[str, str, bytes, dict[str, bytes]]] = (
        ("a package", "package", WORLD.package_zip(), {}),
        ("a package without claim", "package", WORLD.package_zip(replace(WORLD.contents, metadata=metadata)), {}),
        ("a package with material", "package", anchors.package(MATERIAL, WORLD), {}),
        ("a proof", "proof", WORLD.proof(index).encode(), {"leaf": WORLD.entries[index].leaf}),
    )
    for name, trust in trusts().items():
        raw = trust_bytes(trust)
        for number, node in enumerate(NODES):
            if name == "plain":
                some = files if number < LIARS else files[:1]
            else:
                some = (files[number % 4],) if number % 3 == 0 and number < LIARS else ()
            for label, kind, file, beside in some:
                yield Case(f"{label}, trust {name}, node {node}", kind, file, raw, NOW, "", beside, f"{at}/{number}")


def test_both_verifiers_hear_the_same_from_every_node(at: str) -> None:
    asked = list(cases(at))
    first, second = ask_both(asked)
    codes = {one.checks[7][1] for one in first}
    print(f"{len(asked)} inputs, check 8 said {sorted(codes)}")
    assert disagreements(asked, first, second) == []
    assert codes >= {
        *("anchored", "anchored-self-run", "chain-unreachable", "no-chain-pinned", "log-id-not-pinned", "not-anchored"),
        *("not-deep-enough", "chain-id-mismatch", "genesis-mismatch", "code-mismatch", "log-id-mismatch"),
        *("root-missing", "root-mismatch", "anchor-event-missing"),
    }
    assert CHAIN_ID == 31337
