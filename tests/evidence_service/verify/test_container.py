"""The container has one spelling, and its reader refuses every other thing a ZIP can hide."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_service.core import container
from evidence_service.core.container import ContainerError, ContainerTooLargeError, Limits, UnsafeContainerError

MEMBERS = {"data/b.txt": b"second", "bagit.txt": b"first", "data/a.bin": bytes(range(256)) * 8}
names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,12}(/[a-z0-9][a-z0-9._-]{0,12}){0,2}", fullmatch=True)


def zipped(entries: list[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as archive:
        warnings.simplefilter("ignore")  # zipfile warns of duplicate names, which is what some tests want
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


@given(st.dictionaries(names, st.binary(max_size=200), max_size=6))
def test_what_is_built_is_read_back_and_canonical(members: dict[str, bytes]) -> None:
    raw = container.build(members)
    assert container.read(raw) == members
    assert container.is_canonical(raw, members)


def test_the_canonical_container_is_what_zipfile_writes_with_fixed_metadata() -> None:
    entries: list[tuple[str | zipfile.ZipInfo, bytes]] = []
    for name in sorted(MEMBERS):
        info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
        info.create_system = 3
        info.external_attr = 0o100644 << 16
        entries.append((info, MEMBERS[name]))
    assert container.build(MEMBERS) == zipped(entries)


def test_a_rezipped_container_is_read_but_is_not_canonical() -> None:
    raw = zipped(list(MEMBERS.items()), zipfile.ZIP_DEFLATED)
    members = container.read(raw)
    assert members == MEMBERS
    assert not container.is_canonical(raw, members)


def test_a_streamed_container_with_data_descriptors_and_folders_is_read() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.written += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("data/"), b"")
        for name, content in MEMBERS.items():
            archive.writestr(name, content)
    assert container.read(pipe.written) == MEMBERS


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "data/../../evil", "C:/evil", "data\\evil", "data//evil", "./evil", "a\x01b"]
)
def test_a_path_that_leaves_the_package_is_refused(name: str) -> None:
    raw = zipped([("placeholder-name", b"x")])
    hostile = raw.replace(b"placeholder-name", name.encode().ljust(16, b"x")[:16])
    with pytest.raises(UnsafeContainerError):
        container.read(hostile)
    with pytest.raises(UnsafeContainerError):
        container.build({name: b"x"})


def test_a_name_outside_ascii_is_refused() -> None:
    with pytest.raises(UnsafeContainerError):
        container.read(zipped([("合同.pdf", b"x")]))


def test_a_name_that_occurs_twice_is_refused() -> None:
    with pytest.raises(UnsafeContainerError, match="twice"):
        container.read(zipped([("a.txt", b"one"), ("a.txt", b"two")]))


def test_a_link_is_refused() -> None:
    info = zipfile.ZipInfo("link")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(UnsafeContainerError, match="link"):
        container.read(zipped([(info, b"/etc/passwd")]))


def test_an_encrypted_member_is_refused() -> None:
    raw = bytearray(zipped([("a.txt", b"one")]))
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1
    raw[6] |= 1
    with pytest.raises(UnsafeContainerError, match="encrypted"):
        container.read(bytes(raw))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped([("bomb.bin", bytes(64 << 20))], zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    with pytest.raises(ContainerTooLargeError, match="grows"):
        container.read(bomb)
    with pytest.raises(ContainerTooLargeError, match="unpacks"):
        container.read(bomb, Limits(total=1 << 20))


def test_a_member_that_inflates_beyond_its_stated_size_is_refused() -> None:
    raw = bytearray(zipped([("a.txt", bytes(5000))], zipfile.ZIP_DEFLATED))
    at = raw.index(b"PK\x01\x02")
    struct.pack_into("<I", raw, at + 24, 100)
    with pytest.raises(ContainerError, match="another size"):
        container.read(bytes(raw))


def test_too_many_members_are_refused() -> None:
    with pytest.raises(ContainerTooLargeError, match="members"):
        container.read(container.build({f"f{i}": b"" for i in range(20)}), Limits(members=10))


@pytest.mark.parametrize("where", ["before", "after", "between"])
def test_bytes_that_belong_to_no_member_are_refused(where: str) -> None:
    raw = container.build(MEMBERS)
    if where == "before":
        hidden = b"#!/bin/sh\n" + raw
    elif where == "after":
        hidden = raw + b"\0"
    else:
        at = raw.index(b"PK\x01\x02")
        hidden = raw[:at] + b"hidden" + raw[at:]
        end = len(hidden) - 22
        offset = struct.unpack_from("<I", hidden, end + 16)[0]
        hidden = hidden[: end + 16] + struct.pack("<I", offset + 6) + hidden[end + 20 :]
    with pytest.raises(ContainerError):
        container.read(hidden)


@pytest.mark.parametrize("keep", [0, 1, 21, 22, 100, -1, -23])
def test_a_container_that_was_cut_off_is_refused(keep: int) -> None:
    with pytest.raises(ContainerError):
        container.read(container.build(MEMBERS)[:keep])


@given(st.binary(max_size=400))
def test_any_bytes_end_in_the_one_error_family(raw: bytes) -> None:
    with pytest.raises(ContainerError):
        container.read(b"PK\x03\x04" + raw)


@given(st.data())
def test_any_overwritten_span_is_read_the_same_refused_or_not_canonical(data: st.DataObject) -> None:
    raw = bytearray(container.build(MEMBERS))
    at = data.draw(st.integers(0, len(raw) - 1))
    patch = data.draw(st.binary(min_size=1, max_size=8))
    raw[at : at + len(patch)] = patch
    changed = bytes(raw)
    try:
        members = container.read(changed)
    except ContainerError:
        return
    assert changed == container.build(MEMBERS) or members != MEMBERS or not container.is_canonical(changed, members)
