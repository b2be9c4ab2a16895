"""Inputs whose verdict hangs on who reads them and when: trust files, windows, tokens, anchors, erasures, PDFs."""

from __future__ import annotations

import base64
import io
import random
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import rfc8785

from evidence_service.core.material import material_bytes
from evidence_service.core.trust import ChainGrade, PinnedAuthority, PinnedBlock, PinnedKey, TrustFile
from evidence_service.core.trust_json import trust_bytes
from evidence_service.core.twin import twin_bytes
from tests.evidence_service.verify import test_anchor_proof as anchors
from tests.evidence_service.verify import test_erased as erasures
from tests.evidence_service.verify import test_key_rotation as rotation
from tests.evidence_service.verify import test_witness_quorum as quorum
from tests.evidence_service.verify.instances import SEEN, Instance, make_instance
from tests.evidence_service.verify.test_pdf_attachment import small_pdf, updated
from tests.evidence_service.verify.world import NOW, START, World, make_world
from tests.simulators.timestamp_authority import Authority, Certified, certify, new_key
from tests.verifier_html.mutations import edited, flipped, members_of
from tests.verifier_html.second import Case

DAY = timedelta(days=1)
LENDER = make_instance("lender")
MOMENTS = (None, SEEN - DAY, SEEN + timedelta(minutes=1), SEEN + DAY, NOW - DAY, NOW, NOW + DAY)


def case(
    label: str, file: bytes, trust: TrustFile | None, *, kind: str = "package", now: datetime = NOW, **beside: bytes
) -> Case:
    return Case(label, kind, file, None if trust is None else trust_bytes(trust), now, "", beside)


def windows(rng: random.Random, count: int) -> Iterator[Case]:
    """Keys of every role with windows and revocations, read at many moments, with and without independent words."""
    lender = LENDER
    package = lender.package
    silent = replace(lender, world=replace(lender.world, seen=(), stamps=())).package
    unstamped = replace(lender, world=replace(lender.world, stamps=())).package
    choices = list(product(MOMENTS, MOMENTS, MOMENTS))
    for number in range(count):
        start, end, revoked = rng.choice(choices)
        if start and end and end <= start:
            start = None
        window: dict[str, Any] = {"not_before": start, "not_after": end, "revoked_at": revoked}
        base = lender.trust(required=(1, 3, 5, 6), issued_at=START, quorum=rng.choice((0, 1, 2, 3)))
        log, authority = base.logs[0], base.authorities[0]
        role = rng.choice(("log", "package", "witness", "witnesses", "authority", "auditor", "both"))
        by_role: dict[str, dict[str, Any]] = {
            "log": {"logs": (replace(log, keys=(replace(log.keys[0], **window),)),)},
            "both": {"logs": (replace(log, keys=(replace(log.keys[0], **window), rotation.NEW_KEY)),)},
            "package": {"logs": (replace(log, package_keys=(replace(log.package_keys[0], **window),)),)},
            "witness": {"witnesses": (replace(base.witnesses[0], **window), *base.witnesses[1:])},
            "witnesses": {"witnesses": tuple(replace(one, **window) for one in base.witnesses)},
            "authority": {"authorities": (replace(authority, **window),)},
            "auditor": {"auditors": (replace(base.auditors[0], **window),)},
        }
        file = rng.choice((package, silent, unstamped))
        now = rng.choice((NOW, NOW, SEEN + timedelta(minutes=2), SEEN - timedelta(minutes=1), NOW + 2 * DAY))
        trust = replace(base, **by_role[role])
        yield case(f"{role} {start} {end} {revoked} quorum {base.quorum} at {now} #{number}", file, trust, now=now)


