"""The suite's own servers, and the environment in which everything of a run takes place."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import django
import redis
from django.conf import settings

from cctvportal.common.crash import FAULTS
from cctvportal.embedded import addresses, process
from cctvportal.embedded.postgres import Postgres
from cctvportal.embedded.valkey import Valkey
from tests import databases, template

LIVE = "faults"
_PREFIX = "portal-faults-"
# Of the servers and data of whoever started us nothing may be touched.
_FOREIGN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PYTEST_XDIST_WORKER")
_POLICY = {
    FAULTS: "1",
    "PORTAL_LEASE_SECONDS": "2",
    "PORTAL_SEGMENT_SECONDS": "2",
    "PORTAL_ERASURE_WAIT_SECONDS": "0",
    "PORTAL_PURGE_EVERY_SECONDS": "5",
    "PORTAL_VOLUME_RESERVE_BYTES": "0",
    "PORTAL_SSL_REDIRECT": "0",
    "PORTAL_STATIC_COLLECTED": "0",
    "DJANGO_SETTINGS_MODULE": "cctvportal.settings",
}
_QUICK_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"


class KilledPostgres(Postgres):
    """Quick, and yet what it promised is there after SIGKILL: the kernel goes on living."""

    @property
    def command(self) -> list[str]:
        return [*super().command, "-c", "synchronous_commit=on"]


class Ground:
    """One folder with everything: servers, live data, kept stores, logs. Gone at the end."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.home = _make_home(self._stack)
        self.postgres = KilledPostgres(self.home, durable=False)
        self.valkey = Valkey(self.home)

    @property
    def data(self) -> Path:
        """The portal's data folder."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "children.log"

    def start(self) -> None:
        """Servers up, template built, Django ready. Raises CannotStart."""
        for name in _FOREIGN:
            os.environ.pop(name, None)
        os.environ |= _POLICY
        os.environ.setdefault("PORTAL_LOG_LEVEL", "CRITICAL")
        os.environ["PORTAL_DATA_DIR"] = str(self.data)
        os.environ["PORTAL_SECRET_DIR"] = str(self.home / "secrets")
        for name in ("PORTAL_MASTER_KEY", "PORTAL_SECRET_KEY"):
            os.environ[name] = secrets.token_hex(32)
        os.environ[databases.ADMIN_URL] = addresses.superuser_url(self.home)
        for server in (self.valkey, self.postgres):
            self._stack.callback(server.stop)
        self._stack.callback(shutil.rmtree, addresses.socket_dir(self.home), ignore_errors=True)
        template.start(self.postgres, self.home / "postgres.log")
        self.start_valkey()
        self._stack.enter_context(databases.clone(LIVE))
        os.environ["DATABASE_URL"] = databases.role_url("application", LIVE)
        os.environ["REDIS_URL"] = addresses.redis_url(self.home)
        django.setup()
        settings.PASSWORD_HASHERS = [_QUICK_HASHER]

    def close(self) -> None:
        self._stack.close()

    # PostgreSQL ----------------------------------------------------------------------------

    def kill_postgres(self) -> None:
        """SIGKILL for every process of the server, as when the machine's memory ends."""
        server, self.postgres.child = self.postgres.child, None
        if server is None:
            return
        # Each backend is the leader of a session of its own.
        backends = _children(server.pid)
        for pid in (server.pid, *backends):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        server.wait()
        while any(Path(f"/proc/{pid}").exists() for pid in backends):
            time.sleep(0.01)

    def stop_postgres(self, *, immediate: bool = False) -> None:
        """In order, or at once and without a checkpoint, so that the next start recovers."""
        if immediate and self.postgres.child is not None:
            process.end(self.postgres.child, signal.SIGQUIT)
            self.postgres.child = None
        self.postgres.stop()

    def start_postgres(self) -> None:
        self.postgres.prepare()
        self.postgres.start(self.home / "postgres.log")

    # Valkey --------------------------------------------------------------------------------

    def kill_valkey(self) -> None:
        if self.valkey.child is not None:
            self.valkey.child.kill()
            self.valkey.child.wait()
            self.valkey.child = None

    def flush_valkey(self) -> None:
        """Every message and counter is gone."""
        with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
            client.flushall()

    def stop_valkey(self) -> None:
        self.valkey.stop()

    def start_valkey(self) -> None:
        self.valkey.prepare()
        self.valkey.start(self.home / "valkey.log")


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(number) for path in listed for number in path.read_text().split()]


def _make_home(stack: ExitStack) -> Path:
    """A folder named after our pid; those of runs that were killed are swept away."""
    for old in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = old.name.removeprefix(_PREFIX).partition("-")[0]
        if not Path(f"/proc/{pid}").exists():
            shutil.rmtree(old, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    home.chmod(0o711)  # the servers' account passes through
    stack.callback(shutil.rmtree, home, ignore_errors=True)
    return home
