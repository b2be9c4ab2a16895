"""Timestamp tokens: what is taken, and every forgery that is refused. The tokens are real DER of a local authority."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from time import monotonic
from typing import Any

import pytest
import rfc3161_client
from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from evidence_service.core.der import SEQUENCE, SET, Element, read_der
from evidence_service.core.timestamp import check_authority, check_imprint, check_signed
from evidence_service.core.timestamp_token import TimestampError, parse_token
from tests.simulators.timestamp_authority import BORN, DIES, Authority, Certified, certify, new_key

TEXT = b"log.example.test/sample-cf\n3\nuedcPxooIrTuAXozf/UVC5n+BJA+tu2T0mB6BfEmNGc=\n"
AT = datetime(2026, 1, 5, 3, 0, 0, 250000, tzinfo=UTC)


@cache
def authority(kind: str = "p256") -> Authority:
    return Authority.of(kind)


def check(token: bytes, pinned: bytes | None = None, text: bytes = TEXT) -> datetime:
    parsed = parse_token(token)
    check_imprint(parsed, text)
    check_authority(parsed, authority().root.der if pinned is None else pinned)
    return parsed.at


@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "rsa", "ed25519"])
def test_a_token_of_each_kind_of_key_says_its_time(kind: str) -> None:
    mine = authority(kind)
    token = mine.token(TEXT, AT, nonce=2**63)
    assert check(token, mine.root.der) == AT
    assert check(token, mine.signer.der) == AT  # the authority's own certificate may be pinned too
    parsed = parse_token(token)
    assert (parsed.nonce, parsed.accuracy, parsed.hash) == (2**63, timedelta(seconds=1, milliseconds=500), "sha256")


def test_a_token_over_another_text_is_refused() -> None:
    with pytest.raises(TimestampError, match="another text"):
        check(authority().token(TEXT, AT), text=TEXT + b"x")


def test_a_token_of_an_authority_that_is_not_pinned_is_refused() -> None:
    with pytest.raises(TimestampError, match="does not lead"):
        check(authority().token(TEXT, AT), Authority.of().root.der)


def test_the_same_name_with_another_key_is_another_authority() -> None:
    with pytest.raises(TimestampError, match="does not lead"):
        check(Authority.of().token(TEXT, AT))


@pytest.mark.parametrize("kind", ["rsa-small"])
def test_a_weak_key_is_refused(kind: str) -> None:
    with pytest.raises(TimestampError, match="does not verify"):
        check(authority(kind).token(TEXT, AT), authority(kind).root.der)


@pytest.mark.parametrize(
    ("at", "good"),
    [
        (BORN, True),
        (BORN - timedelta(seconds=1), False),
        (DIES, True),
        (DIES + timedelta(seconds=1), False),
    ],
)
def test_certificates_are_judged_at_the_time_of_the_token_not_today(at: datetime, good: bool) -> None:
    token = authority().token(TEXT, at)
    if good:
        assert check(token) == at
        return
    with pytest.raises(TimestampError, match="not valid at the token's time"):
        check(token)


def test_a_token_outlives_the_certificate_that_signed_it() -> None:
    mine = Authority.of(born=datetime(2020, 1, 1, tzinfo=UTC), dies=datetime(2021, 1, 1, tzinfo=UTC))
    assert check(mine.token(TEXT, datetime(2020, 6, 1, tzinfo=UTC)), mine.root.der)
    with pytest.raises(TimestampError, match="not valid at the token's time"):
        check(mine.token(TEXT, datetime(2022, 6, 1, tzinfo=UTC)), mine.root.der)


def test_a_chain_through_two_authorities_is_followed_and_a_missing_link_is_not_guessed() -> None:
    root = certify("root", new_key("p256"), ca=True)
    middle = certify("middle", new_key("rsa"), root, ca=True, path_length=0)
    signer = certify("tsa", new_key("p384"), middle)
    whole = Authority(root, signer, (middle,), digest="sha384")
    assert check(whole.token(TEXT, AT), root.der) == AT
    assert check(whole.token(TEXT, AT, certificates=()), signer.der) == AT
    with pytest.raises(TimestampError, match="does not lead"):
        check(whole.token(TEXT, AT, certificates=(signer.der,)), root.der)
    with pytest.raises(TimestampError, match="neither in the token nor pinned"):
        check(whole.token(TEXT, AT, certificates=(middle.der,)), root.der)


def bad_signers() -> dict[str, Callable[[Certified], Certified]]:
    key = new_key("p256")
    return {
        "no purpose": lambda root: certify("tsa", key, root, purposes=None),
        "another purpose": lambda root: certify("tsa", key, root, purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)),
        "a second purpose": lambda root: certify(
            "tsa", key, root, purposes=(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.SERVER_AUTH)
        ),
        "not critical": lambda root: certify("tsa", key, root, critical=False),
        "itself an authority": lambda root: certify("tsa", key, root, ca=True),
        "issued by nobody who may": lambda root: certify("tsa", key, certify("shop", new_key("p256"), root)),
    }


@pytest.mark.parametrize("name", bad_signers())
def test_a_certificate_that_may_not_stamp_times_is_refused(name: str) -> None:
    root = certify("root", new_key("rsa"), ca=True)
    signer = bad_signers()[name](root)
    shop = certify("shop", new_key("p256"), root)
    with pytest.raises(TimestampError):
        check(Authority(root, signer, (shop,)).token(TEXT, AT), root.der)


def test_an_authority_deeper_than_its_issuer_allows_is_refused() -> None:
    root = certify("root", new_key("p256"), ca=True, path_length=0)
    middle = certify("middle", new_key("p256"), root, ca=True)
    with pytest.raises(TimestampError, match="without being an authority for it"):
        check(Authority(root, certify("tsa", new_key("p256"), middle), (middle,)).token(TEXT, AT), root.der)


def forged(change: Callable[[dict[str, Any]], None]) -> bytes:
    return authority().token(TEXT, AT, change=change)


FORGERIES: dict[str, Callable[[], bytes]] = {
    "no contentType": lambda: authority().token(TEXT, AT, leave_out=("content_type",)),
    "no messageDigest": lambda: authority().token(TEXT, AT, leave_out=("message_digest",)),
    "no binding to the certificate": lambda: authority().token(TEXT, AT, leave_out=("signing_certificate_v2",)),
    "bound to another certificate": lambda: authority().token(TEXT, AT, bound_to=authority().root.der),
    "contentType of plain data": lambda: authority().token(TEXT, AT, content_type="data"),
    "imprint by SHA-1": lambda: authority().token(TEXT, AT, imprint_hash="sha1"),
    "imprint of the wrong length": lambda: authority().token(TEXT, AT, imprint=bytes(20)),
    "version 2": lambda: forged(lambda info: info.update(version=2)),
    "a critical extension": lambda: forged(
        lambda info: info.update(extensions=[{"extn_id": "1.2.3.4", "critical": True, "extn_value": b"\x05\x00"}])
    ),
    "no certificate": lambda: authority().token(TEXT, AT, certificates=()),
    "two signers": lambda: authority().token(TEXT, AT, unsigned_change=_second_signer),
    "content exchanged": lambda: authority().token(TEXT, AT, unsigned_change=_other_content),
    "bytes after the token": lambda: authority().token(TEXT, AT) + b"\x00",
    "cut short": lambda: authority().token(TEXT, AT)[:-1],
    "not DER at all": lambda: b"not a token",
    "empty": lambda: b"",
    "endless": lambda: bytes(70_000),
}


def _second_signer(data: cms.SignedData) -> None:
    data["signer_infos"].append(data["signer_infos"][0].copy())


def _other_content(data: cms.SignedData) -> None:
    info = data["encap_content_info"]["content"].parsed
    assert isinstance(info, tsp.TSTInfo)
    info["gen_time"] = AT - timedelta(days=30)
    data["encap_content_info"]["content"] = core.ParsableOctetString(info.dump(force=True))


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_is_refused(name: str) -> None:
    with pytest.raises(TimestampError):
        check(FORGERIES[name]())


def test_a_token_that_carries_strangers_certificates_is_still_judged_by_its_signer() -> None:
    mine, stranger = authority(), Authority.of(name="stranger")
    token = mine.token(TEXT, AT, certificates=(stranger.root.der, stranger.signer.der, mine.signer.der))
    assert check(token) == AT
    with pytest.raises(TimestampError, match="does not lead"):
        check(token, stranger.root.der)


def wrapped(tag: int, content: bytes) -> bytes:
    length = len(content).to_bytes(2, "big")
    return bytes([tag, 0x82]) + length + content if len(content) > 255 else _short(tag, content)


def _short(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x81, len(content)] if len(content) > 127 else [tag, len(content)]) + content


def odd(part: int, content: Callable[[Element], bytes], of: Certified | None = None) -> bytes:
    """A certificate one of whose parts is another: 0 version, 1 number, 5 subject, 6 key, 7 extensions."""
    whole = read_der((of or authority().signer).der, SEQUENCE).reader()
    first, rest = whole.take(SEQUENCE), b"".join(one.raw for one in whole.rest())
    parts = list(first.reader().rest())
    raws = [content(one) if at == part else one.raw for at, one in enumerate(parts)]
    return wrapped(SEQUENCE, wrapped(SEQUENCE, b"".join(raws)) + rest)


def name_of(kind: int, value: bytes) -> bytes:
    """A name with one common name, of any kind of value."""
    return wrapped(SEQUENCE, wrapped(SET, wrapped(SEQUENCE, bytes.fromhex("0603550403") + wrapped(kind, value))))


def doubled(held: Element) -> bytes:
    """The list of extensions, each of them twice."""
    listed = held.reader().take(SEQUENCE).content
    return wrapped(held.tag, wrapped(SEQUENCE, listed + listed))


ODD = {
    "a version that does not exist": (0, lambda _: bytes.fromhex("a003020105")),
    "a negative number": (1, lambda _: bytes.fromhex("0201ff")),
    "a name that is not UTF-8": (5, lambda _: name_of(0x0C, b"\xff\xfe")),
    "a name that is a number": (5, lambda _: name_of(0x02, b"\x01")),
    "a key of no known kind": (6, lambda _: bytes.fromhex("300c300506032a03040303000102")),
    "extensions twice": (7, doubled),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_certificate_is_refused_and_brings_nobody_down(name: str) -> None:
    """Whoever makes a token chooses its certificates: as the signer's, and beside it."""
    mine = Authority.of(name="odd")
    certificate = odd(*ODD[name], of=mine.signer)
    with pytest.raises(TimestampError):
        check(mine.token(TEXT, AT, certificates=(certificate,), bound_to=certificate), mine.root.der)
    with suppress(TimestampError):  # beside the signer's own, a strange name or key harms nobody
        assert check(mine.token(TEXT, AT, certificates=(mine.signer.der, certificate)), mine.root.der) == AT


