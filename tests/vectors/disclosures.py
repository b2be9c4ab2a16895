"""RFC 9901: the disclosure that section 4.2.1 prints, and its digest in section 4.2.3."""

from __future__ import annotations

SALT, NAME, VALUE = "_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius"
WITH_SPACES = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
WITH_SPACES_DIGEST = "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
WITHOUT_SPACES = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsImZhbWlseV9uYW1lIiwiTcO2Yml1cyJd"
"""RFC 9901 4.2.1 lists both encodings of the same array; ours is the one without spaces (canonical JSON)."""
