"""A QR code as an image inside the page (data: address): black on white in both themes, for every phone."""

from __future__ import annotations

import segno


def qr_image(text: str) -> str:
    """The address of an SVG image for a src attribute."""
    made: str = segno.make(text, error="m", micro=False).svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
    return made
