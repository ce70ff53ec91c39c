"""`make run`: everything on one machine, under supervisord, until Ctrl-C."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from cctvportal.embedded import addresses, leftovers, process, programs, steps
from cctvportal.embedded.postgres import Postgres, create_roles
from cctvportal.embedded.reach import make_data_dir
from cctvportal.embedded.refusal import CannotStart
from cctvportal.embedded.supervised import Supervisor
from cctvportal.embedded.valkey import Valkey

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

ROOT = Path(__file__).resolve().parent.parent.parent
LOGIN = "akun/masuk/"


class Stopped(BaseException):
    """Ctrl-C or TERM. Not an Exception: nothing on the way may take it for a failure."""


class Narrator:
    """Says what is done and how long after the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, line: str) -> None:
        print(f"[{time.monotonic() - self._began:5.1f} s] {line}", flush=True)  # noqa: T201


def main(after: Callable[[programs.Plan], int] | None = None) -> int:
    """Until Ctrl-C; with `after`, until that has ended, and then its exit code."""
    narrator = Narrator()
    _on_signals(_stop)
    stack = ExitStack()
    code = 1
    try:
        plan = make_plan(stack)
        supervisor = start(plan, stack, narrator)
        code = after(plan) if after else watch(supervisor, narrator)
    except Stopped:
        narrator.say("berhenti ...")
        code = 0 if after is None else 130
    except CannotStart as error:
        narrator.say(str(error))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        narrator.say("Disk penuh: kosongkan dulu, lalu ulangi.\nDisk full: make room and retry.")
    finally:
        # The end is bounded; a second Ctrl-C must not cut it short and leave processes.
        _on_signals(signal.SIG_IGN)
        stack.close()
    narrator.say("semua berhenti")
    return code


def _on_signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped


def make_plan(stack: ExitStack) -> programs.Plan:
    data_dir = make_data_dir(Path(os.environ.get("PORTAL_DATA_DIR", ROOT / "var")))
    lock = stack.enter_context((data_dir / "run.lock").open("a"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(
            f"Portal ini sudah berjalan (lihat {data_dir / 'log'}): hentikan dulu.",
            f"This portal is already running (see {data_dir / 'log'}): stop it first.",
        ) from None
    (data_dir / "log").mkdir(mode=0o700, exist_ok=True)
    return programs.Plan(
        root=ROOT,
        data_dir=data_dir,
        port=_port("PORT", 8000),
        postgres=None if os.environ.get("DATABASE_URL") else Postgres(data_dir),
        valkey=None if os.environ.get("REDIS_URL") else Valkey(data_dir),
        cameras=programs.virtual_cameras(_port(programs.CAMERA_PORT, 18554)),
    )


def _port(name: str, default: int) -> int:
    raw = os.environ.get(name, str(default))
    if raw.isdigit() and 1024 <= int(raw) < 2**16:
        return int(raw)
    raise CannotStart(
        f"{name} berisi {raw!r}, seharusnya angka 1024 sampai 65535.",
        f"{name} is {raw!r}, it must be a number from 1024 to 65535.",
    )


def start(plan: programs.Plan, stack: ExitStack, narrator: Narrator) -> Supervisor:
    process.inherit_orphans()
    if ended := leftovers.end_all(lambda: leftovers.marked(plan.data_dir), patience=3):
        narrator.say(f"sisa {ended} proses dari jalannya yang lalu dihentikan")
    steps.check_machine(plan)
    base = steps.environment(plan)
    supervisor = Supervisor(plan, [*programs.servers(plan), *programs.portal(plan)])
    stack.callback(shutil.rmtree, addresses.socket_dir(plan.data_dir), ignore_errors=True)
    stack.callback(supervisor.stop)
    start_servers(plan, supervisor, base, narrator)
    steps.migrate(plan, base)
    narrator.say("basis data siap")
    if steps.collect_static(plan, base):
        narrator.say("berkas halaman siap")
    # The web programs load while the demo's data is looked through: seconds of a warm start.
    supervisor.start_web()
    steps.demo_data(plan, base)
    narrator.say("data contoh siap")
    wait_for_page(plan, supervisor)
    supervisor.start_others()
    greet(plan, narrator)
    return supervisor


def start_servers(
    plan: programs.Plan, supervisor: Supervisor, base: dict[str, str], narrator: Narrator
) -> None:
    if plan.postgres is not None and plan.postgres.prepare():
        narrator.say("basis data baru dibuat")
    if plan.valkey is not None:
        plan.valkey.prepare()
    supervisor.start(base)
    if plan.postgres is not None:
        plan.postgres.wait(
            plan.log_dir / "postgres.log", alive=partial(supervisor.healthy, "postgres")
        )
        url = addresses.superuser_url(plan.data_dir)
        create_roles(url, addresses.superuser_url(plan.data_dir, name=addresses.DATABASE))
    if plan.valkey is not None:
        plan.valkey.wait(plan.log_dir / "valkey.log", alive=partial(supervisor.healthy, "valkey"))
    narrator.say("PostgreSQL dan Valkey berjalan")


def wait_for_page(plan: programs.Plan, supervisor: Supervisor, *, patience: float = 60) -> None:
    # No proxy: the address is this machine's.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + patience
    while True:
        try:
            with opener.open(f"http://127.0.0.1:{plan.port}/{LOGIN}", timeout=10):
                return
        except OSError as error:
            # An answer that is an error will not become better by waiting.
            broken = isinstance(error, urllib.error.HTTPError)
            if broken or not supervisor.running() or time.monotonic() > deadline:
                log = plan.log_dir / "web.log"
                raise CannotStart(
                    f"Halaman masuk tidak menjawab. Catatannya: {log}",
                    f"The login page does not answer. Its log: {log}\n{process.tail(log, 8)}",
                ) from None
            time.sleep(0.1)


def greet(plan: programs.Plan, narrator: Narrator) -> None:
    narrator.say(f"portal siap: http://127.0.0.1:{plan.port}/")
    for account in steps.accounts(plan.data_dir):
        narrator.say("  " + " | ".join(str(value) for value in account.values()))
    narrator.say(f"catatan tiap program di {plan.log_dir}; Ctrl-C menghentikan semuanya")


def watch(supervisor: Supervisor, narrator: Narrator) -> NoReturn:
    """Until Ctrl-C; ends by itself only when supervisord does."""
    told: set[str] = set()
    while supervisor.running():
        time.sleep(1)
        gone = {name for name, state in supervisor.states().items() if state == "FATAL"}
        for name in sorted(gone - told):
            narrator.say(f"{name} tidak mau berjalan: lihat {supervisor.plan.log_dir}/{name}.log")
        told = gone
    raise CannotStart(
        "supervisord berhenti sendiri: semua ikut dihentikan, jalankan lagi.",
        "supervisord ended by itself: everything was stopped, start again.",
    )
