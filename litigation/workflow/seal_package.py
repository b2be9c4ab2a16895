"""Seal: a bundle's PDF gets its seal, and the package around it is written and signed anew.

Spec: docs/spec/bundle.md (Seal), docs/spec/papers.md section 15. In two phases, because a provider may answer later:
what is prepared is kept before anybody is asked, so that asking again asks for the same signature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import ClassVar

from evidence_service.core import bag, container
from evidence_service.core.metadata import PackageMetadata, parse_metadata
from evidence_service.core.package import METADATA, PDF
from evidence_service.errors import MalformedInputError
from litigation.core.prepared_seal import PreparedSeal
from litigation.documents.fonts import FontSet
from litigation.documents.seal_drawing import draw_seal
from litigation.documents.seal_update import prepare_seal, seal_look, seal_seen
from litigation.errors import LitigationError
from litigation.ports import PreparedSeals, SealProvider

SignNote = Callable[[str], str]
SEAL_MARK = b"/T (ProofDocketSeal)"


class SealRefusedError(LitigationError):
    """What was given is no bundle, or a draft."""

    code: ClassVar[str] = "seal-refused"


class SealPendingError(LitigationError):
    """The provider has the digest and has not answered yet."""

    code: ClassVar[str] = "seal-pending"


@dataclass(frozen=True, slots=True)
class SealedPackage:
    """What a sealed package was made from (digests in hex), and what its seal says of itself."""

    pdf_sha256: str
    unsealed_sha256: str
    unsealed_pdf_sha256: str
    holder: str
    sample: bool
    timestamp: bool


class BundleSealer:
    """Seals bundles with one provider. `prepared` keeps what was prepared until the provider's answer is in."""

    def __init__(self, provider: SealProvider, fonts: FontSet, prepared: PreparedSeals | None = None) -> None:
        self._provider = provider
        self._prepared = prepared
        drawing = draw_seal(provider.name, fonts, sample=provider.sample)
        reason = "样章 SAMPLE" if provider.sample else ""
        self._look = seal_look(provider.name, reason, drawing, provider.reserve, provider.subfilter)

    @property
    def sample(self) -> bool:
        """Whether the seal binds nobody, and says 样章 / SAMPLE."""
        return self._provider.sample

    @property
    def timestamps(self) -> bool:
        """Whether each seal carries a timestamp token."""
        return self._provider.timestamps

    def seal(self, pdf: bytes, when: datetime) -> bytes:
        """Append a seal; what was there stays in front as it was.

        Raises PdfInputError; SealPendingError, TimestampUnavailableError, SealProviderError where the outside failed.
        """
        prepared = self._prepare(pdf, when)
        # Crash from here on: the same bytes are prepared still, so the same digest is asked for, not another seal.
        request = self._provider.ask(prepared.digest(self._provider.algorithm))
        answer = self._provider.container(request)
        if answer is None:
            raise SealPendingError(
                f"the seal was asked for (request {request[:16]}…) and is not there yet; run the same command later"
            )
        return prepared.finish(answer)

    def forget(self, unsealed_sha256: str) -> None:
        """The sealed file is safely written: what was prepared for this unsealed PDF is no longer needed."""
        if self._prepared is not None:
            self._prepared.drop(self._prepared_name(unsealed_sha256))

    def _prepare(self, pdf: bytes, when: datetime) -> PreparedSeal:
        if self._prepared is None:
            return prepare_seal(pdf, self._look, when)
        name = self._prepared_name(sha256(pdf).hexdigest())
        known = self._prepared.get(name)
        if known is None:
            known = prepare_seal(pdf, self._look, when)
            self._prepared.put(name, known)
        return known

    def _prepared_name(self, unsealed_sha256: str) -> str:
        """The same for the same bundle under the same seal."""
        look = self._look
        seal = f"{look.name}\n{look.reason}\n{look.subfilter}\n{look.reserve}\n"
        return sha256(f"{seal}{unsealed_sha256}".encode()).hexdigest()


def seal_package(content: bytes, sealer: BundleSealer, sign_note: SignNote, when: datetime) -> tuple[bytes, str]:
    """Put a seal on the PDF of an unsealed package and write the package anew around it; also the sealed PDF's SHA-256.

    Everything but the PDF and the manifests stays byte for byte. Refused: a draft (不得提交 / NOT FOR FILING).
    """
    members = container.read(content)
    metadata = parse_metadata(members[METADATA])
    if metadata.draft:
        raise SealRefusedError(
            "a draft is not sealed (不得提交 / NOT FOR FILING): supply what is missing, build it again"
        )
    sealed = sealer.seal(members[PDF], when)
    pdf_sha256 = sha256(sealed).hexdigest()
    return _with_pdf(members, metadata, sealed, pdf_sha256, sign_note), pdf_sha256


def seal_of(content: bytes, sign_note: SignNote) -> SealedPackage | None:
    """What a package on disk was sealed from; None where it bears no seal. Its signature is deterministic (Ed25519)."""
    if SEAL_MARK not in content:
        return None
    members = container.read(content)
    seen = seal_seen(members[PDF])
    if seen is None:
        return None
    unsealed_pdf_sha256 = sha256(seen.unsealed).hexdigest()
    before = _with_pdf(members, parse_metadata(members[METADATA]), seen.unsealed, unsealed_pdf_sha256, sign_note)
    return SealedPackage(
        pdf_sha256=sha256(members[PDF]).hexdigest(),
        unsealed_sha256=sha256(before).hexdigest(),
        unsealed_pdf_sha256=unsealed_pdf_sha256,
        holder=seen.holder,
        sample=seen.sample,
        timestamp=seen.timestamp,
    )


def is_sealed(content: bytes, origin: str) -> bool:
    """Whether these bytes are a package of this log whose PDF bears a seal of ours. Other files are none."""
    if SEAL_MARK not in content:
        return False
    try:
        members = container.read(content)
        return parse_metadata(members[METADATA]).origin == origin and seal_seen(members[PDF]) is not None
    except (MalformedInputError, KeyError):
        return False


def _with_pdf(
    members: dict[str, bytes], metadata: PackageMetadata, pdf: bytes, pdf_sha256: str, sign_note: SignNote
) -> bytes:
    """The package with another PDF, under manifests and a signature of its own."""
    members = {**members, PDF: pdf}
    payload = {name: data for name, data in members.items() if name.startswith("data/")}
    listed = bag.parse_manifest(members[bag.MANIFEST]) | {PDF: pdf_sha256}
    members[bag.MANIFEST] = _manifest(listed)
    members[bag.BAG_INFO] = bag.bag_info(metadata, payload)
    members[bag.TAG_MANIFEST] = bag.manifest_text({name: members[name] for name in bag.TAGGED})
    members[bag.NOTE] = sign_note(bag.note_text(metadata.origin, members[bag.TAG_MANIFEST])).encode()
    return container.build(members)


def _manifest(listed: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(listed.items())).encode("ascii")
