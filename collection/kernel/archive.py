"""A zip whose bytes depend on its contents alone, with a manifest by which anybody can check it years later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

#: Up to so many bytes a pack is put together in memory; a larger one on disk.
IN_MEMORY = 8 << 20
CHUNK = 1 << 20
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
#: Neither the moment of packing nor the packing computer is a fact: the earliest date a zip knows, a plain file's rights.
EPOCH, PLAIN_FILE = (1980, 1, 1, 0, 0, 0), 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Packed:
    """A finished pack, rewound. `manifest_sha256` (hex) stands for everything in it."""

    file: IO[bytes]
    manifest_sha256: str


def pack(papers: Iterable[tuple[str, bytes | Path]], *, about: Mapping[str, Any]) -> Packed:
    """The papers (path within the zip, contents) in the order of their paths, and two papers more.

    `manifest.json`: `about`, and each paper's path, bytes and SHA-256; `SHA256SUMS` of all, for `sha256sum --check`.
    A paper that is a Path is copied from the disk piece by piece. Stored, not compressed: a compressor's version
    must not change the bytes.
    """
    file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the caller closes it
    listed = []
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for path, paper in sorted(papers, key=lambda one: one[0]):
            size, sha256 = _put(archive, path, paper)
            listed.append({"path": path, "bytes": size, "sha256": sha256})
        manifest = json.dumps({**about, "files": listed}, ensure_ascii=False, indent=2, sort_keys=True).encode()
        _, manifest_sha256 = _put(archive, MANIFEST, manifest)
        sums = [f"{one['sha256']}  {one['path']}\n" for one in listed] + [f"{manifest_sha256}  {MANIFEST}\n"]
        _put(archive, SUMS, "".join(sums).encode())
    file.seek(0)
    return Packed(file, manifest_sha256)


def _put(archive: ZipFile, path: str, paper: bytes | Path) -> tuple[int, str]:
    info = ZipInfo(path, EPOCH)
    info.external_attr, info.create_system = PLAIN_FILE, 3
    size, digest = 0, hashlib.sha256()
    with archive.open(info, "w", force_zip64=False) as out:
        for piece in [paper] if isinstance(paper, bytes) else _pieces(paper):
            out.write(piece)
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


def _pieces(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece
