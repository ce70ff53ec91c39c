"""Which account the servers run as, and which folders it can reach."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cctvportal.embedded import addresses
from cctvportal.embedded.refusal import CannotStart

# Below 0711 an account that is not ours cannot even pass through.
_PASSABLE = 0o711
# For root only: where data lies when nobody cannot reach the checkout.
_STATE = Path("/var/lib/cctvportal")


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """None: as ourselves. As root: nobody, because PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise CannotStart(
            "PostgreSQL tidak boleh berjalan sebagai root dan akun nobody tidak ada: "
            "jalankan sebagai pengguna biasa.",
            "PostgreSQL must not run as root and there is no account nobody: "
            "run as an ordinary user.",
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def can_pass(folder: Path, account: Account | None) -> bool:
    """Whether the account can walk from / into this folder."""
    if account is None:
        return True
    real = folder.resolve()
    for step in (real, *real.parents):
        facts = step.stat()
        bit = stat.S_IXUSR if facts.st_uid == account.uid else stat.S_IXOTH
        if not facts.st_mode & bit:
            return False
    return True


def make_private(folder: Path, account: Account | None) -> Path:
    """The folder, mode 0700, owned by the account (by us when there is none)."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def make_open(folder: Path, mode: int) -> Path:
    """The folder with this mode, whatever the umask; one that exists stays as it is."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
    return folder


def make_data_dir(data_dir: Path) -> Path:
    """The data folder; made by root it can be passed through, so that the servers reach theirs."""
    try:
        make_open(data_dir, 0o700 if os.geteuid() else _PASSABLE)
    except OSError as error:
        raise CannotStart(
            f"Folder data {data_dir} tidak dapat dibuat ({error.strerror}): atur PORTAL_DATA_DIR.",
            f"Cannot create the data folder {data_dir} ({error.strerror}): set PORTAL_DATA_DIR.",
        ) from None
    return data_dir.resolve()


def make_socket_dirs(data_dir: Path, account: Account | None) -> None:
    """The socket folders of addresses.py, refused when somebody else made them first."""
    top = addresses.socket_dir(data_dir)
    top.mkdir(mode=0o700, exist_ok=True)
    facts = top.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid():
        raise CannotStart(
            f"{top} milik pengguna lain: hapus folder itu, lalu coba lagi.",
            f"{top} belongs to somebody else: remove it and try again.",
        )
    top.chmod(0o700 if account is None else _PASSABLE)
    make_private(addresses.postgres_socket_dir(data_dir), account)
    make_private(addresses.valkey_socket(data_dir).parent, account)


def place(data_dir: Path, name: str, account: Account | None) -> Path:
    """The folder in which a server keeps its data: inside the data folder where it can be.

    Where root's checkout lies in a private home, the account cannot reach it, and opening that
    home is not ours to do: the data then lie under /var/lib, and a link in the data folder says
    where, so that removing the data folder also forgets them.
    """
    wanted = data_dir / name
    if account is None or can_pass(data_dir, account):
        return wanted
    if wanted.is_symlink() and wanted.resolve().parent.is_dir():
        return wanted.resolve()
    wanted.unlink(missing_ok=True)
    try:
        make_open(_STATE, 0o755)
        elsewhere = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=_STATE))
        reachable = can_pass(_STATE, account)
    except OSError:
        reachable = False
    if not reachable:
        raise CannotStart(
            f"Akun {account.name} tidak dapat mencapai {data_dir}: "
            "atur PORTAL_DATA_DIR ke folder lain, atau jalankan sebagai pengguna biasa.",
            f"The account {account.name} cannot reach {data_dir}: "
            "point PORTAL_DATA_DIR to a folder it can pass, or run as an ordinary user.",
        )
    make_private(elsewhere, account)
    wanted.symlink_to(elsewhere / "data")
    return elsewhere / "data"


def forget(data_dir: Path, name: str) -> None:
    """Remove a server's data wherever `place` put them."""
    wanted = data_dir / name
    if wanted.is_symlink():
        shutil.rmtree(wanted.resolve().parent, ignore_errors=True)
        wanted.unlink()
    else:
        shutil.rmtree(wanted, ignore_errors=True)
