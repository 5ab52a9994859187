"""docker-compose.yml and the Dockerfile, read: docker itself is not needed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ["web", "worker", "sender", "beat", "relay", "migrate"]
SETTINGS = (ROOT / "api/settings.py").read_text() + (ROOT / "api/gunicorn.py").read_text()
READ = {*re.findall(r'(?:environ\.get\(|environ\[|flag\()\s*"(\w+)"', SETTINGS), "DATABASE_URL", "DATABASE_URL_OWNER"}


def test_all_services_are_there() -> None:
    assert set(SERVICES) == {*OURS, "db", "redis"}
    assert SERVICES["db"]["image"] == "postgis/postgis:17-3.5"
    assert SERVICES["redis"]["image"] == "redis:7"


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_every_lasting_service_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_the_settings_read(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= READ


@pytest.mark.parametrize("name", [name for name in OURS if name != "migrate"])
def test_ours_wait_for_the_database_redis_and_the_migration(name: str) -> None:
    waits = {other: how["condition"] for other, how in SERVICES[name]["depends_on"].items()}
    assert waits == {
        "db": "service_healthy", "redis": "service_healthy", "migrate": "service_completed_successfully"}


def test_only_the_migration_runs_as_the_owner_and_once() -> None:
    assert [name for name in OURS if "DATABASE_URL_OWNER" in SERVICES[name]["environment"]] == ["migrate"]
    assert SERVICES["migrate"]["restart"] == "no"
    assert all("house_app:" in SERVICES[name]["environment"]["DATABASE_URL"] for name in OURS)


def test_redis_keeps_its_queue() -> None:
    command = SERVICES["redis"]["command"]
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_only_the_web_is_published_and_only_here() -> None:
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for secret in ("SECRET_KEY", "HOUSE_APP_PASSWORD", "HOUSE_OWNER_PASSWORD"):
        assert set(re.findall(rf"\$\{{{secret}(..)", text)) == {":?"}


def test_every_volume_is_declared() -> None:
    named = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert {name for name in named if "/" not in name} == set(COMPOSE["volumes"])


def test_the_image_is_hashed_and_not_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users and users[-1] not in {"root", "0"}
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
    assert lines[-1].startswith("CMD")
