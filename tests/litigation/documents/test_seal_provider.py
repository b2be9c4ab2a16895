"""A seal of somebody else's key, over HTTP: sealed once whatever was lost, later if need be, never believed unread."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from evidence_service.errors import SettingsError
from litigation.adapters.prepared_folder import PreparedFolder
from litigation.adapters.seal_check import check_seal
from litigation.adapters.seal_keys import SealKey, make_sample_key
from litigation.adapters.seal_pyhanko import KeyFileProvider
from litigation.adapters.seal_remote import (
    ProviderFile,
    RemoteProvider,
    SealProviderError,
    check_container,
    read_provider,
)
from litigation.core.prepared_seal import PreparedSeal, SealContainerError
from litigation.documents import FontSet, RenderedPackage, embed_evidence
from litigation.workflow.seal_package import BundleSealer, SealPendingError
from tests.litigation.documents.conftest import ROOT
from tests.litigation.documents.test_pdfa import TWIN, failures

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Remote:
    """The running provider, and what the instance knows of it."""

    url: str
    key: SealKey

    def mode(self, name: str) -> None:
        self._call("POST", f"/mode/{name}")

    def made(self) -> int:
        return int(self._call("GET", "/counts"))

    def sealer(self, fonts: FontSet, folder: Path) -> BundleSealer:
        provider = RemoteProvider(ProviderFile(self.url, self.key.certificate, False), wait=0.0)
        return BundleSealer(provider, fonts, PreparedFolder(folder))

    def _call(self, method: str, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", int(self.url.rpartition(":")[2]), timeout=5)
        connection.request(method, path)
        with connection.getresponse() as response:
            answer = response.read()
        connection.close()
        return answer


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    folder = tmp_path_factory.mktemp("provider")
    key = make_sample_key(folder, "持牌签章服务", datetime.now(UTC), None, use_rsa=False)
    command = [sys.executable, "-m", "tests.simulators.seal_provider", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Remote(f"http://127.0.0.1:{process.stdout.readline().strip()}", key)
        process.kill()


@pytest.fixture(scope="module")
def bundle(ordinary: RenderedPackage) -> bytes:
    return embed_evidence(ordinary.pdf, TWIN)


def unsealed(bundle: bytes, number: int) -> bytes:
    """Another bundle for each test, so that no request is known before."""
    return embed_evidence(bundle, b'{"n":%d}' % number)


def test_a_provider_that_answers_at_once_seals(remote: Remote, bundle: bytes, fonts: FontSet, tmp_path: Path) -> None:
    remote.mode("good")
    pdf = unsealed(bundle, 1)
    sealer = remote.sealer(fonts, tmp_path)
    sealed = sealer.seal(pdf, NOW)
    verdict = check_seal(sealed, [remote.key.certificate], [])
    assert verdict.holds
    assert verdict.trusted
    assert failures(sealed, "3u") == []
    assert sealed.startswith(pdf)
    assert len(list(tmp_path.iterdir())) == 1
    sealer.forget(sha256(pdf).hexdigest())
    assert list(tmp_path.iterdir()) == []


def test_a_digest_that_never_arrived_is_handed_in_again(
    remote: Remote, bundle: bytes, fonts: FontSet, tmp_path: Path
) -> None:
    remote.mode("away")
    pdf, before = unsealed(bundle, 2), remote.made()
    with pytest.raises(SealProviderError, match="did not answer"):
        remote.sealer(fonts, tmp_path).seal(pdf, NOW)
    assert remote.made() == before
    remote.mode("good")
    assert check_seal(remote.sealer(fonts, tmp_path).seal(pdf, NOW), [], []).holds
    assert remote.made() == before + 1


def test_a_seal_that_was_made_and_never_reported_is_fetched_and_not_made_twice(
    remote: Remote, bundle: bytes, fonts: FontSet, tmp_path: Path
) -> None:
    remote.mode("lost")
    pdf, before = unsealed(bundle, 3), remote.made()
    with pytest.raises(SealProviderError):
        remote.sealer(fonts, tmp_path).seal(pdf, NOW)
    assert remote.made() == before + 1
    remote.mode("good")
    later = remote.sealer(fonts, tmp_path).seal(pdf, NOW + timedelta(hours=3))  # another process, another time
    assert check_seal(later, [], []).holds
    assert remote.made() == before + 1


def test_a_provider_that_needs_longer_is_asked_again_later(
    remote: Remote, bundle: bytes, fonts: FontSet, tmp_path: Path
) -> None:
    remote.mode("slow")
    pdf, before = unsealed(bundle, 4), remote.made()
    for _ in range(2):
        with pytest.raises(SealPendingError, match="later"):
            remote.sealer(fonts, tmp_path).seal(pdf, NOW)
    remote.mode("good")
    assert check_seal(remote.sealer(fonts, tmp_path).seal(pdf, NOW), [], []).holds
    assert remote.made() == before + 1


@pytest.mark.parametrize(("mode", "error"), [("other", SealContainerError), ("refusing", SealProviderError)])
def test_a_signature_over_something_else_or_a_refusal_leaves_no_seal(
    remote: Remote, bundle: bytes, fonts: FontSet, tmp_path: Path, mode: str, error: type[Exception]
) -> None:
    remote.mode(mode)
    with pytest.raises(error):
        remote.sealer(fonts, tmp_path).seal(unsealed(bundle, 5 + len(mode)), NOW)


def test_a_signature_of_another_key_is_not_believed(tmp_path: Path, remote: Remote) -> None:
    other = make_sample_key(tmp_path, "他人", NOW, None, use_rsa=True)
    digest = sha256(b"x").digest()
    container = KeyFileProvider(other).container(digest.hex())
    check_container(container, digest, other.certificate)
    with pytest.raises(SealContainerError, match="pinned"):
        check_container(container, digest, remote.key.certificate)
    for raw in (b"", b"no DER", container[:-1], container[:40]):
        with pytest.raises(SealContainerError):
            check_container(raw, digest, other.certificate)


def test_a_signature_larger_than_its_room_is_refused() -> None:
    prepared = PreparedSeal(b"before<00000000>after", (6, 16))
    assert prepared.finish(b"\x30\x01") == b"before<30010000>after"
    with pytest.raises(SealContainerError, match="does not fit"):
        prepared.finish(bytes(5))


@pytest.mark.parametrize(
    "text", ["url = 1\ncertificate = 'x'", "url = 'ftp://x/'\ncertificate = 'seal.pem'", "[broken", "url = 'http://x/'"]
)
def test_a_provider_file_that_is_wrong_is_named(tmp_path: Path, text: str) -> None:
    assert read_provider(tmp_path) is None
    (tmp_path / "seal-provider.toml").write_text(text)
    with pytest.raises(SettingsError, match="seal-provider"):
        read_provider(tmp_path)
