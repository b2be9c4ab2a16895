"""RFC 8785 canonical JSON in an I-JSON profile: the one way that bytes are read, and the one way they are written.

Spec: docs/spec/canonical.md, RFC 8785, RFC 7493. Profile: ASCII property names, no floats, integers within
±(2^53-1), NFC strings, no duplicate names, no lone surrogates, noncharacters or controls of text direction, no BOM,
depth at most 32. In this profile a fast encoder with sorted keys is byte-identical to `rfc8785` (a property test holds
it to that oracle).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import rfc8785

from evidence_service.errors import MalformedInputError

JsonValue = dict[str, Any] | list[Any] | str | int | bool | None
MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1
MAX_SHOWN = 80
TOO_LARGE = "integer beyond 2^53-1; send it as a string"
_PLANE_ENDS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
# RFC 7493 2.1: no surrogates, no noncharacters.
_FORBIDDEN = re.compile(f"[\ud800-\udfff]|([\ufdd0-\ufdef{_PLANE_ENDS}])")
# Unicode's Bidi_Control: on a page or screen they show a text in another order than its characters have.
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
DIRECTION_FOUND = "a control of text direction (U+{code:04X}); take it out 含有文字方向控制符，请删除"


class CanonicalError(MalformedInputError):
    """The bytes or the value are outside the canonical profile."""

    code = "not-canonical"


def canonical_bytes(value: JsonValue) -> bytes:
    """Encode a value of the profile. Raises CanonicalError, naming the place, where it is outside the profile."""
    check_profile(value)
    return encode_checked(value)


def _fast_encoder() -> Callable[[Any], bytes]:
    """The fastest encoder at hand that equals `rfc8785` inside the profile (tests hold each of them to it)."""
    try:
        import msgspec  # noqa: PLC0415 - a stranger's verifier runs without it
    except ImportError:
        return rfc8785.dumps
    return msgspec.json.Encoder(order="sorted").encode


encode_checked: Callable[[Any], bytes] = _fast_encoder()
"""Encode a value that is known to be inside the profile, canonically. Nothing is checked."""


def parse_strict(raw: bytes) -> Any:
    """Read JSON bytes of the profile; anything else is a CanonicalError that says what and where.

    Duplicate names, NaN, floats, huge integers, lone surrogates, a BOM, bad UTF-8 and deep nesting are refused.
    The bytes need not be canonical: white space and any order of names are fine.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CanonicalError(f"not UTF-8: bad byte at offset {error.start}") from None
    if text.startswith("\ufeff"):
        raise CanonicalError("starts with a byte order mark; remove it")
    if nesting_exceeds(text, MAX_DEPTH):
        raise CanonicalError(f"nested deeper than {MAX_DEPTH} levels")
    reading = _Reading()
    try:
        value = reading.value_of(text)
    except json.JSONDecodeError as error:
        raise CanonicalError(f"not JSON: {error.msg} at offset {error.pos}") from None
    if reading.doubtful or not harmless(raw, text):
        check_profile(value)
    return value


def parse_canonical(raw: bytes) -> Any:
    """Read bytes that must already be canonical; the slightest difference is a CanonicalError."""
    value = parse_strict(raw)
    if encode_checked(value) != raw:
        raise CanonicalError("not in canonical form (RFC 8785)")
    return value


