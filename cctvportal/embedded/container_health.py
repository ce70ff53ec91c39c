"""Health check of one container of docker-compose.yml: web, a worker, recorder, or beat."""

from __future__ import annotations

import os
import sys
import urllib.request
from pathlib import Path

import redis

# What each process has in its command line and no other has.
_WORDS = {"worker": "jobs", "exports": "exports", "recorder": "--recorder", "beat": "beat"}


def web() -> bool:
    """The page /readyz answers, which asks the database itself."""
    host = os.environ.get("PORTAL_HOSTS", "localhost").split(",")[0]
    request = urllib.request.Request(
        "http://127.0.0.1:8000/readyz", headers={"Host": host, "X-Forwarded-Proto": "https"}
    )
    with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310 - a fixed http address
        return int(answer.status) == 200


def runs(word: str) -> bool:
    """A Celery process with this word lives."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if word in words and any(Path(part).name == "celery" for part in words):
            return True
    return False


def main() -> int:
    name = sys.argv[1]
    if name == "web":
        return 0 if web() else 1
    client = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=3)
    return 0 if runs(_WORDS[name]) and client.ping() else 1


if __name__ == "__main__":
    raise SystemExit(main())
