from __future__ import annotations

import os
import shutil
import signal
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2
import psycopg2.errors
import pytest

from cctvportal.embedded import addresses
from cctvportal.embedded.postgres import Postgres, create_roles

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="pg-test-"))
    folder.chmod(0o711)
    server = Postgres(folder)
    server.prepare()
    server.start(folder / "log")
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
        shutil.rmtree(addresses.socket_dir(folder))


def roles(server: Postgres) -> None:
    folder = server.data_dir
    create_roles(
        addresses.superuser_url(folder), addresses.superuser_url(folder, name=addresses.DATABASE)
    )


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_it_listens_on_its_private_socket_alone(server: Postgres) -> None:
    url = addresses.superuser_url(server.data_dir)
    assert run(url, "SHOW listen_addresses") == [("",)]
    assert run(url, "SHOW server_encoding") == [("UTF8",)]
    assert addresses.postgres_socket_dir(server.data_dir).stat().st_mode & 0o777 == 0o700
    assert server.child is not None
    uid = Path(f"/proc/{server.child.pid}").stat().st_uid
    assert uid == (server.account.uid if server.account else os.getuid())
    assert uid != 0


def test_roles_may_be_made_twice_and_keep_apart(server: Postgres) -> None:
    roles(server)
    roles(server)
    owner = addresses.database_url(server.data_dir, "owner")
    application = addresses.database_url(server.data_dir, "application")
    run(owner, "CREATE TABLE book (id serial PRIMARY KEY, line text)")
    run(application, "INSERT INTO book (line) VALUES ('satu')")
    assert run(application, "SELECT id, line FROM book") == [(1, "satu")]
    for forbidden in ("TRUNCATE book", "DROP TABLE book", "CREATE TABLE mine (id int)"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            run(application, forbidden)


@pytest.mark.parametrize("owner", ["dead", "another program"])
def test_start_after_sigkill(server: Postgres, owner: str) -> None:
    roles(server)
    assert server.child is not None
    server.child.send_signal(signal.SIGKILL)
    server.child.wait()
    if owner == "another program":  # its number was given away since
        pid_file = server.cluster / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    assert server.prepare() is False
    server.start(server.data_dir / "log")
    assert run(addresses.database_url(server.data_dir, "application"), "SELECT 1") == [(1,)]


def test_half_made_cluster_is_made_anew(server: Postgres) -> None:
    server.stop()
    shutil.rmtree(server.cluster)
    scratch = server.cluster.with_name("postgres.new")
    scratch.mkdir()
    (scratch / "PG_VERSION").write_text("18\n")
    assert server.prepare() is True
    server.start(server.data_dir / "log")
