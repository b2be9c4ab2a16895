"""The letter beside a package: what a filer tells the court, read strictly on the court's side.

Spec: docs/spec/file.md (filing.json), docs/spec/filing.md. The same bytes for the same filing; a letter is a note from
a party, and everything in it that matters is checked against the package and the registry.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from evidence_service.core import shape
from evidence_service.core.canonical import parse_canonical
from evidence_service.errors import ProofDocketError
from litigation.core.filing import ADDRESS, checksummed
from litigation.errors import LitigationError

KIND = "proofdocket.filing"
MEMBERS = frozenset(
    {
        "v",
        "kind",
        "our_reference",
        "institution",
        "court",
        "court_address",
        "filer",
        "chain_id",
        "registry",
        "filing_id",
        "package",
    }
)
OPTIONAL = frozenset({"cures"})
PACKAGE = frozenset({"name", "sha256", "size"})


class LetterError(LitigationError):
    """A filing's letter is malformed or does not fit the filing; the message names the member."""

    code = "letter"


@dataclass(frozen=True, slots=True)
class FilingLetter:
    """What a letter says. `cures` is the filing that was returned and that this one mends, empty where none."""

    our_reference: str
    institution: str
    court: str
    court_address: str
    filer: str
    chain_id: int
    registry: str
    filing_id: str
    package_sha256: str
    size: int
    cures: str
    sha256: str


def read_letter(raw: bytes) -> FilingLetter:
    """Read filing.json. Raises LetterError that names what is wrong."""
    try:
        value = shape.members_of(parse_canonical(raw), MEMBERS, "filing", OPTIONAL)
        shape.check_version(value, KIND, "filing")
        package = shape.members_of(value["package"], PACKAGE, "filing.package")
        return FilingLetter(
            our_reference=shape.text(value["our_reference"], "filing.our_reference", shape.LINE),
            institution=shape.text(value["institution"], "filing.institution", shape.LINE),
            court=shape.text(value["court"], "filing.court", shape.LINE),
            court_address=_address(value["court_address"], "filing.court_address"),
            filer=_address(value["filer"], "filing.filer"),
            chain_id=shape.whole(value["chain_id"], "filing.chain_id", least=1),
            registry=_address(value["registry"], "filing.registry"),
            filing_id=shape.text(value["filing_id"], "filing.filing_id", shape.HASH_0X),
            package_sha256=shape.text(package["sha256"], "filing.package.sha256", shape.HEX_32),
            size=shape.whole(package["size"], "filing.package.size", least=1),
            cures=shape.text(value["cures"], "filing.cures", shape.HASH_0X) if "cures" in value else "",
            sha256=sha256(raw).hexdigest(),
        )
    except LetterError:
        raise
    except ProofDocketError as error:
        raise LetterError(str(error)) from error


def _address(value: object, place: str) -> str:
    text = shape.text(value, place, ADDRESS)
    if checksummed(text) != text:
        raise LetterError(f"{place}: an address with its EIP-55 checksum")
    return text
