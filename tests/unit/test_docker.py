"""docker/: the image, the services and the project agree with each other."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from pipeline.cli import app
from pipeline.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "eventwire"}
AIRFLOW_PARTS = ("api-server", "scheduler", "dag-processor", "triggerer")


def environment(service: Mapping[str, Any]) -> dict[str, str]:
    """A service's variables on top of those of the image."""
    image = dict(re.findall(r"^\s*(?:ENV )?([A-Z_]+)=(\S+)", DOCKERFILE.split("\nFROM ")[1], re.MULTILINE))
    given: dict[str, str] = service["environment"]
    return image | given


def words(command: list[str] | str) -> str:
    return command if isinstance(command, str) else " ".join(command)


def calls(program: str) -> Iterator[str]:
    """The subcommands with which services and health checks call a program."""
    for service in OURS.values():
        for command in (service["command"], service.get("healthcheck", {}).get("test", "")):
            yield from re.findall(rf"\b{program} ([a-z][a-z-]+)", words(command))


def mounts(service: Mapping[str, Any]) -> dict[str, str]:
    """What is mounted, by its place in the container."""
    pairs = (volume.split(":") for volume in service.get("volumes", []))
    return {target: source for source, target, *_ in pairs}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_of_eventwire_is_a_setting(name: str) -> None:
    given = {variable for variable in environment(OURS[name]) if variable.startswith(PREFIX)}

    assert given <= {PREFIX + field.upper() for field in Settings.model_fields}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_of_airflow_is_an_option_that_it_has(name: str) -> None:
    airflow = find_spec("airflow")
    assert airflow and airflow.submodule_search_locations
    options = yaml.safe_load((Path(airflow.submodule_search_locations[0]) / "config_templates/config.yml").read_text())

    for variable in environment(OURS[name]):
        if variable.startswith("AIRFLOW__"):
            _, section, option = variable.lower().split("__")
            assert option in options[section]["options"], variable


def test_every_other_variable_of_a_service_is_used_by_it() -> None:
    init = COMPOSE["configs"]["databases"]["content"]
    for name, service in SERVICES.items():
        used = words(service.get("command", "")) + (init if name == "postgres" else "")
        for variable in service["environment"]:
            if not variable.startswith((PREFIX, "AIRFLOW__", "POSTGRES_")):
                assert variable in used, (name, variable)


def test_every_value_asked_for_is_in_the_example_and_the_other_way_round() -> None:
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", json.dumps(COMPOSE)))
    example = (ROOT / "docker" / ".env.example").read_text()

    assert asked == set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert all(
        not value for name, value in re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE)
        if name.endswith(("PASSWORD", "SECRET", "KEY"))
    )  # fmt: skip


def test_secrets_are_the_same_in_every_part_of_airflow() -> None:
    for secret in ("AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API__SECRET_KEY"):
        assert len({environment(OURS[name])[secret] for name in AIRFLOW_PARTS}) == 1


def test_tasks_find_the_server_that_gives_them_work() -> None:
    urls = {environment(OURS[name])["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] for name in AIRFLOW_PARTS}

    assert urls == {"http://api-server:8080/execution/"}
    assert "--port 8080" in words(OURS["api-server"]["command"])
    assert OURS["api-server"]["ports"] == ["127.0.0.1:${UI_PORT:-8080}:8080"]


def test_nothing_is_open_to_other_machines_or_to_everybody() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    admins = environment(OURS["api-server"])["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"]

    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert admins == "False"


def test_the_image_does_not_run_as_root() -> None:
    user = re.findall(r"^USER (\w+)", DOCKERFILE, re.MULTILINE)[-1]

    assert user != "root"
    assert f"--owner={user}" in DOCKERFILE
    assert not any("user" in service for service in OURS.values())


def test_volumes_are_declared_and_the_image_owns_the_folders_that_they_are_mounted_on() -> None:
    for service in OURS.values():
        for target, source in mounts(service).items():
            if not source.startswith("."):
                assert source in COMPOSE["volumes"]
                assert re.search(rf"install [^&]*\s{target}(\s|$)", DOCKERFILE), target


@pytest.mark.parametrize("name", ["scheduler", "shell"])
def test_what_the_stages_write_is_on_a_volume(name: str) -> None:
    given = environment(OURS[name])
    for setting in ("EVENTWIRE_ARCHIVE", "EVENTWIRE_WAREHOUSE", "EVENTWIRE_DASHBOARD"):
        assert any(given[setting].startswith(target) for target in mounts(OURS[name])), setting


def test_every_part_that_stays_up_has_a_health_check_and_waits_for_the_databases() -> None:
    for name in (*AIRFLOW_PARTS, "postgres"):
        assert SERVICES[name]["healthcheck"]["test"]
        assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES["init"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert all(
        OURS[name]["depends_on"] == {"init": {"condition": "service_completed_successfully"}} for name in AIRFLOW_PARTS
    )


def test_the_commands_that_services_call_exist(tmp_path: Path) -> None:
    listing = "from airflow.cli.cli_config import core_commands; print(*(command.name for command in core_commands))"
    answer = subprocess.run(
        [sys.executable, "-c", listing], capture_output=True, text=True, check=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "AIRFLOW_HOME": str(tmp_path)},
    )  # fmt: skip

    assert {"db", "api-server", "scheduler", "dag-processor", "triggerer", "jobs"} == set(calls("airflow"))
    assert set(calls("airflow")) <= set(answer.stdout.split())
    assert {"migrate"} == set(calls("eventwire")) <= {command.callback.__name__ for command in app.registered_commands}  # type: ignore[union-attr]


def test_the_builder_gets_what_the_image_needs_and_no_data_or_secrets() -> None:
    patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]

    def is_left_out(path: str) -> bool:
        return any(fnmatch(path, pattern.removeprefix("**/")) for pattern in patterns)

    needed = [
        "pipeline",
        "dags",
        "migrations",
        "expectations",
        "pyproject.toml",
        "constraints.txt",
        "README.md",
        "LICENSE",
    ]
    assert [path for path in needed if is_left_out(path)] == []
    assert all(is_left_out(path) for path in ("var", ".venv", ".git", "docker/.env"))


def test_the_dockerfile_copies_what_is_there() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _target = line.split()
        assert all((ROOT / source).exists() for source in sources), line
