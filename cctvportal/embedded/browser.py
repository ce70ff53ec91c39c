"""Chromium for the browser tests: the machine's, else Debian's."""

from __future__ import annotations

import os
import shutil

from cctvportal.embedded.bootstrap import apt

_SHELL = "chromium-headless-shell"


def chromium() -> str | None:
    """Playwright's own download is not used: Debian's Chromium gets security updates.

    First the shell without a window's frame, which no test sees: it is quicker by a fifth.
    """
    found = (shutil.which(name) for name in (_SHELL, "chromium", "google-chrome"))
    return next(filter(None, found), None)


def main() -> int:
    """Installs it where we may. Missing is an error only in CI, where nothing is skipped."""
    if chromium() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        say("memasang Chromium dari Debian")
        apt(_SHELL) or apt("chromium")
    if chromium() is not None:
        return 0
    say("Chromium tidak ada: tes peramban dilewati. Pasang paket chromium untuk menjalankannya.")
    say("No Chromium: browser tests are skipped. Install the package chromium to run them.")
    return 1 if os.environ.get("CI") else 0


def say(line: str) -> None:
    print(f"[test] {line}", flush=True)  # noqa: T201 - a command line's voice