def check_profile(value: Any, place: str = "$", depth: int = 1) -> None:
    """Walk a value and raise CanonicalError at the first place outside the profile."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _check_string(value, place)
    elif isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise CanonicalError(f"{shown(place)}: {TOO_LARGE}")
    elif depth > MAX_DEPTH:
        raise CanonicalError(f"{shown(place)}: nested deeper than {MAX_DEPTH} levels")
    elif isinstance(value, dict):
        for name, member in value.items():
            if not isinstance(name, str) or not name.isascii():
                raise CanonicalError(f"{shown(place)}: property names are ASCII strings")
            if type(member) is not str or not member.isascii():  # ASCII texts need no look and no name of their place
                check_profile(member, f"{place}.{name}", depth + 1)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            if type(member) is not str or not member.isascii():
                check_profile(member, f"{place}[{index}]", depth + 1)
    elif isinstance(value, _Refused):
        raise CanonicalError(f"{shown(place)}: {value.reason}")
    else:
        raise CanonicalError(f"{shown(place)}: {type(value).__name__} has no place here; send decimals as strings")


def shown(name: str) -> str:
    """A name from outside as a message may print it: short, on one line, nothing that a terminal obeys."""
    short = name if len(name) <= MAX_SHOWN else f"{name[:MAX_SHOWN]}…"
    return short if short.isprintable() else ascii(short)[1:-1]


def _check_string(text: str, place: str) -> None:
    if text.isascii():
        return
    if not (text.isprintable() or text.replace("\n", "").isprintable()):
        _refuse_unprintable(text, place)
    if not unicodedata.is_normalized("NFC", text):
        raise CanonicalError(f"{shown(place)}: string is not in Unicode NFC form")


def _refuse_unprintable(text: str, place: str) -> None:
    """Surrogates, noncharacters and controls of direction are unprintable (Cs, Cn, Cf); others may stand."""
    if (found := _FORBIDDEN.search(text)) is not None:
        raise CanonicalError(f"{shown(place)}: {'Unicode noncharacter' if found[1] else 'lone surrogate'}")
    if (control := _DIRECTION.search(text)) is not None:
        raise CanonicalError(f"{shown(place)}: {DIRECTION_FOUND.format(code=ord(control[0]))}")


def harmless(raw: bytes, text: str) -> bool:
    """Whether no string of this JSON text can be outside the profile, so that the walk may be left out.

    Without escapes every string is a piece of the text, and every piece of NFC text is NFC (UAX #15, section 9.1).
    May say no where the walk would pass, never yes where it would not.
    """
    if "\\" in text:
        return False
    if text.isascii():
        return True
    # First bytes in UTF-8: EF for U+FDD0 to U+FDEF, U+FFFE and U+FFFF; F0 to F4 beyond the basic plane.
    if b"\xef" in raw and (b"\xef\xb7" in raw or b"\xef\xbf" in raw):
        return False
    if b"\xf0" in raw or b"\xf1" in raw or b"\xf2" in raw or b"\xf3" in raw or b"\xf4" in raw:
        return False
    # E2: the block that holds the controls of text direction (and dashes, quotes); D8 9C: the one outside it.
    if (b"\xe2" in raw or b"\xd8\x9c" in raw) and _DIRECTION.search(text) is not None:
        return False
    return unicodedata.is_normalized("NFC", text)


@dataclass(frozen=True, slots=True)
class _Refused:
    """A number outside the profile. The walk that finds it knows its place; the digits are never repeated: an
    identity card number that was sent without quotes has 18 of them."""

    reason: str


class _Reading:
    """One run of the parser. `doubtful`: it met a name or number that the walk must find, to say where it stands."""

    __slots__ = ("doubtful",)

    def __init__(self) -> None:
        self.doubtful = False

    def value_of(self, text: str) -> Any:
        return json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_float=self._float,
            parse_constant=self._constant,
            parse_int=self._integer,
        ).decode(text)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            counted = Counter(name for name, _ in pairs)
            twice = next(name for name, times in counted.items() if times > 1)
            raise CanonicalError(f"property '{shown(twice)}' occurs twice")
        if not "".join(members).isascii():
            self.doubtful = True
        return members

    def _float(self, _text: str) -> _Refused:
        return self._refused("a number with a fraction or an exponent; send decimals as strings")

    def _constant(self, text: str) -> _Refused:
        return self._refused(f"{text} is no number")

    def _integer(self, text: str) -> int | _Refused:
        if text == "-0":
            return self._refused("minus zero is not an integer of the profile")
        if len(text) > len(str(-MAX_INTEGER)):
            return self._refused(TOO_LARGE)
        number = int(text)
        if not -MAX_INTEGER <= number <= MAX_INTEGER:
            self.doubtful = True
        return number

    def _refused(self, reason: str) -> _Refused:
        self.doubtful = True
        return _Refused(reason)


_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
"""A string of JSON, or what is left of one that does not end."""
_BRACKET = re.compile(r"[\[\]{}]")


def nesting_exceeds(text: str, limit: int) -> bool:
    """Cheap upper bound before the parser recurses: count brackets outside strings."""
    if text.count("[") + text.count("{") <= limit:
        return False
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        if bracket in "[{":
            depth += 1
            if depth > limit:
                return True
        else:
            depth -= 1
    return False
