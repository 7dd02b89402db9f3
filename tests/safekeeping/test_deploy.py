"""The recipes in deploy/: what they name exists, and what can be run here is run."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from rotoscope import _version
from rotoscope.cli.arguments import normalize_arguments
from rotoscope.cli.main import app
from rotoscope.jobs import service
from rotoscope.safekeeping.doctor.variables import known_variables

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CONTAINER = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SCRIPTS = sorted(DEPLOY.glob("*.sh"))
FILES = sorted(file for file in DEPLOY.rglob("*") if file.is_file() and "secrets" not in file.parent.parts)
DRAIN_SECONDS = service.DRAIN_SECONDS


def understood(words: list[str]) -> dict[str, Any]:
    """What the command line makes of a command; it exits where it does not understand it."""
    context: Any = typer.main.get_command(app).make_context("rotoscope", normalize_arguments(words))
    name, command, arguments = context.command.resolve_command(
        context, [*context._protected_args, *context.args]
    )
    return {"command": name, **command.make_context(name, arguments, parent=context).params}


def instruction(name: str) -> list[str]:
    """What follows an instruction of the container file, each time it is given."""
    joined = CONTAINER.replace("\\\n", " ")
    return re.findall(rf"^\s*{name} (.*)$", joined, re.MULTILINE)


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_variable_in_the_recipes_is_one_of_rotoscope(file: Path) -> None:
    assert set(re.findall(r"\bROTOSCOPE_[A-Z_]*[A-Z]", file.read_text(encoding="utf-8"))) <= known_variables()


def test_what_the_container_copies_exists() -> None:
    for copied in instruction("COPY"):
        if not copied.startswith("--from"):
            for source in copied.split()[:-1]:
                assert (ROOT / source).exists(), source


def test_the_container_runs_as_nobody_special_and_takes_signals_itself() -> None:
    assert instruction("FROM") == ["python:3.12-slim AS build", "python:3.12-slim"]
    assert instruction("USER") == ["rotoscope"]
    assert instruction("STOPSIGNAL") == ["SIGTERM"]
    program = json.loads(instruction("ENTRYPOINT")[0])
    assert program == ["python", "/usr/local/lib/run_with_secrets.py", "rotoscope"]
    assert understood(json.loads(instruction("CMD")[-1]))["host"] == "0.0.0.0"


def test_the_container_has_torch_on_demand_alone_in_the_version_of_the_makefile() -> None:
    assert "WITH_TORCH=0" in instruction("ARG")
    pinned = re.search(r"^TORCH +:= (\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert pinned is not None
    assert f"TORCH={pinned[1]}" in instruction("ARG")
    assert f"torch=${{TORCH:-{pinned[1]}}}" in (DEPLOY / "gpu-worker.sh").read_text()


def test_health_is_asked_where_the_api_answers() -> None:
    (check,) = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", instruction("HEALTHCHECK")[0])
    assert check[1] in json.loads((ROOT / "docs/reference/openapi.json").read_text())["paths"]
    assert understood(json.loads(instruction("CMD")[-1]))["port"] == int(check[0])
    assert instruction("EXPOSE") == [check[0]]


def test_the_compose_file_has_an_api_two_workers_a_database_and_a_store() -> None:
    services = COMPOSE["services"]
    commands = {name: understood(one["command"]) for name, one in services.items() if "build" in one}
    assert commands["api"]["command"] == "serve"
    assert commands["api"]["no_workers"] is True
    assert [commands[name]["id"] for name in ("worker-1", "worker-2")] == ["worker-1", "worker-2"]
    assert services["database"]["image"] == "postgres:17"
    assert all(":" in one["image"] and not one["image"].endswith(":latest") for one in services.values())
    for name in commands:
        assert seconds(services[name]["stop_grace_period"]) > DRAIN_SECONDS
        assert services[name]["build"]["dockerfile"] == "deploy/Containerfile"
    assert services["api"]["ports"] == ["127.0.0.1:8000:8000"]


def test_what_services_of_the_compose_file_name_is_declared() -> None:
    for name, one in COMPOSE["services"].items():
        for mounted in one.get("volumes", []):
            assert mounted.partition(":")[0] in COMPOSE["volumes"], name
        assert set(one.get("secrets", [])) <= set(COMPOSE["secrets"]), name
        assert set(one.get("depends_on", {})) <= set(COMPOSE["services"]), name


def test_no_password_stands_in_the_compose_file() -> None:
    for one in COMPOSE["services"].values():
        for name, value in one.get("environment", {}).items():
            is_secret = re.search(r"PASSWORD|SECRET", name) is not None
            assert not is_secret or value.startswith("/run/secrets/"), name
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text().splitlines()


def test_secrets_become_variables_and_the_program_gets_the_signals(tmp_path: Path) -> None:
    namespace: dict[str, Any] = {"__name__": "recipe"}
    code = (DEPLOY / "run_with_secrets.py").read_text().replace("/run/secrets/", f"{tmp_path}/")
    exec(compile(code, "run_with_secrets.py", "exec"), namespace)
    (tmp_path / "password").write_text("a/b@c\n")
    made = namespace["with_secrets"](
        {
            "DATABASE_PASSWORD_FILE": f"{tmp_path}/password",
            "ROTOSCOPE_DATABASE_URL": "postgresql://rotoscope:{DATABASE_PASSWORD}@database/rotoscope",
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/elsewhere",
        }
    )
    assert made == {
        "DATABASE_PASSWORD": "a/b@c",
        "ROTOSCOPE_DATABASE_URL": "postgresql://rotoscope:a%2Fb%40c@database/rotoscope",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/elsewhere",
    }
    waits = "import signal; print('ready', flush=True); signal.sigwait([signal.SIGTERM]); print('ended')"
    block = f"import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM]); {waits}"
    command = [sys.executable, str(DEPLOY / "run_with_secrets.py"), sys.executable, "-c", block]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "ended\n"
    assert process.returncode == 0


def test_a_missing_secret_is_told(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, str(DEPLOY / "run_with_secrets.py"), "true"],
        env={**os.environ, "STORE_PASSWORD_FILE": "/run/secrets/nowhere"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "a secret is missing" in ran.stderr


def test_passwords_are_made_once(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "make-secrets.sh", tmp_path)
    script = ["sh", str(tmp_path / "make-secrets.sh")]
    subprocess.run(script, check=True, capture_output=True)
    kept = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    assert set(kept) == set(COMPOSE["secrets"])
    assert all(re.fullmatch(r"[0-9a-f]{48}", password) for password in kept.values())
    assert len(set(kept.values())) == 2
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    subprocess.run(script, check=True, capture_output=True)
    assert {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()} == kept


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_what_exists_and_gives_it_time_to_end(unit: Path) -> None:
    lines = [line for line in unit.read_text().splitlines() if line and not line.startswith("#")]
    settings = dict(line.split("=", 1) for line in lines if "=" in line)
    program, *words = settings["ExecStart"].split()
    assert program == "/opt/rotoscope/bin/rotoscope"
    assert understood(words)["command"] == ("worker" if "@" in unit.name else "serve")
    assert int(settings["TimeoutStopSec"]) > DRAIN_SECONDS
    assert settings["User"] == "rotoscope"
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "RestrictNamespaces"):
        assert settings[name] == "true"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text().replace("/opt/rotoscope/bin/rotoscope", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    ran = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_the_shell_understands_a_script(script: Path) -> None:
    subprocess.run(["sh", "-n", str(script)], check=True)
    assert os.access(script, os.X_OK)


def test_the_gpu_machine_works_on_training_and_optimizing() -> None:
    text = (DEPLOY / "gpu-worker.sh").read_text()
    (command,) = re.findall(r"^ExecStart=/opt/rotoscope/bin/rotoscope (.*)$", text, re.MULTILINE)
    told = understood(command.split())
    assert (told["command"], told["queues"], told["device"]) == ("worker", "train,optimize", "cuda")


def test_the_gpu_machine_wants_to_know_the_database_and_the_store(tmp_path: Path) -> None:
    ran = subprocess.run(
        ["sh", str(DEPLOY / "gpu-worker.sh")],
        env={"PATH": os.environ["PATH"]},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode != 0
    assert "ROTOSCOPE_DATABASE_URL" in ran.stderr


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_bundle_installs_without_any_network(tmp_path: Path) -> None:
    """Downloads what the lock names; so this test alone needs the network."""
    environment = {**os.environ, "PYTHON": sys.executable}
    bundle = tmp_path / "bundle"
    subprocess.run(["sh", str(DEPLOY / "make-bundle.sh"), str(bundle)], env=environment, check=True)
    offline = {
        name: value
        for name, value in environment.items()
        if not name.startswith(("PIP_", "PYTHONPATH", "UV_"))
    }
    offline |= dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:1")
    offline |= {"PIP_CONFIG_FILE": os.devnull, "HOME": str(tmp_path), "PIP_NO_CACHE_DIR": "1"}
    place = tmp_path / "installed"
    subprocess.run(
        ["sh", str(bundle / "install-bundle.sh"), str(place)], env=offline, cwd=tmp_path, check=True
    )
    offline |= {"ROTOSCOPE_DATA_DIR": str(tmp_path / "d"), "ROTOSCOPE_CACHE_DIR": str(tmp_path / "c")}
    ran = subprocess.run(
        [str(place / "bin/rotoscope"), "doctor", "--json"],
        env=offline,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(ran.stdout)
    assert told["passed"], told
    assert told["examination"]["version"] == _version.__version__
    (bundle / "docs" / "index.md").write_text("changed")
    damaged = subprocess.run(
        ["sh", str(bundle / "install-bundle.sh"), str(tmp_path / "not")], env=offline, check=False
    )
    assert damaged.returncode != 0
    assert not (tmp_path / "not").exists()
