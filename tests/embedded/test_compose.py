from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.template import ROOT

OURS = {"web", "worker", "exports", "recorder", "beat", "migrate"}
SERVERS = {"postgres", "valkey"}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_services_are_those_of_the_design() -> None:
    assert set(SERVICES) == OURS | SERVERS


def test_ours_are_one_image_and_have_no_rights() -> None:
    ours = [SERVICES[name] for name in sorted(OURS)]
    assert {service["image"] for service in ours} == {"cctvportal:local"}
    assert all(service["build"]["dockerfile"] == "deploy/Dockerfile" for service in ours)
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in ours)


@pytest.mark.parametrize("name", sorted((OURS | SERVERS) - {"migrate"}))
def test_every_lasting_service_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(OURS - {"migrate"}))
def test_the_portal_waits_for_healthy_servers_and_the_migrations(name: str) -> None:
    conditions = {key: entry["condition"] for key, entry in SERVICES[name]["depends_on"].items()}
    assert conditions == {
        "postgres": "service_healthy",
        "valkey": "service_healthy",
        "migrate": "service_completed_successfully",
    }


def test_secrets_are_files_and_nothing_else_holds_one() -> None:
    assert all(set(entry) == {"file"} for entry in COMPOSE["secrets"].values())
    used = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
    for service in SERVICES.values():
        secret = re.compile("PASSWORD|KEY|TOKEN")
        for name, value in service.get("environment", {}).items():
            assert not secret.search(name) or str(value).startswith("/run/secrets/")
            assert not re.search("//[^/]*:[^/]*@", str(value))


def test_only_the_migrations_know_the_owner() -> None:
    knowing = {
        name for name, entry in SERVICES.items() if "owner_password" in entry.get("secrets", [])
    }
    assert knowing == {"migrate", "postgres"}


def test_mounted_and_copied_files_exist() -> None:
    mounted = [
        mount.split(":")[0]
        for service in SERVICES.values()
        for mount in service.get("volumes", [])
        if mount.startswith("./")
    ]
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    copied = [
        part
        for line in re.findall(r"^COPY (?!--)(.+) \S+$", dockerfile, re.MULTILINE)
        for part in line.split()
    ]
    missing = [name for name in mounted + copied if not (ROOT / name).exists()]
    assert missing == []


def test_published_ports_are_on_loopback() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_docker_compose_reads_it() -> None:
    # The structure is checked above in any case; the client is not on every machine.
    if client := shutil.which("docker-compose"):
        subprocess.run([client, "config", "--quiet"], cwd=ROOT, check=True)