def readers() -> Iterator[Case]:
    """Trust files of other institutions, origins, chains and terms."""
    lender, base = LENDER, LENDER.trust()
    log, chain = base.logs[0], base.chains[0]
    other = make_instance("attacker").trust()
    variants = {
        "none": None,
        "other": other,
        "expired": replace(base, expires_at=NOW - DAY),
        "not yet": replace(base, issued_at=NOW + timedelta(hours=1)),
        "no logs": replace(base, logs=()),
        "no credit code": replace(base, logs=(replace(log, credit_code=""),)),
        "other credit code": replace(base, logs=(replace(log, credit_code="9" * 18),)),
        "other institution": replace(base, logs=(replace(log, institution="other-cf"),)),
        "other package key": replace(base, logs=(replace(log, package_keys=other.logs[0].package_keys),)),
        "no log ids": replace(base, logs=(replace(log, log_ids=()),)),
        "other log ids": replace(base, logs=(replace(log, log_ids=("0x" + "aa" * 32,)),)),
        "no chains": replace(base, chains=()),
        "other chain": replace(base, chains=(replace(chain, chain_id=5),)),
        "other contract": replace(base, chains=(replace(chain, contract="0x" + "cc" * 20),)),
        "other genesis": replace(base, chains=(replace(chain, genesis="0x" + "cc" * 32),)),
        "other code": replace(base, chains=(replace(chain, code_hash="0x" + "cc" * 32),)),
        "two chains": replace(base, chains=(replace(chain, chain_id=5), chain)),
        "no witnesses": replace(base, witnesses=(), quorum=0),
        "no auditors": replace(base, auditors=()),
        "other auditors": replace(base, auditors=other.auditors),
        "other witnesses": replace(base, witnesses=other.witnesses),
        "few checks": replace(base, required=(1, 3, 5, 6)),
        "one name": replace(base, witnesses=tuple(replace(one, name="court") for one in base.witnesses), quorum=1),
    }
    for name, trust in variants.items():
        yield case(f"trust {name}", lender.package, trust)
        yield case(f"trust {name}, plain world", make_world().package_zip(), trust)
        index = lender.world.mine[1]
        yield case(
            f"trust {name}, proof",
            lender.world.proof(index).encode(),
            trust,
            kind="proof",
            leaf=lender.world.entries[index].leaf,
        )


def trust_files(rng: random.Random, share: float) -> Iterator[Case]:
    """Trust files out of form: both refuse the same ones."""
    import json  # noqa: PLC0415

    from tests.verifier_html.mutations import canonical  # noqa: PLC0415

    body = json.loads(trust_bytes(LENDER.trust()))
    for label, value in edited(body, rng, share):
        yield Case(f"trust file {label}", "package", LENDER.package, canonical(value), NOW)
    signed = LENDER.trust_file()
    for label, raw in flipped(signed, rng, 60):
        yield Case(f"signed trust file {label}", "package", LENDER.package, raw, NOW)
        yield Case(f"signed trust file {label}, pinned", "package", LENDER.package, raw, NOW, LENDER.issuer.vkey)
    yield Case("signed by another", "package", LENDER.package, signed, NOW, make_instance("attacker").issuer.vkey)


def anchored(rng: random.Random, count: int) -> Iterator[Case]:
    """Anchor material: sound, of other things, and with flipped bits; blocks pinned and not."""
    one = anchors.material()
    pins = anchors.pinned(one)
    for grade in ChainGrade:
        for blocks in ((), pins, pins[:1], (PinnedBlock(7, anchors.OTHER),)):
            yield case(f"anchor {grade} {len(blocks)}", anchors.package(one), anchors.trust(blocks=blocks, grade=grade))
    yield case("anchor without trust", anchors.package(one), None)
    for name, other in {
        "contract": anchors.material(contract="0x" + "dd" * 20),
        "log id": anchors.material(log_id="0x" + "dd" * 32),
        "size": anchors.material(size=5),
        "root": anchors.material(root=bytes(31) + b"x"),
        "number": anchors.material(number=8),
    }.items():
        yield case(f"anchor of another {name}", anchors.package(other), anchors.trust(blocks=pins))
        yield case(f"anchor of another {name}, no trust", anchors.package(other), None)
    for label, header in flipped(one.header, rng, count):
        yield case(f"anchor header {label}", anchors.package(replace(one, header=header)), anchors.trust(blocks=pins))
    for position, node in enumerate(one.receipt_proof):
        for label, changed in flipped(node, rng, count):
            nodes = (*one.receipt_proof[:position], changed, *one.receipt_proof[position + 1 :])
            yield case(
                f"anchor node {label}", anchors.package(replace(one, receipt_proof=nodes)), anchors.trust(blocks=pins)
            )


