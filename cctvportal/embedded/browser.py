"""Chromium for the browser tests: the machine's, else Debian's."""

from __future__ import annotations

import os
import shutil

from cctvportal.embedded.bootstrap import apt


def chromium() -> str | None:
    """Playwright's own download is not used: Debian's Chromium gets security updates."""
    return shutil.which("chromium") or shutil.which("google-chrome")


def main() -> int:
    """Installs it where we may. Missing is an error only in CI, where nothing is skipped."""
    if chromium() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        say("memasang Chromium dari Debian")
        apt("chromium")
    if chromium() is not None:
        return 0
    say("Chromium tidak ada: tes peramban dilewati. Pasang paket chromium untuk menjalankannya.")
    say("No Chromium: browser tests are skipped. Install the package chromium to run them.")
    return 1 if os.environ.get("CI") else 0


def say(line: str) -> None:
    print(f"[test] {line}", flush=True)  # noqa: T201 - a command line's voice
