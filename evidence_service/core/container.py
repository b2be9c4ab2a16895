"""The package's container: a ZIP with exactly one way to write it, read strictly and only in memory.

Spec: docs/spec/package.md (Container), PKWARE APPNOTE 6.3. Nothing is ever extracted to disk. CRC-32 is not judged
here: the SHA-256 manifest names the member that changed, and a wrong CRC shows as a container that is not original.
"""

from __future__ import annotations

import re
import stat
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from evidence_service.errors import MalformedInputError

LOCAL = struct.Struct("<IHHHHHIIIHH")
CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
END = struct.Struct("<IHHHHIIH")
LOCAL_MARK, CENTRAL_MARK, END_MARK, DESCRIPTOR_MARK = 0x04034B50, 0x02014B50, 0x06054B50, 0x08074B50
MADE_BY_UNIX = 3 << 8 | 20
VERSION_NEEDED = 20
DATE_1980_01_01 = 0x0021
MODE_0644 = 0o100644 << 16
STORED, DEFLATED = 0, 8
ENCRYPTED_FLAGS = 0x2041
DESCRIPTOR_FLAG = 0x0008
ZIP64 = 0xFFFFFFFF
RATIO_FROM = 1 << 20
PRINTABLE = re.compile(r"[!-~]*\Z")


class ContainerError(MalformedInputError):
    """The bytes are not a ZIP that we read; the message names the member where there is one."""

    code = "container-malformed"


class UnsafeContainerError(ContainerError):
    """The container holds something that a package never holds: a path outside, a link, a name twice, encryption."""

    code = "container-unsafe"


