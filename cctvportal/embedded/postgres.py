"""One PostgreSQL on a data folder: made, described, started for a test run, ended."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2
import psycopg2.extensions

from cctvportal.embedded import addresses, process
from cctvportal.embedded.binaries import postgres_bin
from cctvportal.embedded.reach import (
    Account,
    make_private,
    make_socket_dirs,
    place,
    server_account,
)
from cctvportal.embedded.refusal import CannotStart

if TYPE_CHECKING:
    from collections.abc import Callable

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}
# A test run may lose everything to a power cut, and must be quick.
_HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(slots=True)
class Postgres:
    """data_dir must exist. `durable=False` is for tests only."""

    data_dir: Path
    durable: bool = True
    account: Account | None = field(default_factory=server_account)
    child: subprocess.Popen[bytes] | None = None

    @property
    def cluster(self) -> Path:
        return place(self.data_dir, "postgres", self.account)

    @property
    def command(self) -> list[str]:
        settings = _SETTINGS | ({} if self.durable else _HASTY)
        settings["unix_socket_directories"] = str(addresses.postgres_socket_dir(self.data_dir))
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(postgres_bin(self.account) / "postgres"), "-D", str(self.cluster), *options]

    def prepare(self) -> bool:
        """Make the sockets' folder and, the first time, the cluster (then True)."""
        make_socket_dirs(self.data_dir, self.account)
        cluster = self.cluster
        if (cluster / "PG_VERSION").exists():
            self._forget_dead_owner(cluster)
            return False
        # Under another name until it is whole: a killed initdb leaves nothing that looks ready.
        scratch = cluster.with_name(f"{cluster.name}.new")
        shutil.rmtree(scratch, ignore_errors=True)
        self._initdb(make_private(scratch, self.account))
        scratch.rename(cluster)
        return True

    def _initdb(self, folder: Path) -> None:
        account = self.account
        done = subprocess.run(
            [
                postgres_bin(account) / "initdb",
                *("-D", folder, "-U", addresses.SUPERUSER, "-A", "trust", "-E", "UTF8"),
                # Built in: the same order and case on every machine, whatever locales it has.
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(
                    "--no-sync",
                    "--no-instructions",
                    "--wal-segsize=4" if not self.durable else "-k",
                ),
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            env=process.plain_environment(),
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )
        if done.returncode:
            raise CannotStart(
                f"Basis data tidak dapat dibuat di {folder}: periksa ruang dan hak folder itu.",
                f"Cannot make a database in {folder}: check its space and rights.\n{done.stderr}",
            )

    def _forget_dead_owner(self, cluster: Path) -> None:
        """After SIGKILL or a power cut the pid file names a process that may by now be another."""
        pid_file = cluster / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = pid_file.read_text().split("\n", 1)[0].strip()
        try:
            if Path(f"/proc/{pid}/cwd").resolve(strict=True) == cluster.resolve():
                return
        except OSError:
            pass
        pid_file.unlink()
        for lock in addresses.postgres_socket_dir(self.data_dir).glob(".s.PGSQL.*"):
            lock.unlink()

    def start(self, log: Path) -> None:
        """For tests. `make run` gives `command` to the supervisor instead."""
        self.child = process.spawn(
            self.command,
            log=log,
            environment=process.plain_environment(),
            account=self.account,
            when_we_die=signal.SIGINT,
        )
        self.wait(log, alive=lambda: self.child is not None and self.child.poll() is None)

    def wait(self, log: Path, *, alive: Callable[[], bool], patience: float = 30.0) -> None:
        deadline = time.monotonic() + patience
        while True:
            try:
                psycopg2.connect(addresses.superuser_url(self.data_dir)).close()
            except psycopg2.OperationalError:
                if not alive() or time.monotonic() > deadline:
                    raise CannotStart(
                        f"PostgreSQL tidak berjalan. Catatannya: {log}",
                        f"PostgreSQL does not run. Its log: {log}\n{process.tail(log)}",
                    ) from None
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        if self.child is not None:
            process.end(self.child, signal.SIGINT)  # fast shutdown: clients are sent away
            self.child = None


def create_roles(superuser_url: str, database_url: str) -> None:
    """The portal's database and the two roles; both addresses are a superuser's. Repeatable."""
    name = psycopg2.extensions.parse_dsn(database_url)["dbname"]
    with closing(psycopg2.connect(superuser_url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if cursor.rowcount == 0:
            cursor.execute(f"CREATE DATABASE {psycopg2.extensions.quote_ident(name, cursor)}")
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(Path(__file__).with_name("roles.sql").read_text(encoding="utf-8"))