def tokens(rng: random.Random, count: int) -> Iterator[Case]:
    """Timestamp tokens of every key kind, about other texts, from other authorities, with flipped bits."""
    world = make_world()
    text = "\n".join(world.checkpoint.split("\n")[:3]).encode() + b"\n"
    at = START + timedelta(hours=2)

    def packed(*made: bytes) -> bytes:
        return world.package_zip(replace(world.contents, material={"timestamps": _stamps(made)}))

    def pin(authority: Authority, der: bytes = b"", **window: datetime) -> TrustFile:
        return world.trust(authorities=(PinnedAuthority("TSA", der or authority.root.der, **window),))

    for kind in ("p256", "p384", "p521", "rsa", "rsa-small", "ed25519"):
        one = Authority.of(kind, name=f"tsa {kind}")
        yield case(f"token {kind}", packed(one.token(text, at)), pin(one))
        yield case(f"token {kind}, signer pinned", packed(one.token(text, at)), pin(one, one.signer.der))
        yield case(f"token {kind}, no trust", packed(one.token(text, at)), None)
        yield case(f"token {kind}, no certificates", packed(one.token(text, at, certificates=())), pin(one))
        yield case(
            f"token {kind}, alone and pinned", packed(one.token(text, at, certificates=())), pin(one, one.signer.der)
        )
    for digest in ("sha256", "sha384", "sha512"):
        one = Authority.of("rsa", name="tsa", digest=digest)
        yield case(f"token rsa {digest}", packed(one.token(text, at, imprint_hash=digest)), pin(one))
    one = Authority.of(name="tsa")
    for name, made in {
        "another text": one.token(b"another", at),
        "a future": one.token(text, NOW + DAY),
        "an early": one.token(text, START - DAY),
        "no binding": one.token(text, at, leave_out=("signing_certificate_v2",)),
        "other binding": one.token(text, at, bound_to=b"x"),
        "other content": one.token(text, at, content_type="data"),
        "no digest": one.token(text, at, leave_out=("message_digest",)),
        "sha1": one.token(text, at, imprint_hash="sha1"),
        "no accuracy": one.token(text, at, change=lambda info: info.pop("accuracy") and None),
        "micros": one.token(
            text, at + timedelta(microseconds=500), change=lambda info: info.update(accuracy={"micros": 7})
        ),
        "accuracy 0": one.token(text, at, change=lambda info: info.update(accuracy={"seconds": 0})),
        "accuracy 1000 ms": one.token(text, at, change=lambda info: info.update(accuracy={"millis": 1000})),
        "ordering": one.token(text, at, change=lambda info: info.update(ordering=True)),
    }.items():
        yield case(f"token of {name}", packed(made), pin(one))
        yield case(f"token of {name}, not pinned", packed(made), world.trust())
    yield case("two tokens", packed(one.token(text, at), Authority.of(name="x").token(text, at - DAY)), pin(one))
    for label, leaf in {
        "no purpose": {"purposes": ()},
        "not critical": {"critical": False},
        "no usage": {"usage": False},
        "not yet": {"born": NOW},
        "dead": {"dies": START},
    }.items():
        if label != "no purpose":
            odd = Authority.of(name="tsa", **leaf)  # type: ignore[arg-type]
            yield case(f"token of a signer with {label}", packed(odd.token(text, at)), pin(odd))
    for depth, path_length in ((1, None), (1, 0), (2, 0), (2, 1)):
        odd = _chained(depth, path_length)
        yield case(f"token over {depth} of {path_length}", packed(odd.token(text, at)), pin(odd))
    for base in (one, Authority.of("rsa", name="tsa")):
        made_token = base.token(text, at)
        for label, changed in flipped(made_token, rng, count):
            yield case(f"token {label}", packed(changed), pin(base))