def test_sixteen_certificates_that_issue_each_other_are_searched_in_no_time() -> None:
    key = new_key("ed25519")
    circle = [certify("circle", key, ca=True) for _ in range(15)]
    signer = certify("tsa", new_key("p256"), circle[0])
    token = Authority(circle[0], signer, tuple(circle)).token(TEXT, AT)
    began = monotonic()
    with pytest.raises(TimestampError, match="does not lead"):
        check(token)
    assert monotonic() - began < 5
    assert check(token, circle[14].der) == AT


def test_whole_says_nothing_of_who() -> None:
    stranger = Authority.of(name="stranger")
    assert check_signed(parse_token(stranger.token(TEXT, AT))) == stranger.signer.der


def theirs(token: bytes, root: x509.Certificate) -> bool:
    """The same question to rfc3161-client, an implementation upon OpenSSL."""
    body = bytes.fromhex("3003020100") + token  # PKIStatusInfo "granted" before it
    answer = b"\x30\x82" + len(body).to_bytes(2, "big") + body
    try:
        response = rfc3161_client.decode_timestamp_response(answer)
        verifier = rfc3161_client.VerifierBuilder().add_root_certificate(root).build()
        return verifier.verify_message(response, TEXT)
    except (rfc3161_client.VerificationError, ValueError):
        return False