class ContainerTooLargeError(ContainerError):
    """The container is, or would unpack to, more than the limits allow."""

    code = "container-too-large"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a container may cost its reader: bytes in all, members, and how much a member may grow by inflating."""

    total: int = 512 << 20
    members: int = 20_000
    ratio: int = 100


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    flags: int
    method: int
    packed: int
    size: int
    offset: int


def build(members: Mapping[str, bytes]) -> bytes:
    """Write the canonical container: names sorted by bytes, stored, 1980-01-01, mode 0644, no extras, no comments."""
    names = sorted(members)
    limits = Limits()  # what no reader takes must not be written
    if len(names) > limits.members:
        raise ContainerTooLargeError(f"a package has at most {limits.members} members")
    body: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for name in names:
        _check_name(name)
        raw, encoded = members[name], name.encode("ascii")
        common = (VERSION_NEEDED, 0, STORED, 0, DATE_1980_01_01, zlib.crc32(raw), len(raw), len(raw), len(encoded), 0)
        body += [LOCAL.pack(LOCAL_MARK, *common), encoded, raw]
        directory += [CENTRAL.pack(CENTRAL_MARK, MADE_BY_UNIX, *common, 0, 0, 0, MODE_0644, offset), encoded]
        offset += LOCAL.size + len(encoded) + len(raw)
    listing = b"".join(directory)
    if offset + len(listing) + END.size > limits.total:
        raise ContainerTooLargeError(f"a package has at most {limits.total >> 20} MiB")
    end = END.pack(END_MARK, 0, 0, len(names), len(names), len(listing), offset, 0)
    return b"".join(body) + listing + end


def read(raw: bytes, limits: Limits | None = None) -> dict[str, bytes]:
    """Read every member, strictly. Raises ContainerError, UnsafeContainerError or ContainerTooLargeError."""
    limits = limits or Limits()
    if len(raw) > limits.total:
        raise ContainerTooLargeError(f"the container is larger than {limits.total >> 20} MiB")
    entries, directory_at = _directory(raw, limits)
    members: dict[str, bytes] = {}
    seen: set[str] = set()
    position = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        # Entries follow each other without a gap, so that nothing can hide between them or before the first.
        if entry.offset != position:
            raise ContainerError(f"{entry.name}: bytes before it belong to no member")
        if entry.name in seen:
            raise UnsafeContainerError(f"{entry.name}: the name occurs twice")
        seen.add(entry.name)
        content, position = _member(raw, entry, directory_at)
        if not entry.name.endswith("/"):
            members[entry.name] = content
        elif content:
            raise UnsafeContainerError(f"{entry.name}: a folder with content")
    if position != directory_at:
        raise ContainerError("bytes between the last member and the directory belong to no member")
    return members


def is_canonical(raw: bytes, members: Mapping[str, bytes]) -> bool:
    """True when these bytes are exactly what `build` makes of these members."""
    try:
        return build(members) == raw
    except ContainerError:
        return False


def _directory(raw: bytes, limits: Limits) -> tuple[list[_Entry], int]:
    if len(raw) < END.size:
        raise ContainerError("too short for a ZIP")
    mark, disk, start_disk, here, count, size, offset, comment = END.unpack_from(raw, len(raw) - END.size)
    if mark != END_MARK or comment:
        raise ContainerError("does not end with a ZIP directory (cut off, or bytes added after it)")
    if disk or start_disk or here != count or offset + size != len(raw) - END.size:
        raise ContainerError("the ZIP directory does not lie where its end record says")
    if count > limits.members:
        raise ContainerTooLargeError(f"more than {limits.members} members")
    entries = []
    at, stop, total = offset, offset + size, 0
    for _ in range(count):
        entry, at = _entry(raw, at, stop)
        total += entry.size
        if total > limits.total:
            raise ContainerTooLargeError(f"unpacks to more than {limits.total >> 20} MiB")
        if entry.size > RATIO_FROM and entry.size > limits.ratio * entry.packed:
            raise ContainerTooLargeError(f"{entry.name}: grows more than {limits.ratio} times when unpacked")
        entries.append(entry)
    if at != stop:
        raise ContainerError("the ZIP directory has bytes that list no member")
    return entries, offset


def _entry(raw: bytes, at: int, stop: int) -> tuple[_Entry, int]:
    if at + CENTRAL.size > stop:
        raise ContainerError("the ZIP directory is cut off")
    head = CENTRAL.unpack_from(raw, at)
    flags, method, packed, size = head[3], head[4], head[8], head[9]
    name_length, extra, comment, disk, attributes, offset = head[10], head[11], head[12], head[13], head[15], head[16]
    at += CENTRAL.size
    end = at + name_length + extra + comment
    if head[0] != CENTRAL_MARK or end > stop or disk:
        raise ContainerError("the ZIP directory is damaged")
    name = _decode(raw[at : at + name_length])
    if flags & ENCRYPTED_FLAGS:
        raise UnsafeContainerError(f"{name}: encrypted")
    if ZIP64 in (packed, size, offset):
        raise ContainerError(f"{name}: ZIP64 members are not read")
    if method not in (STORED, DEFLATED):
        raise ContainerError(f"{name}: compression method {method} is not read")
    kind = stat.S_IFMT(attributes >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or (kind == stat.S_IFDIR) > name.endswith("/"):
        raise UnsafeContainerError(f"{name}: not a plain file (a link or a device)")
    return _Entry(name, flags, method, packed, size, offset), end


def _member(raw: bytes, entry: _Entry, directory_at: int) -> tuple[bytes, int]:
    at = entry.offset
    if at + LOCAL.size > directory_at:
        raise ContainerError(f"{entry.name}: its header is cut off")
    head = LOCAL.unpack_from(raw, at)
    start = at + LOCAL.size + head[9] + head[10]
    end = start + entry.packed
    if head[0] != LOCAL_MARK or end > directory_at:
        raise ContainerError(f"{entry.name}: its header is damaged")
    name = raw[at + LOCAL.size : at + LOCAL.size + head[9]]
    if name != entry.name.encode("ascii") or head[3] != entry.method or head[2] != entry.flags:
        raise ContainerError(f"{entry.name}: its header and the directory tell different things")
    if entry.flags & DESCRIPTOR_FLAG:
        marked = raw[end : end + 4] == DESCRIPTOR_MARK.to_bytes(4, "little")
        return _unpack(raw[start:end], entry), end + (16 if marked else 12)
    return _unpack(raw[start:end], entry), end


def _unpack(packed: bytes, entry: _Entry) -> bytes:
    if entry.method == STORED:
        if entry.packed != entry.size:
            raise ContainerError(f"{entry.name}: stored, but with two sizes")
        return packed
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflate.decompress(packed, entry.size + 1)
    except zlib.error:
        raise ContainerError(f"{entry.name}: cannot be unpacked") from None
    if len(content) != entry.size or not inflate.eof or inflate.unused_data:
        raise ContainerError(f"{entry.name}: unpacks to another size than it says")
    return content


def _decode(raw: bytes) -> str:
    try:
        name = raw.decode("ascii")
    except UnicodeDecodeError:
        raise UnsafeContainerError("a member's name is not ASCII") from None
    _check_name(name)
    return name


def _check_name(name: str) -> None:
    parts = name.removesuffix("/").split("/")
    if not PRINTABLE.match(name) or "\\" in name or ":" in name or any(part in ("", ".", "..") for part in parts):
        shown = ascii(name[:60])
        raise UnsafeContainerError(f"{shown}: not a plain relative path")
