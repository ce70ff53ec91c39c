"""What must be done to the data before the portal's programs start, and when it may be left out."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

from cctvportal.embedded import addresses, process
from cctvportal.embedded.programs import CAMERA_PASSWORD, CAMERA_PORT, MARK, Plan
from cctvportal.embedded.refusal import CannotStart

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Below this neither PostgreSQL nor a single segment can be written.
_LEAST_FREE_BYTES = 512 * 1024**2
# The demo's policy: short segments and no waiting, so that a story ends while one looks on.
_DEMO = {
    "PORTAL_DEMO": "1",
    "PORTAL_SEGMENT_SECONDS": "10",
    "PORTAL_ERASURE_WAIT_SECONDS": "0",
    "PORTAL_POLICY_CHANGE_DELAY_SECONDS": "60",
    "PORTAL_PURGE_EVERY_SECONDS": "10",
    "PORTAL_VOLUME_RESERVE_BYTES": str(256 * 1024**2),
}
# What npm's packages hold beside what the pages use; hashing and packing it takes seconds.
_UNUSED = (
    *("bootstrap-*", "*.rtl.*", "bootstrap.css*"),
    *("hls.js*", "hls.light*", "hls-demo*", "*.mjs*", "*.d.ts", "*.d.mts"),
)


def check_machine(plan: Plan) -> None:
    """Room on the disk and free ports, before anything is started."""
    free = shutil.disk_usage(plan.data_dir).free
    if free < _LEAST_FREE_BYTES:
        raise CannotStart(
            f"Disk penuh: {plan.data_dir} tinggal {free // 1024**2} MB, perlu 512 MB.",
            f"Disk full: {plan.data_dir} has {free // 1024**2} MB left, 512 MB are needed.",
        )
    for port in plan.ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                hint = "PORT=8010" if port == plan.port else f"{CAMERA_PORT}=28554"
                raise CannotStart(
                    f"Porta {port} sudah dipakai program lain. Coba: {hint} make run",
                    f"Port {port} is taken by another program. Try: {hint} make run",
                ) from None


def environment(plan: Plan) -> dict[str, str]:
    """Of the portal's programs. What the caller has set wins over the demo's policy."""
    # By path, because a virtual environment's programs need not be activated.
    path = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ.get('PATH', os.defpath)}"  # noqa: PTH120
    return {
        **_DEMO,
        **os.environ,
        "PATH": path,
        "PORTAL_DATA_DIR": str(plan.data_dir),
        "DJANGO_SETTINGS_MODULE": "cctvportal.settings",
        "PYTHONUNBUFFERED": "1",
        CAMERA_PORT: str(plan.cameras[0].rtsp_port) if plan.cameras else "",
        CAMERA_PASSWORD: os.environ.get(CAMERA_PASSWORD) or _camera_password(plan.data_dir),
        MARK: str(plan.data_dir),
    }


def _camera_password(data_dir: Path) -> str:
    """Of the virtual cameras; theirs alone, made once."""
    path = data_dir / "secrets" / "demo_camera_password"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(12))
    return path.read_text()


def migrate(plan: Plan, base: dict[str, str]) -> None:
    """As the owner, who alone may make tables."""
    owner = os.environ.get("DATABASE_OWNER_URL")
    if owner is None and plan.postgres is not None:
        owner = addresses.database_url(plan.data_dir, "owner")
    manage(plan, base | ({"DATABASE_URL": owner} if owner else {}), "migrate", "--no-input")


def demo_data(plan: Plan, base: dict[str, str]) -> None:
    manage(plan, base, "demo_data")


def collect_static(plan: Plan, base: dict[str, str]) -> bool:
    """True when something had changed since the last time."""
    stamp = plan.data_dir / "static.stamp"
    wanted = _static_fingerprint(plan.root)
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    ignored = [part for pattern in _UNUSED for part in ("--ignore", pattern)]
    manage(plan, base, "collectstatic", "--no-input", "--clear", *ignored)
    stamp.write_text(wanted)
    return True


def _static_fingerprint(root: Path) -> str:
    """Of our own files and of the locks, which say what packages bring."""
    digest = hashlib.sha256()
    for path in sorted(_static_sources(root)):
        facts = path.stat()
        digest.update(f"{path}:{facts.st_size}:{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _static_sources(root: Path) -> Iterator[Path]:
    yield from (root / "requirements.lock", root / "cctvportal" / "settings.py")
    npm = root / "node_modules" / ".stamp"
    if npm.exists():
        yield npm
    # Not the data folder's own static, which is what comes out.
    apps = ("devices", "recordings", "requests_app", "cctvportal/*")
    for folder in (
        root / "static",
        *(found for app in apps for found in root.glob(f"{app}/static")),
    ):
        yield from (path for path in folder.rglob("*") if path.is_file())


def manage(plan: Plan, base: dict[str, str], *arguments: str) -> None:
    log = plan.log_dir / "manage.log"
    with log.open("ab") as output:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments, "--verbosity=1"],
            cwd=plan.root,
            env=base,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise CannotStart(
            f"manage.py {arguments[0]} gagal. Catatannya: {log}",
            f"manage.py {arguments[0]} failed. Its log: {log}\n{process.tail(log, 8)}",
        )


def accounts(data_dir: Path) -> list[dict[str, str]]:
    """What demo_data wrote for whoever tries the portal: [{"role", "name", "nip", "password"}]."""
    path = data_dir / "demo" / "accounts.json"
    if not path.exists():
        return []
    found: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return found
