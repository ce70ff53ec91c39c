"""The package as a BagIt bag (RFC 8493) whose payload is ciphertext.

EKSPOR-<number>/
  bagit.txt  bag-info.txt  manifest-sha256.txt  tagmanifest-sha256.txt
  PERIKSA.sha256   every file but itself and the tag manifest, in one list for 7-Zip
  BACA-SAYA.txt    how to open and check it
  data/REK-0001.zip ...
  tanda-tangan/    signature over the tag manifest (so not listed in it), signers, proof
Further tag files (PERIKSA.cmd, periksa.html) are passed to `write` as `extra`.

Hashes are over ciphertext: an auditor checks a package without opening it. A bag proves that a
copy is whole, not who made it; that is the signature's part.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import bagit

from recordings.package.durable import PART, Folder
from recordings.package.errors import Fault, PackageError
from recordings.package.zips import ZipFacts

DATA: Final = "data"
SIGNATURE: Final = "tanda-tangan"
MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
CHECK_LIST: Final = "PERIKSA.sha256"
_NUMBER: Final = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,58}[A-Z0-9])?")
_TAG_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BAGIT: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_READ_ME: Final = """\
PAKET REKAMAN CCTV

Isi folder data adalah rekaman yang terkunci dengan kata sandi. Kata sandinya
diserahkan terpisah dan tidak ada di hard disk ini.

CARA MEMBUKA
1. Pasang 7-Zip (https://www.7-zip.org) bila belum ada. Windows tanpa 7-Zip
   tidak dapat membuka berkas ini.
2. Klik kanan berkas REK-0001.zip di folder data, pilih 7-Zip, lalu Extract.
3. Ketik kata sandi dengan huruf besar dan tanda hubungnya. Huruf I, L, O, dan U
   tidak pernah dipakai: yang tampak seperti itu adalah angka 1 atau 0.
4. Putar berkas MP4 dengan pemutar video biasa.
   Bila ada lebih dari satu berkas REK, buka semuanya.

CARA MEMERIKSA KEUTUHAN
Klik kanan PERIKSA.sha256, pilih 7-Zip, lalu Test archive. Bila muncul
"Everything is Ok", salinan ini utuh. Bila tidak, jangan pakai salinan ini;
hubungi petugas yang menyerahkannya.

Simpan hard disk ini di tempat terkunci. Kata sandi jangan disimpan bersamanya.

ENGLISH: Install 7-Zip, extract data/REK-0001.zip (and any further ones) with
the passphrase you were given; test PERIKSA.sha256 with 7-Zip to check the copy.
"""


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """What was written: the folder's name, its ZIPs, SHA-256 (hex) of every tag file by name."""

    name: str
    zips: tuple[ZipFacts, ...]
    tags: Mapping[str, str]

    @property
    def sha256(self) -> str:
        """The package's one hash, that of its tag manifest: it covers everything else."""
        return self.tags[TAG_MANIFEST]

    @property
    def bytes(self) -> int:
        return sum(one.bytes for one in self.zips)

    def to_json(self) -> dict[str, Any]:
        zips = [one.to_json() for one in self.zips]
        return {"name": self.name, "zips": zips, "tags": dict(self.tags)}

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Self:
        zips = tuple(ZipFacts.from_json(one) for one in facts["zips"])
        return cls(facts["name"], zips, facts["tags"])


def safe_number(number: str) -> str:
    """`007/CCTV/XI/2026` as part of a folder name: `007-CCTV-XI-2026`."""
    return re.sub(r"[^A-Z0-9]+", "-", number.upper()).strip("-")


class Staging:
    """The package while it grows, in `.EKSPOR-<number>.part` on the disk, found again by a retry.

    Each try makes that folder anew and moves into it what an earlier one finished. A worker that
    lost its turn, and still has the earlier folder open, reaches nothing of the later package.
    `number` is the request's number made safe (capitals, digits, dashes). Raises PackageError:
    BAD_NAME; NAME_TAKEN if the finished package is there; PLANTED for anything foreign.
    """

    def __init__(self, disk: Folder, number: str) -> None:
        if not _NUMBER.fullmatch(number):
            raise PackageError(Fault.BAD_NAME, number)
        self.name = f"EKSPOR-{number}"
        self._working = f".{self.name}{PART}"
        self._disk = disk
        if disk.has(self.name):
            raise PackageError(Fault.NAME_TAKEN, self.name)
        earlier = _earlier(self.name)
        if disk.has(earlier):  # killed while it was emptied
            with disk.folder(self._working, create=True) as root:
                _gather(disk, earlier, root)
        if disk.has(self._working):
            disk.folder(self._working).close()  # refuses a symlink
            disk.move(self._working, earlier)
        self.root = disk.folder(self._working, create=True)
        try:
            if disk.has(earlier):
                _gather(disk, earlier, self.root)
            self.data = self.root.folder(DATA, create=True)
        except PackageError:
            self.root.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.data.close()
        self.root.close()

    def publish(self) -> None:
        """Give the package its name, with everything in it on the disk first."""
        self.data.sync()
        self.root.sync()
        self.root.sync_disk()
        self._disk.move(self._working, self.name)
        self._disk.sync_disk()


def _earlier(name: str) -> str:
    """Where an earlier try's folder is emptied."""
    return f".{name}.lama{PART}"


def _gather(disk: Folder, earlier: str, root: Folder) -> None:
    """Moves the ZIPs of an earlier try into this one's folder; the rest is written anew."""
    with disk.folder(earlier) as theirs, root.folder(DATA, create=True) as data:
        if theirs.has(DATA):
            with theirs.folder(DATA) as files:
                for name in files.names():
                    data.take(files, name)
    _remove(disk, earlier)


def wipe(disk: Folder, number: str, *, published: str = "") -> None:
    """Remove an export's unfinished folder and, if it has that one, its package.

    `published` is the package's own hash (`PackageFacts.sha256`), "" if it never got its name: a
    folder of that name which another tag manifest lies in is somebody else's, and stays. May be
    killed and repeated; nothing there is no error. Raises PackageError: BAD_NAME, PLANTED for
    anything foreign, and as Folder does.
    """
    if not _NUMBER.fullmatch(number):
        raise PackageError(Fault.BAD_NAME, number)
    name = f"EKSPOR-{number}"
    working = f".{name}{PART}"
    for unfinished in (_earlier(name), working):
        _remove(disk, unfinished)
    if published and disk.has(name):
        with disk.folder(name) as found:
            manifest = found.read(TAG_MANIFEST) or b""
        if hashlib.sha256(manifest).hexdigest() != published:
            raise PackageError(Fault.PLANTED, name)
        # It loses its name first: half a package never looks like one.
        disk.move(name, working)
        _remove(disk, working)
    disk.sync_disk()


def _remove(disk: Folder, name: str) -> None:
    if not disk.has(name):
        return
    with disk.folder(name) as root:
        for inner in (DATA, SIGNATURE):
            if root.has(inner):
                with root.folder(inner) as files:
                    files.keep_only(set())
                root.remove_folder(inner)
        root.keep_only(set())
    disk.remove_folder(name)


def write(
    staging: Staging,
    zips: Sequence[ZipFacts],
    made_at: dt.datetime,
    *,
    extra: Mapping[str, bytes] | None = None,
) -> PackageFacts:
    """Write the tag files around the finished ZIPs. Nothing in them names a person or a camera.

    `made_at` gives the bagging date. May be repeated. Raises PackageError as Folder does, and
    MISMATCH when the data folder holds other files than `zips`.
    """
    if staging.data.names() != sorted(one.name for one in zips):
        raise PackageError(Fault.MISMATCH, "folder data")
    payload = {f"{DATA}/{one.name}": one.sha256 for one in zips}
    tags = {
        **_plain_tags(staging.name, zips, made_at),
        **(extra or {}),
        MANIFEST: _listed(payload),
    }
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in tags.items()}
    tags[CHECK_LIST] = _listed({**payload, **hashes})
    hashes[CHECK_LIST] = hashlib.sha256(tags[CHECK_LIST]).hexdigest()
    tags[TAG_MANIFEST] = _listed(hashes)
    hashes[TAG_MANIFEST] = hashlib.sha256(tags[TAG_MANIFEST]).hexdigest()
    staging.root.keep_only({*tags, DATA, SIGNATURE})
    for name, content in tags.items():
        if not _TAG_NAME.fullmatch(name):
            raise PackageError(Fault.BAD_NAME, name)
        staging.root.put(name, content)
    return PackageFacts(staging.name, tuple(zips), hashes)


