"""How much one request may bring. Larger ones are refused before they are read."""

from __future__ import annotations

MAX_EVENT = 1024 * 1024
MAX_BATCH = 8 * 1024 * 1024
MAX_EVENTS = 1000
MAX_ATTACHMENT = 64 * 1024 * 1024
MAX_VERIFY_FILE = 64 * 1024 * 1024
MAX_VERIFY_PART = 16 * 1024 * 1024
MAX_VERIFY = MAX_VERIFY_FILE + MAX_VERIFY_PART
MAX_HEADER_VALUE = 255
PIECE = 256 * 1024