@pytest.mark.parametrize("kind", ["p256", "rsa"])
def test_what_we_take_an_independent_implementation_takes_too_for_every_flipped_bit_of_a_token(kind: str) -> None:
    """We may be stricter, never laxer: wherever a changed token still passes here, OpenSSL passes it as well."""
    mine = authority(kind)
    token = mine.token(TEXT, AT)
    assert theirs(token, mine.root.certificate)
    still = 0
    for position in range(len(token)):
        changed = bytearray(token)
        changed[position] ^= 1 << position % 8
        try:
            at = check(bytes(changed), mine.root.der)
        except TimestampError:
            continue
        still += 1
        assert at == AT
        assert theirs(bytes(changed), mine.root.certificate), f"byte {position}"
    assert still <= 2  # NULL parameters and the like, outside of what is signed


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_the_one_error(raw: bytes) -> None:
    with pytest.raises(TimestampError):
        parse_token(raw)


@given(st.integers(min_value=0), st.binary(min_size=1, max_size=6))
def test_no_damage_raises_anything_but_the_one_error(position: int, damage: bytes) -> None:
    token = TOKEN[: position % len(TOKEN)] + damage + TOKEN[position % len(TOKEN) + len(damage) :]
    try:
        parsed = parse_token(token)
        check_imprint(parsed, TEXT)
        check_authority(parsed, authority().root.der)
    except TimestampError:
        return
    assert parsed.at == AT


TOKEN = authority().token(TEXT, AT)
