"""The colour profile sRGB (IEC 61966-2-1) as an ICC file, written from its numbers: the same bytes on every machine.

Spec: ICC.1:2004-10; docs/spec/papers.md section 14. PDF/A wants to know which red is meant; a profile made by a
graphics library carries the time of its making.
"""

from __future__ import annotations

from functools import cache
from struct import pack

# Colorants and adaptation under D50, as the ICC publishes them for sRGB.
_D50 = (0.9642, 1.0, 0.8249)
_COLORANTS = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
_ADAPTATION = (1.04788, 0.02292, -0.05019, 0.02959, 0.99048, -0.01706, -0.00923, 0.01508, 0.75168)
_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_MADE = (2000, 1, 1, 0, 0, 0)


@cache
def srgb_profile() -> bytes:
    """Return the profile."""
    white, curve = _xyz(_D50), b"para" + pack(">LHH", 0, 3, 0) + _fixed(_CURVE)
    tags = {b"desc": _text("sRGB"), b"cprt": _text("No copyright"), b"wtpt": white}
    tags |= {name: _xyz(value) for name, value in _COLORANTS.items()}
    tags |= {b"chad": b"sf32\0\0\0\0" + _fixed(_ADAPTATION), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    directory, body, at = pack(">L", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        padded = data + b"\0" * (-len(data) % 4)
        directory += name + pack(">LL", at + len(body), len(data))
        body += padded
    size = 128 + len(directory) + len(body)
    return _header(size) + directory + body


def _header(size: int) -> bytes:
    """Write the header: version 4.2, a display profile, RGB to XYZ, perceptual intent."""
    head = pack(">L4sL4s4s4s6H", size, b"\0\0\0\0", 0x04200000, b"mntr", b"RGB ", b"XYZ ", *_MADE)
    head += b"acsp" + b"\0" * 28 + _fixed(_D50)
    return head + b"\0" * (128 - len(head))


def _fixed(values: tuple[float, ...]) -> bytes:
    """Write numbers as s15Fixed16."""
    return pack(f">{len(values)}l", *(round(value * 65536) for value in values))


def _xyz(value: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(value)


def _text(text: str) -> bytes:
    """Write a multiLocalizedUnicodeType with one English record."""
    data = text.encode("utf-16-be")
    return b"mluc" + pack(">LLL2s2sLL", 0, 1, 12, b"en", b"US", len(data), 28) + data
