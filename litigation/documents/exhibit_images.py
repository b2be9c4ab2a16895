"""Image exhibits: JPEG goes in byte for byte, other formats as RGB; a broken image is refused.

Spec: docs/spec/papers.md section 12. The camera's orientation is honoured, transparency becomes white paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from zlib import compress

from PIL import Image, ImageOps

_MAX_PIXELS = 50_000_000  # A4 at 600 dpi has 35 million
_ORIENTATION = 0x0112
# EXIF 3, 6 and 8 are turns; as matrices they map the unit square onto itself.
_TURNS = {1: (1, 0, 0, 1, 0, 0), 3: (-1, 0, 0, -1, 1, 1), 6: (0, -1, 1, 0, 0, 1), 8: (0, 1, -1, 0, 1, 0)}
_SPACES = {"L": "DeviceGray", "RGB": "DeviceRGB"}


@dataclass(frozen=True, slots=True)
class Picture:
    """An image ready for the PDF. `turn` is the matrix of its orientation on the unit square."""

    width: int
    height: int
    space: str
    filter: str
    data: bytes
    turn: tuple[int, int, int, int, int, int]

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height as a reader sees them."""
        return (self.height, self.width) if self.turn[0] == 0 else (self.width, self.height)

    @property
    def landscape(self) -> bool:
        """Wider than high."""
        return self.shown[0] > self.shown[1] * 1.05


def read_picture(content: bytes) -> Picture | None:
    """Read an image; None if it is broken or absurdly large."""
    try:
        with Image.open(BytesIO(content)) as image:
            if image.width * image.height > _MAX_PIXELS:
                return None
            image.load()
            return _picture(image, content)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None  # Pillow raises all of these on broken files


def _picture(image: Image.Image, content: bytes) -> Picture:
    orientation = int(image.getexif().get(_ORIENTATION, 1))
    if image.format == "JPEG" and image.mode in _SPACES and orientation in _TURNS:
        turn = _TURNS[orientation]
        return Picture(image.width, image.height, _SPACES[image.mode], "DCTDecode", content, turn)
    upright = ImageOps.exif_transpose(image)
    if upright.mode not in _SPACES:
        alpha = upright.convert("RGBA")
        upright = Image.new("RGB", alpha.size, "white")
        upright.paste(alpha, mask=alpha.getchannel("A"))
    data = compress(upright.tobytes(), 6)
    return Picture(upright.width, upright.height, _SPACES[upright.mode], "FlateDecode", data, _TURNS[1])
