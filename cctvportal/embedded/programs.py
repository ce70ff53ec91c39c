"""What `make run` runs: each program's command, and how it is ended."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cctvportal.embedded import addresses, process

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cctvportal.embedded.postgres import Postgres
    from cctvportal.embedded.valkey import Valkey

Group = Literal["servers", "cameras", "portal"]
# supervisord ends one group after another, the last one first, and inside a group all at once:
# the recorder is gone before its cameras, so that an ordinary end books no broken camera.
_GROUPS: tuple[Group, ...] = ("servers", "cameras", "portal")
# Set in the environment of all we start: whatever a killed run left behind is known by it.
MARK = "PORTAL_RUN"
# Read by demo_data: where the virtual cameras listen, and the password of their user admin.
CAMERA_PORT = "PORTAL_DEMO_CAMERA_PORT"
CAMERA_PASSWORD = "PORTAL_DEMO_CAMERA_PASSWORD"  # noqa: S105 - the name of a variable
# The schedule is code: remembering it in a file would bring nothing back.
_BEAT = ("--pidfile=", "--scheduler", "celery.beat.Scheduler")


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    group: Group
    command: tuple[str, ...]
    account: str = ""  # as ourselves
    stop_signal: str = "TERM"
    stop_seconds: int = 5


@dataclass(frozen=True, slots=True)
class VirtualCamera:
    name: str
    rtsp_port: int
    onvif_port: int


def virtual_cameras(first_port: int) -> tuple[VirtualCamera, ...]:
    """Two, with RTSP from this port on and ONVIF 474 ports below: 18554 and 18080."""
    return tuple(
        VirtualCamera(name, first_port + n, first_port + n - 474)
        for n, name in enumerate(("Parkir", "Lobi"))
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """All that one run needs to know."""

    root: Path
    data_dir: Path
    port: int
    postgres: Postgres | None  # None: DATABASE_URL names a server of the office
    valkey: Valkey | None
    cameras: tuple[VirtualCamera, ...] = ()

    @property
    def log_dir(self) -> Path:
        return self.data_dir / "log"

    @property
    def ports(self) -> tuple[int, ...]:
        of_cameras = [(camera.rtsp_port, camera.onvif_port) for camera in self.cameras]
        return (self.port, *(port for pair in of_cameras for port in pair))


def servers(plan: Plan) -> list[Program]:
    mark = {MARK: str(plan.data_dir)}
    found: list[Program] = []
    for name, server, stop in (("postgres", plan.postgres, "INT"), ("valkey", plan.valkey, "TERM")):
        if server is not None:
            found.append(
                Program(
                    name=name,
                    group="servers",
                    command=bare(server.command, process.plain_environment() | mark),
                    account=server.account.name if server.account else "",
                    stop_signal=stop,
                    stop_seconds=3,
                )
            )
    return found


def bare(command: list[str], environment: Mapping[str, str]) -> tuple[str, ...]:
    """The command with this environment alone: a server has no use for the portal's secrets."""
    pairs = [f"{name}={value}" for name, value in environment.items()]
    return ("/usr/bin/env", "-i", *pairs, *command)


def portal(plan: Plan) -> list[Program]:
    python = sys.executable
    celery = (python, "-m", "celery", "-A", "cctvportal")
    worker = (*celery, "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
    # A film's disk that answers no more keeps the thread of the gate and that of the daily look.
    jobs = ("-n", "worker@%h", "-Q", "jobs", "-P", "threads", "-c", "4")
    exports = ("-n", "exports@%h", "-Q", "exports", "-P", "threads", "-c", "2")
    recorder = ("-n", "recorder@%h", "-Q", "recorder", "--recorder", "-P", "solo")
    return [
        Program("web", "portal", web(python, f"127.0.0.1:{plan.port}")),
        Program("worker", "portal", (*worker, *jobs)),
        Program("exports", "portal", (*worker, *exports)),
        Program("recorder", "portal", (*worker, *recorder)),
        Program("beat", "portal", (*celery, "beat", "--loglevel", "INFO", *_BEAT)),
        *(of_camera(number, camera) for number, camera in enumerate(plan.cameras, 1)),
    ]


def web(python: str, address: str) -> tuple[str, ...]:
    """Run gunicorn with threads: one thread serves one download or one player's segment."""
    options = "--worker-class gthread --workers 2 --threads 8 --graceful-timeout 3"
    # A player asks every few seconds: with gunicorn's two, each time over a new connection.
    options += " --keep-alive 15"
    # Its control socket would lie in the home folder and outlive the run.
    options += " --no-control-socket --access-logfile - --preload"
    return (python, "-m", "gunicorn", "--bind", address, *options.split(), "cctvportal.wsgi")


def of_camera(number: int, camera: VirtualCamera) -> Program:
    command = f"-m devices.simulator --port {camera.rtsp_port} --onvif-port {camera.onvif_port}"
    login = ("--user", "admin", "--password-env", CAMERA_PASSWORD)
    words = (sys.executable, *command.split(), "--name", camera.name, *login)
    return Program(f"camera-{number}", "cameras", words, stop_seconds=1)


def configuration(plan: Plan, programs: list[Program]) -> str:
    """The file of supervisord. It holds no secret: those come by environment."""
    socket = addresses.supervisor_socket(plan.data_dir)
    parts = [
        section(
            "supervisord",
            nodaemon="true",
            silent="true",
            logfile=str(plan.log_dir / "supervisord.log"),
            pidfile=str(plan.data_dir / "supervisord.pid"),
            childlogdir=str(plan.log_dir),
            directory=str(plan.root),
            umask="077",
        ),
        section("unix_http_server", file=str(socket), chmod="0700"),
        section("supervisorctl", serverurl=f"unix://{socket}"),
        section(
            "rpcinterface:supervisor",
            **{
                "supervisor.rpcinterface_factory": (
                    "supervisor.rpcinterface:make_main_rpcinterface"
                )
            },
        ),
    ]
    for priority, group in enumerate(_GROUPS):
        members = [program for program in programs if program.group == group]
        if members:
            names = ",".join(program.name for program in members)
            parts.append(section(f"group:{group}", programs=names, priority=str(priority)))
            parts += [of_program(plan, program) for program in members]
    return "\n".join(parts)


def of_program(plan: Plan, program: Program) -> str:
    account = {"user": program.account} if program.account else {}
    return section(
        f"program:{program.name}",
        command=shlex.join(program.command),
        directory="/" if program.group == "servers" else str(plan.root),
        # The portal's programs wait for the migrations, and are then started by name.
        autostart="true" if program.group == "servers" else "false",
        autorestart="true",
        startsecs="2",
        startretries="30",
        stopsignal=program.stop_signal,
        stopwaitsecs=str(program.stop_seconds),
        stopasgroup="false" if program.group == "servers" else "true",
        killasgroup="true",
        redirect_stderr="true",
        stdout_logfile=str(plan.log_dir / f"{program.name}.log"),
        stdout_logfile_maxbytes="5MB",
        stdout_logfile_backups="2",
        **account,
    )


def section(title: str, **lines: str) -> str:
    """One part of that file. It expands percent signs, so ours are doubled."""
    body = "\n".join(f"{name} = {value.replace('%', '%%')}" for name, value in lines.items())
    return f"[{title}]\n{body}\n"