def validate(path: Path, *, hashes: bool = True) -> None:
    """Check a package in place with the bagit library, and that no unlisted file lies in it.

    The library accepts tag files that no manifest names. Without `hashes` only completeness is
    looked at, for a package whose bytes `readback.check` reads anyway. Raises
    PackageError(MISMATCH).
    """
    try:
        bag = bagit.Bag(str(path))
        bag.validate(completeness_only=not hashes)
        listed = {*bag.entries, TAG_MANIFEST}
    except (bagit.BagError, ValueError) as error:
        raise PackageError(Fault.MISMATCH, str(error)) from error
    except OSError as error:
        raise PackageError(Fault.DISK_GONE, str(error)) from error
    for found in path.rglob("*"):
        name = found.relative_to(path).as_posix()
        folder_expected = found.is_dir() and name in {DATA, SIGNATURE}
        signature = name.startswith(f"{SIGNATURE}/") and found.is_file()
        if found.is_symlink() or not (folder_expected or signature or name in listed):
            raise PackageError(Fault.PLANTED, name)


def _plain_tags(name: str, zips: Sequence[ZipFacts], made_at: dt.datetime) -> dict[str, bytes]:
    info = {
        "Bagging-Date": made_at.date().isoformat(),
        "External-Identifier": name,
        "Payload-Oxum": f"{sum(one.bytes for one in zips)}.{len(zips)}",
        "Bag-Software-Agent": "Portal Pengelolaan CCTV",
    }
    lines = "".join(f"{key}: {value}\n" for key, value in info.items())
    return {
        "bagit.txt": _BAGIT,
        "bag-info.txt": lines.encode("ascii"),
        # Notepad of older Windows shows one long line without carriage returns.
        "BACA-SAYA.txt": _READ_ME.replace("\n", "\r\n").encode("ascii"),
    }


def _listed(hashes: Mapping[str, str]) -> bytes:
    """Lines as sha256sum, 7-Zip and BagIt all read them."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items())).encode("ascii")