def _stamps(tokens: tuple[bytes, ...]) -> str:
    """The material as anybody could write it, also around tokens that no honest program would take."""
    texts = [base64.b64encode(one).decode() for one in tokens]
    return rfc8785.dumps({"v": 1, "kind": "proofdocket.timestamps", "tokens": texts}).decode()


def _chained(depth: int, path_length: int | None) -> Authority:
    root = certify("root", new_key("p256"), ca=True, path_length=path_length)
    chain: list[Certified] = []
    for number in range(depth):
        chain.insert(0, certify(f"between {number}", new_key("p384"), chain[0] if chain else root, ca=True))
    return Authority(root, certify("signer", new_key("p256"), chain[0]), tuple(chain))


def witnessed() -> Iterator[Case]:
    """Cosignatures of both kinds, policies, forged lines, second algorithms."""
    worlds = {
        "all": quorum.ALL,
        "none": quorum.WORLD,
        "court": quorum.WORLD.by(quorum.COURT),
        "late": quorum.WORLD.by(quorum.COURT, at=NOW + DAY),
        "soon": quorum.WORLD.by(quorum.COURT, at=NOW + timedelta(minutes=4)),
        "forged": replace(
            quorum.WORLD, lines=(replace(quorum.COURT.line(quorum.WORLD.text, quorum.SEEN), signature=bytes(72)),)
        ),
        "short": replace(
            quorum.WORLD, lines=(replace(quorum.COURT.line(quorum.WORLD.text, quorum.SEEN), signature=bytes(3)),)
        ),
        "policy": replace(quorum.ALL, policy=quorum.policy(quorum.COURT, quorum.NOTARY, quorum.REGULATOR)),
    }
    worlds["forged policy"] = replace(worlds["forged"], policy=quorum.policy(quorum.COURT))
    for label, world in worlds.items():
        yield case(f"witnessed {label}", world.package_zip(), None)
        for wanted in range(4):
            trust = world.trust(witnesses=quorum.pins(quorum.COURT, quorum.NOTARY, quorum.REGULATOR), quorum=wanted)
            yield case(f"witnessed {label}, {wanted} wanted", world.package_zip(), trust)
    second = PinnedKey(str(rotation.SECOND_KEY))
    for name, instance in {
        "one": rotation.lender(),
        "twice": rotation.signed_twice(),
        "broken": rotation.signed_twice(True),
        "alone": rotation.alone(),
    }.items():
        for start, end in ((None, None), (NOW - DAY, None), (None, SEEN - DAY), (SEEN - DAY, None), (None, NOW - DAY)):
            pinned = replace(second, not_before=start, not_after=end)
            yield case(f"second {name} {start} {end}", instance.package, rotation.with_key(rotation.log_key(), pinned))


def policies(rng: random.Random, count: int) -> Iterator[Case]:
    """Witness policies: flipped, cut, and with each odd line."""
    base = quorum.policy(quorum.COURT, quorum.NOTARY, quorum.REGULATOR)
    extra = (
        "",
        "# a comment",
        "\t# another",
        "witness none " + quorum.COURT.vkey,
        "group g all nobody",
        "quorum none",
        "log x",
        "group g any court.example",
        "group g 0 court.example",
        "group g 2 court.example",
        "unknown word",
        "group g 01 court.example",
        "witness é " + quorum.COURT.vkey,
        "quorum",
    )
    texts = [base, base[:-1], base.replace("\n", "\r\n"), "quorum none\n", "", "\n", "quorum none", base + base]
    lines = base.splitlines()
    texts += [
        "\n".join([*lines[:at], one, *lines[at:]]) + "\n" for one in extra for at in (0, len(lines) - 1, len(lines))
    ]
    texts += [raw.decode("utf-8", "replace") for _, raw in flipped(base.encode(), rng, count)]
    for number, text in enumerate(texts):
        world = replace(quorum.ALL, policy=text or " ")
        yield case(f"policy {number} {text[-40:]!r}", world.package_zip(), None)


def erased(rng: random.Random, count: int) -> Iterator[Case]:
    """Entries that are called erased: supported, not supported, in packages, PDFs and proofs."""
    told = erasures.TOLD
    for gone in ((), (0,), (1,), (0, 1), (1, 2), (0, 1, 2), (2,)):
        yield case(f"erased {gone}", erasures.packaged(*gone), told.trust())
        twin = twin_bytes(told.metadata, erasures.erased_events(*gone), {})
        yield case(f"erased twin {gone}", small_pdf(twin), told.trust(), kind="pdf")
        plain = erasures.WORLD.package_zip(replace(erasures.WORLD.contents, events=erasures.erased_events(*gone)))
        yield case(f"erased {gone}, other leaves", plain, told.trust())
    leaf, proof = told.packaged[1].leaf, told.packaged[1].proof.encode()
    last = told.packaged[-1]
    from evidence_service.core.erasure_material import erasure_text  # noqa: PLC0415

    text = erasure_text(last.leaf, last.proof)
    material = material_bytes({"erasure": text})
    yield case("erased proof", proof, told.trust(), kind="proof", leaf=leaf, disclosures=erasures.FORM)
    yield case(
        "erased proof, supported",
        proof,
        told.trust(),
        kind="proof",
        leaf=leaf,
        disclosures=erasures.FORM,
        material=material,
    )
    for label, changed in flipped(material, rng, count):
        beside: dict[str, Any] = {"leaf": leaf, "disclosures": erasures.FORM, "material": changed}
        yield case(f"erased proof {label}", proof, told.trust(), kind="proof", **beside)
    for label, changed in flipped(erasures.FORM, rng, count // 4):
        yield case(
            f"erased form {label}", proof, told.trust(), kind="proof", leaf=leaf, disclosures=changed, material=material
        )


def pdfs(rng: random.Random, count: int) -> Iterator[Case]:
    """PDFs written by hand: each part wrong once, bits flipped, evidence edited."""
    twin = twin_bytes(LENDER.world.metadata, LENDER.world.packaged, LENDER.world.material)
    whole = small_pdf(twin)
    packed = small_pdf(zlib.compress(twin), "/Filter/FlateDecode")
    variants = {
        "plain": whole,
        "packed": packed,
        "list": small_pdf(zlib.compress(twin), "/Filter[/FlateDecode]"),
        "updated": updated(whole, b"{}"),
        "updated twice": updated(updated(whole, b"{}"), twin),
        "lzw": small_pdf(twin, "/Filter/LZWDecode"),
        "two filters": small_pdf(zlib.compress(zlib.compress(twin)), "/Filter[/FlateDecode/FlateDecode]"),
        "parameters": small_pdf(zlib.compress(twin), "/Filter/FlateDecode/DecodeParms<</Predictor 12>>"),
        "no filter": small_pdf(twin, "/Filter[]"),
        "null filter": small_pdf(twin, "/Filter null"),
        "long": small_pdf(twin, length=len(twin) + 3),
        "short": small_pdf(twin, length=5),
        "very long": small_pdf(twin, length=10**6),
        "escaped": small_pdf(twin, name="(evi\\144ence.json)"),
        "hex": small_pdf(twin, name="<65766964656e63652e6a736f6e>"),
        "other name": small_pdf(twin, name="(other.json)"),
        "cut": whole[:-10],
        "more": whole + b"more",
        "before": b"MZ" + whole,
        "empty": b"%PDF-1.7",
        "script": small_pdf(twin) + b"\n% /JS (app.alert(1))\n",
        "trailing": small_pdf(zlib.compress(twin) + b"xx", "/Filter/FlateDecode"),
        "bare": small_pdf(b""),
        "spaces": small_pdf(b" " + twin),
    }
    for label, raw in variants.items():
        yield case(f"pdf {label}", raw, LENDER.trust(), kind="pdf")
    for name, base in (("plain", whole), ("packed", packed)):
        for label, raw in flipped(base, rng, count):
            yield case(f"pdf {name} {label}", raw, None, kind="pdf")
    head = whole.index(b"stream") + 8
    for label, raw in flipped(whole[:head], rng, count):
        yield case(f"pdf head {label}", raw + whole[head:], None, kind="pdf")
    tail = whole.rindex(b"endstream")
    for label, raw in flipped(whole[tail:], rng, count):
        yield case(f"pdf tail {label}", whole[:tail] + raw, None, kind="pdf")


def proofs(rng: random.Random, count: int) -> Iterator[Case]:
    """Bare proofs: of other leaves, indexes and sizes, with a node too many or missing, flipped bits."""
    world = LENDER.world
    index = world.mine[1]
    text, leaf = world.proof(index), world.entries[index].leaf
    lines = text.split("\n")
    disclosures = ("[" + ",".join(f'"{one}"' for one in world.entries[index].disclosures.values()) + "]").encode()
    variants = {
        "sound": text,
        "other leaf": world.proof(index - 1),
        "other index": text.replace(f"index {index}", f"index {index + 1}"),
        "index beyond": text.replace(f"index {index}", "index 99"),
        "index 007": text.replace("index ", "index 0"),
        "huge index": text.replace(f"index {index}", "index " + "9" * 30),
        "node missing": "\n".join(lines[:2] + lines[3:]),
        "node twice": "\n".join(lines[:3] + lines[2:]),
        "no nodes": text.replace("\n".join(lines[2 : lines.index("")]) + "\n", ""),
        "extra": text.replace("\nindex", "\nextra aGk=\nindex"),
        "bad extra": text.replace("\nindex", "\nextra aGk\nindex"),
        "two extras": text.replace("\nindex", "\nextra aGk=\nextra aGk=\nindex"),
        "empty extra": text.replace("\nindex", "\nextra \nindex"),
        "other size": text.replace(f"\n{len(world.entries)}\n", "\n11\n"),
        "size 0": text.replace(f"\n{len(world.entries)}\n", "\n0\n"),
        "huge size": text.replace(f"\n{len(world.entries)}\n", "\n" + "9" * 19 + "\n"),
        "2^63": text.replace(f"\n{len(world.entries)}\n", f"\n{2**63}\n"),
        "2^64": text.replace(f"\n{len(world.entries)}\n", f"\n{2**64}\n"),
        "v2": text.replace("@v1", "@v2"),
        "windows": text.replace("\n", "\r\n"),
        "empty": "",
    }
    for label, changed in variants.items():
        for trust in (None, LENDER.trust()):
            yield case(f"proof {label}", changed.encode(), trust, kind="proof", leaf=leaf)
            yield case(
                f"proof {label}, opened", changed.encode(), trust, kind="proof", leaf=leaf, disclosures=disclosures
            )
    material = material_bytes(world.material)
    for label, raw in flipped(text.encode(), rng, count):
        yield case(f"proof {label}", raw, LENDER.trust(), kind="proof", leaf=leaf, material=material)
    for label, raw in flipped(leaf, rng, count // 4):
        yield case(f"proof leaf {label}", text.encode(), None, kind="proof", leaf=raw, disclosures=disclosures)
    for label, raw in flipped(disclosures, rng, count // 4):
        yield case(f"proof disclosures {label}", text.encode(), None, kind="proof", leaf=leaf, disclosures=raw)
    for label, raw in flipped(material, rng, count // 2):
        yield case(f"proof material {label}", text.encode(), LENDER.trust(), kind="proof", leaf=leaf, material=raw)


def rezips() -> Iterator[Case]:
    """The same members written by other writers."""
    members = members_of(LENDER.package)

    def written(
        method: int, *, stream: bool = False, folders: bool = False, comment: bytes = b"", extra: bytes = b""
    ) -> bytes:
        buffer = io.BytesIO()
        target: Any = _Unseekable(buffer) if stream else buffer
        with zipfile.ZipFile(target, "w", method) as made:
            if folders:
                made.mkdir("data")
            for name, content in members.items():
                one = zipfile.ZipInfo(name, (2026, 1, 1, 1, 1, 2))
                one.compress_type, one.extra, one.comment = method, extra, comment
                made.writestr(one, content)
        return buffer.getvalue()

    variants = {
        "stored": written(zipfile.ZIP_STORED),
        "deflated": written(zipfile.ZIP_DEFLATED),
        "bzip2": written(zipfile.ZIP_BZIP2),
        "streamed": written(zipfile.ZIP_DEFLATED, stream=True),
        "streamed plain": written(zipfile.ZIP_STORED, stream=True),
        "folders": written(zipfile.ZIP_DEFLATED, folders=True),
        "comments": written(zipfile.ZIP_DEFLATED, comment=b"hi"),
        "extra": written(zipfile.ZIP_DEFLATED, extra=b"\x01\x00\x02\x00ab"),
        "zip64 extra": written(zipfile.ZIP_STORED, extra=b"\x99\x99\x00\x00"),
    }
    for label, raw in variants.items():
        yield case(f"rezipped {label}", raw, LENDER.trust())
        yield case(f"rezipped {label} with a comment", raw[:-2] + b"\x02\x00hi", LENDER.trust())
        yield case(f"rezipped {label} behind a stub", b"stub" + raw, LENDER.trust())
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("data/bundle.pdf", bytes(4 << 20))
    yield case("a bomb", bomb.getvalue(), None)
    for name in ("../x", "/x", "a//b", "a\\b", "c:x", "é.txt", "a/./b", " x", "x/", "a/../b", ""):
        odd = io.BytesIO()
        with zipfile.ZipFile(odd, "w") as made:
            made.writestr(zipfile.ZipInfo(name or "x"), b"" if name.endswith("/") else b"1")
        raw = odd.getvalue()
        yield case(f"a member {name!r}", raw if name else raw.replace(b"\x01\x00\x00\x00x", b"\x00\x00\x00\x00"), None)
    for mode in (0o120777, 0o020666, 0o040755, 0o010644, 0o100600):
        odd = io.BytesIO()
        with zipfile.ZipFile(odd, "w") as made:
            one = zipfile.ZipInfo("x")
            one.external_attr = mode << 16
            made.writestr(one, b"1")
        yield case(f"a member of mode {mode:o}", odd.getvalue(), None)


class _Unseekable:
    """A file that cannot be wound back, so that the writer appends data descriptors."""

    def __init__(self, target: io.BytesIO) -> None:
        self._target = target

    def write(self, raw: bytes) -> int:
        return self._target.write(raw)

    def flush(self) -> None:
        return None


def other_worlds() -> Iterator[Case]:
    """Lenders whose own log is out of order, late, long, or holds another loan's entries."""
    for label, world in {
        "late": make_world(occurred=lambda n: START - 3 * DAY + timedelta(minutes=n)),
        "future": make_world(occurred=lambda n: START + DAY + timedelta(minutes=n)),
        "back": make_world(captured=lambda n: START - timedelta(minutes=n)),
        "one": make_world(events=1, others=0),
        "many": make_world(events=12, others=3),
        "micros": make_world(captured=lambda n: START + timedelta(microseconds=n * 7919)),
    }.items():
        yield case(f"world {label}", world.package_zip(), world.trust())
        yield case(f"world {label}, no trust", world.package_zip(), None)
        names = {one.name: getattr(world, one.name) for one in fields(World)}
        swapped = World(**{**names, "mine": world.mine[::-1]})
        yield case(f"world {label}, reversed", swapped.package_zip(), world.trust())
        if len(world.mine) > 1:
            yield case(
                f"world {label}, without the last",
                World(**{**names, "mine": world.mine[:-1]}).package_zip(),
                world.trust(),
            )
            yield case(
                f"world {label}, without the first",
                World(**{**names, "mine": world.mine[1:]}).package_zip(),
                world.trust(),
            )
    other = make_instance("attacker")
    yield case("an attacker's package", other.package, LENDER.trust())
    short: Instance = replace(LENDER, world=replace(LENDER.world, mine=LENDER.world.mine[:-1]))
    yield case("the end left out", short.package, LENDER.trust())
