"""The doctor: what is broken on purpose is told, with what to do."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from rotoscope.database.engine import Database
from rotoscope.palette.palette import BUNDLED_FOLDER
from rotoscope.safekeeping.doctor import software
from rotoscope.safekeeping.doctor.examination import CHECKS, Examination, examine
from rotoscope.safekeeping.doctor.finding import Finding, Installation
from rotoscope.settings import Settings

from command import Run
from installation import furnish, settings_at
from postgres_server import PostgresServer
from running_server import running_server


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"ROTOSCOPE_DATA_DIR": str(tmp_path / "data"), "ROTOSCOPE_CACHE_DIR": str(tmp_path / "cache")}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_at(tmp_path)


def found(env: Mapping[str, str], *names: str, bundled: Path | None = None) -> Examination:
    return examine(env, bundled=bundled, checks={name: CHECKS[name] for name in names})


def only(examination: Examination) -> Finding:
    (finding,) = examination.findings
    return finding


def test_a_sound_installation_passes_every_check(run: Run) -> None:
    ran = run("doctor", "--json")
    findings = ran.json["examination"]["findings"]
    assert (ran.exit_code, ran.json["passed"]) == (0, True), findings
    assert {one["state"] for one in findings} <= {"ok", "warning"}
    told = {one["check"]: one["told"] for one in findings}
    assert "encoded two frames (libx264), and decoded them" in told["video"]
    assert "painted 16x16 pixels with " in told["painting"]
    assert "found how a picture moved" in told["flow"]
    assert (
        told["filters"] == f"The {len(list(BUNDLED_FOLDER.glob('*.onnx')))} bundled filters are as they came."
    )
    assert told["database"].startswith("There is none yet; rotoscope serve makes it (")


def test_a_folder_that_cannot_be_written_to_is_a_fault(env: dict[str, str], tmp_path: Path) -> None:
    env["ROTOSCOPE_DATA_DIR"] = "/proc/rotoscope"
    (tmp_path / "cache").write_text("a file")
    data, cache = found(env, "folders").findings
    assert (data.state, cache.state) == ("fault", "fault")
    assert data.told.startswith("/proc/rotoscope cannot be written to: ")
    assert data.advice == (
        "Give yourself the right to write there, or name another folder with ROTOSCOPE_DATA_DIR."
    )
    assert "ROTOSCOPE_CACHE_DIR" in cache.advice


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_a_fault(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    assert found(env, "folders").findings[0].state == "fault"


def _always(usage: SimpleNamespace, _: Path) -> SimpleNamespace:
    return usage


def test_a_full_disk_is_a_fault_and_little_room_a_warning(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for free, state in ((500_000_000, "fault"), (5_000_000_000, "warning"), (50_000_000_000, "ok")):
        monkeypatch.setattr(shutil, "disk_usage", partial(_always, SimpleNamespace(free=free)))
        assert {one.state for one in found(env, "folders").findings} == {state}


def test_a_damaged_filter_is_named(env: dict[str, str], tmp_path: Path) -> None:
    bundled = tmp_path / "bundled"
    shutil.copytree(BUNDLED_FOLDER, bundled)
    files = sorted(bundled.glob("*.onnx"))
    data = bytearray(files[0].read_bytes())
    data[len(data) // 2] ^= 1
    files[0].write_bytes(data)
    files[1].with_name(f"{files[1].name}.sha256").unlink()
    finding = only(found(env, "filters", bundled=bundled))
    assert finding.state == "fault"
    assert f"{files[0].stem} (The filter file {files[0]} has the SHA-256 " in finding.told
    assert f"{files[1].stem} (its checksum is missing)" in finding.told
    assert "Install Rotoscope anew" in finding.advice


def test_own_filters_that_are_damaged_are_a_warning(
    env: dict[str, str], settings: Settings, tmp_path: Path
) -> None:
    furnish(settings, tmp_path)
    assert found(env, "filters").findings[1].told == f"Own filters are in order: 1 in {settings.filters_dir}."
    (settings.filters_dir / "mine.onnx").write_bytes(b"damaged")
    finding = found(env, "filters").findings[1]
    assert (finding.check, finding.state) == ("own filters", "warning")
    assert finding.advice == "Restore them from a backup, or remove them."


def test_unknown_and_malformed_variables_are_told(env: dict[str, str], tmp_path: Path) -> None:
    assert only(found(env, "variables")).state == "ok"
    env |= {
        "ROTOSCOPE_CACHE_GIB": "4",
        "ROTOSCOPE_CACHE_GB": "plenty",
        "ROTOSCOPE_RATE": "cheap",
        "ROTOSCOPE_DATABASE_URL": "mysql://host/name",
        "ROTOSCOPE_STORE": "ftp://host",
        "ROTOSCOPE_SERVER": "localhost:8000",
        "ROTOSCOPE_FILE_ROOTS": str(tmp_path / "nowhere"),
    }
    told = {one.told: one for one in found(env, "variables").findings}
    unknown = told["ROTOSCOPE_CACHE_GIB is set, and Rotoscope knows no such variable."]
    assert (unknown.state, unknown.advice) == (
        "warning",
        "Correct or remove it. ROTOSCOPE_CACHE_GB may be meant.",
    )
    text = "\n".join(told)
    for part in (
        "ROTOSCOPE_CACHE_GB is 'plenty'; it is a number of GB",
        "ROTOSCOPE_RATE is 'cheap'; it is what an hour of a processor costs",
        "names a mysql database",
        "ftp://host",
        "localhost:8000",
        f"ROTOSCOPE_FILE_ROOTS opens {tmp_path / 'nowhere'}, which is no folder.",
    ):
        assert part in text
    assert [one.state for one in told.values()].count("fault") == 5


def test_the_state_of_the_database_is_told(env: dict[str, str], settings: Settings) -> None:
    file = settings.data_dir / "rotoscope.sqlite"
    database = Database(settings.database)
    database.migrate()
    database.close()
    assert "is whole, and of this version" in only(found(env, "database")).told
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
        opened.commit()
    newer = only(found(env, "database"))
    assert newer.state == "fault"
    assert "is of a newer version than this Rotoscope knows (migration 9999; " in newer.told
    assert newer.advice == "Install the newest Rotoscope; never let an older one write there."
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("DROP TABLE alembic_version")
        opened.commit()
    assert "has no tables yet" in only(found(env, "database")).told
    file.write_bytes(b"no database at all" * 1000)
    assert only(found(env, "database")).state == "fault"


def test_postgresql_is_reached_or_told(env: dict[str, str], postgres: PostgresServer) -> None:
    env["ROTOSCOPE_DATABASE_URL"] = postgres.new_database("doctor")
    assert "has no tables yet" in only(found(env, "database")).told
    database = Database(env["ROTOSCOPE_DATABASE_URL"])
    database.migrate()
    database.close()
    assert only(found(env, "database")).state == "ok"
    env["ROTOSCOPE_DATABASE_URL"] = "postgresql://user:secret@127.0.0.1:1/nothing"
    away = only(found(env, "database"))
    assert away.state == "fault"
    assert "secret" not in away.told + away.advice


def test_a_store_is_tried_and_left_as_it_was(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data" / "store").mkdir(parents=True)
    finding = only(found(env, "store"))
    assert finding.state == "ok"
    assert finding.told.endswith("takes files, and replaces none.")
    assert not [one for one in (tmp_path / "data" / "store").rglob("*") if one.is_file()]


def test_a_clock_that_cannot_be_right_is_a_fault(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 0.0)
    finding = only(found(env, "clock"))
    assert (finding.state, finding.told) == (
        "fault",
        "The clock shows 1970-01-01 00:00 UTC, which cannot be.",
    )


def test_packages_that_do_not_fit_are_named() -> None:
    wrong = list(
        software.wrong_packages(["numpy<1", "no-such-package>=2", "torch>=99; extra == 'train'", "av>=1"])
    )
    assert len(wrong) == 2
    assert wrong[0].startswith("numpy is ")
    assert wrong[1] == "no-such-package is not installed (>=2 is wanted)"


def test_a_library_that_crashes_its_process_is_a_fault(
    env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = {"av": "import os; os.abort()", "openvino": "raise ImportError('no GLIBC_9')"}
    for name, code in broken.items():
        (tmp_path / "broken" / name).mkdir(parents=True)
        (tmp_path / "broken" / name / "__init__.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path / "broken")
    findings = {one.check: one for one in found(env, "libraries").findings}
    assert findings["video"].told == ("The libraries of video do not work: the process was ended by SIGABRT.")
    assert "pip install --force-reinstall av" in findings["video"].advice
    assert findings["painting"].state == "fault"
    assert "GLIBC_9" in findings["painting"].told


def test_the_doctor_works_where_libraries_are_missing(env: dict[str, str], tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "for name in ('cv2', 'av', 'openvino', 'sqlalchemy', 'httpx', 'onnx'): sys.modules[name] = None\n"
        "sys.argv = ['rotoscope', 'doctor', '--json']\n"
        "from rotoscope.cli.main import main\n"
        "main()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **env, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert ran.returncode == 1, ran.stderr
    findings = {one["check"]: one for one in json.loads(ran.stdout)["examination"]["findings"]}
    assert findings["database"]["state"] == "fault"
    assert "sqlalchemy" in findings["database"]["told"]
    assert findings["data folder"]["state"] == "ok"


def test_a_server_is_asked_with_the_key(env: dict[str, str], tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        env["ROTOSCOPE_SERVER"] = server.url
        assert found(env, "server").findings[-1].told.endswith("there is no key to show to it.")
        env["ROTOSCOPE_API_KEY"] = "rsk_wrong"
        wrong = only(found(env, "server"))
        assert wrong.state == "fault"
        assert wrong.advice == "Set ROTOSCOPE_API_KEY to a key of that server."
        env["ROTOSCOPE_API_KEY"] = server.key
        assert only(found(env, "server")).state == "ok"
    env["ROTOSCOPE_SERVER"] = "http://127.0.0.1:1"
    away = only(found(env, "server"))
    assert "does not answer" in away.told
    assert away.advice == "Start it (rotoscope serve), or correct ROTOSCOPE_SERVER."


def test_a_check_that_fails_to_look_is_a_finding(env: dict[str, str]) -> None:
    def breaks(_: Installation) -> Iterator[Finding]:
        raise ZeroDivisionError("by nothing")

    finding = only(examine(env, checks={"broken": breaks}))
    assert (finding.check, finding.state) == ("broken", "fault")
    assert "ZeroDivisionError: by nothing" in finding.told


def test_faults_are_printed_with_advice_and_end_with_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROTOSCOPE_RATE", "cheap")
    monkeypatch.setenv("ROTOSCOPE_COLOUR", "red")
    ran = run("doctor")
    assert ran.exit_code == 1
    assert "fault    variables     ROTOSCOPE_RATE is 'cheap'" in ran.out
    assert f"\n{'':<22} Correct ROTOSCOPE_RATE, or remove it.\n" in ran.out
    assert ran.out.splitlines()[-1].startswith("1 fault, 1 warning")
