"""Jobs on one machine: SQLite, a folder, one process."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from sqlalchemy import select

from rotoscope.database.columns import now
from rotoscope.database.tables import DeliveryRecord, JobRecord, LedgerRow, SegmentRecord, WebhookRecord
from rotoscope.errors import IllegalTransition, InvalidOptions, JobNotFound, ServiceError, StoredFileNotFound
from rotoscope.jobs.book import JobBook
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.jobs.housekeeping import SHOWN_KEPT, tidy
from rotoscope.jobs.service import Service, open_service
from rotoscope.jobs.tasks import QUEUES
from rotoscope.jobs.workshop import partial_path, preview_path
from rotoscope.media.probe import inspect_media
from rotoscope.settings import Rate

from samples import make_clip, make_stills
from service_samples import finished, long_clip, put_clip, settings_in, until


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    folder = tmp_path_factory.mktemp("service")
    settings = settings_in(folder, rate=Rate(3_600_000_000))  # a second costs a unit
    with open_service(settings, queues=QUEUES) as opened:
        yield opened


@pytest.fixture
def clip(service: Service, tmp_path: Path) -> str:
    """A stored clip of 20 frames."""
    uri = f"data://in/{tmp_path.name}.mp4"
    return put_clip(service, make_clip(tmp_path / "clip.mp4"), uri)


def result_of(service: Service, uri: str, folder: Path) -> Path:
    place = folder / "result" / uri.rpartition("/")[2]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"".join(service.storage_of(LOCAL_CLIENT).read(uri)))
    return place


def test_a_video_is_painted_in_segments_and_delivered(service: Service, clip: str, tmp_path: Path) -> None:
    output = f"data://out/{tmp_path.name}.mp4"
    job = service.book.create(
        LOCAL_CLIENT, "renders", {"source": clip, "output": output, "filter": "posterize"}
    )
    assert (job.state, job.attempt, job.progress.frames_done) == ("queued", 1, 0)
    done = finished(service, job.id)
    assert done.state == "succeeded", done.fault
    assert done.result is not None
    assert (done.result["frames"], done.result["frame_size"]) == (20, [64, 48])
    assert (done.progress.frames_done, done.progress.segments_done) == (20, 1)
    result = inspect_media(result_of(service, output, tmp_path))
    assert result.video.frame_count_from_content == 20
    assert [segment.state for segment in service.book.segments(LOCAL_CLIENT, job.id)] == ["succeeded"]
    types = [one.type for one in service.book.events_after(LOCAL_CLIENT, 0, subject=job.id)]
    assert types[:2] == ["job.queued", "job.running"]
    assert types[-2:] == ["job.segment_finished", "job.succeeded"]


def test_steps_by_themselves_compose(service: Service, clip: str, tmp_path: Path) -> None:
    base = f"data://steps/{tmp_path.name}"
    asked = [
        ("separate", {"source": clip, "output": f"{base}/frames/"}),
        ("stylize", {"source": f"{base}/frames/", "output": f"{base}/painted/", "filter": "posterize"}),
        ("assemble", {"source": f"{base}/painted/", "output": f"{base}/again.mp4", "original": clip}),
    ]
    for operation, params in asked:
        done = finished(service, service.book.create(LOCAL_CLIENT, operation, params).id)
        assert done.state == "succeeded", (operation, done.fault)
    again = inspect_media(result_of(service, f"{base}/again.mp4", tmp_path))
    assert again.video.frame_count_from_content == 20
    assert len(again.audio) == 1


def test_inspect_and_check_answer_in_the_result(service: Service, clip: str, tmp_path: Path) -> None:
    done = finished(service, service.book.create(LOCAL_CLIENT, "inspect", {"source": clip}).id)
    assert done.result is not None
    assert done.result["media"]["path"] == clip
    assert done.result["media"]["video"]["frame_count_from_content"] == 20
    checked = finished(
        service, service.book.create(LOCAL_CLIENT, "check", {"source": clip, "result": clip}).id
    )
    assert checked.result is not None
    assert checked.result["lost"] == []


def test_a_job_whose_output_is_there_fails_before_any_work(service: Service, clip: str) -> None:
    job = service.book.create(
        LOCAL_CLIENT, "renders", {"source": clip, "output": clip, "filter": "posterize"}
    )
    done = finished(service, job.id)
    assert done.fault is not None
    assert (done.state, done.fault.code, done.fault.retryable) == ("failed", "stored-file-exists", False)
    assert "holds something already" in done.fault.message
    assert service.book.segments(LOCAL_CLIENT, job.id) == []


def test_a_missing_source_says_so_and_a_retry_goes_on(service: Service, tmp_path: Path) -> None:
    source, output = f"data://late/{tmp_path.name}.png", f"data://late/{tmp_path.name}-out.png"
    job = service.book.create(
        LOCAL_CLIENT, "stylize", {"source": source, "output": output, "filter": "posterize"}
    )
    failed = finished(service, job.id)
    assert failed.fault is not None
    assert failed.fault.code == "stored-file-not-found"
    put_clip(service, next(make_stills(tmp_path / "stills", frames=1).glob("*.png")), source)
    again = service.book.retry(LOCAL_CLIENT, job.id)
    assert (again.state, again.attempt, again.fault) == ("queued", 2, None)
    assert finished(service, job.id).state == "succeeded"


def test_an_error_names_what_was_given_and_no_folder_of_the_machine(service: Service, tmp_path: Path) -> None:
    (tmp_path / "none.mp4").write_bytes(b"no clip at all, but text\n" * 9)
    source = put_clip(service, tmp_path / "none.mp4", f"data://in/{tmp_path.name}-none.mp4")
    params = {"source": source, "output": f"data://out/{tmp_path.name}.mp4", "filter": "posterize"}
    failed = finished(service, service.book.create(LOCAL_CLIENT, "renders", params).id)
    assert failed.fault is not None
    assert (
        failed.fault.message
        == f"{source} is a text file, not a video or picture. Give the media file itself."
    )


def test_cancel_is_at_once_and_retry_paints_only_what_is_left(service: Service, tmp_path: Path) -> None:
    source = put_clip(service, long_clip(tmp_path / "long.mp4"), f"data://in/{tmp_path.name}-long.mp4")
    output = f"data://out/{tmp_path.name}-long.mp4"
    params = {"source": source, "output": output, "filter": "great-wave"}
    job = service.book.create(LOCAL_CLIENT, "renders", params)
    until(lambda: service.book.get(LOCAL_CLIENT, job.id).progress.segments_done)
    cancelled = service.book.cancel(LOCAL_CLIENT, job.id)
    assert cancelled.state == "cancelled"
    assert service.book.cancel(LOCAL_CLIENT, job.id).state == "cancelled"
    before = rows_of(service, job.id)
    service.book.retry(LOCAL_CLIENT, job.id)
    done = finished(service, job.id)
    assert done.state == "succeeded", done.fault
    after = rows_of(service, job.id)
    assert {row.part: row.id for row in before}.items() <= {row.part: row.id for row in after}.items()
    assert sorted(row.frames for row in after if row.step == "segment") == [240, 240, 240]
    assert done.cost_micros == sum(row.cost_micros for row in after) > 0


def test_the_beginning_is_shown_while_the_rest_is_painted(service: Service, tmp_path: Path) -> None:
    source = put_clip(service, long_clip(tmp_path / "long.mp4"), f"data://in/{tmp_path.name}-long.mp4")
    params = {"source": source, "output": f"data://out/{tmp_path.name}.mp4", "filter": "pencil"}
    job = service.book.create(LOCAL_CLIENT, "renders", params)

    def shown() -> bytes | None:
        try:
            return b"".join(service.store.read(partial_path(job.id)))
        except StoredFileNotFound:
            return None

    (tmp_path / "partial.mp4").write_bytes(until(shown))
    partial = inspect_media(tmp_path / "partial.mp4")
    assert partial.video.frame_count_from_content in (240, 480)
    assert finished(service, job.id).state == "succeeded"
    assert b"".join(service.store.read(preview_path(job.id))).startswith(b"\x89PNG")


def test_what_is_shown_of_a_job_goes_a_day_after_its_end(service: Service, clip: str) -> None:
    job = finished(service, service.book.create(LOCAL_CLIENT, "inspect", {"source": clip}).id)
    service.store.put(preview_path(job.id), b"a picture")
    service.store.put("previews/job_unknown.png", b"a picture")
    tidy(service.settings, service.database, service.store, service.pieces)
    assert [file.path for file in service.store.list("previews/job_u")] == []
    assert service.store.stat(preview_path(job.id)).size_bytes == 9
    with service.database.writing() as session:
        row = session.get(JobRecord, job.id)
        assert row is not None
        row.ended = now() - 2 * SHOWN_KEPT
    tidy(service.settings, service.database, service.store, service.pieces)
    assert list(service.store.list(preview_path(job.id))) == []


def test_a_job_that_another_version_planned_is_planned_anew_by_a_retry(
    service: Service, clip: str, tmp_path: Path
) -> None:
    """As after an upgrade in the middle of a job."""
    params = {"source": clip, "output": f"data://out/{tmp_path.name}.mp4", "filter": "halftone"}
    paused = JobBook(service.database)  # tells nobody, so that the job waits
    job = paused.create(LOCAL_CLIENT, "renders", params)
    with service.database.writing() as session:
        row = session.get(JobRecord, job.id)
        assert row is not None
        row.plan = {"segments": 1, "painter_threads": 1}
        session.add(SegmentRecord(job_id=job.id, number=0, first=0, stop=20, key="0" * 64))
    service.engine.put(service.performer.next_tasks(job.id))
    failed = finished(service, job.id)
    assert failed.fault is not None
    assert failed.fault.code == "machine-differs"
    service.book.retry(LOCAL_CLIENT, job.id)
    assert finished(service, job.id).state == "succeeded"


def test_a_segment_that_stands_still_is_told_once(service: Service, tmp_path: Path) -> None:
    source = put_clip(service, long_clip(tmp_path / "long.mp4"), f"data://in/{tmp_path.name}-long.mp4")
    params = {"source": source, "output": f"data://out/{tmp_path.name}.mp4", "filter": "comic"}
    job = service.book.create(LOCAL_CLIENT, "renders", params)
    until(lambda: service.book.get(LOCAL_CLIENT, job.id).progress.frames_expected)
    told = until(lambda: service.performer.standing_still(0))
    assert {(task.subject, task.step) for task in told} == {(job.id, "segment")}
    assert service.performer.standing_still(300) == []
    service.book.cancel(LOCAL_CLIENT, job.id)


def rows_of(service: Service, job_id: str) -> list[LedgerRow]:
    with service.database.reading() as session:
        return list(session.scalars(select(LedgerRow).where(LedgerRow.job_id == job_id)))


def test_the_ledger_says_what_was_painted_and_what_that_took(
    service: Service, clip: str, tmp_path: Path
) -> None:
    params = {"source": clip, "output": f"data://out/{tmp_path.name}.mp4", "filter": "posterize:levels=7"}
    job = finished(service, service.book.create(LOCAL_CLIENT, "renders", params).id)
    rows = rows_of(service, job.id)
    assert {row.step for row in rows} == {"plan", "segment", "join"}
    assert sum(row.frames for row in rows) == 20
    lasts = sum(row.video_seconds or 0 for row in rows)
    assert job.result is not None
    assert lasts == pytest.approx(job.result["video_seconds"])
    assert lasts > 0.5
    assert min(row.cpu_seconds for row in rows) > 0
    assert job.cost_micros == sum(row.cost_micros for row in rows)
    took = 1_000_000 * sum(row.cpu_seconds for row in rows)
    assert job.cost_micros == pytest.approx(took, abs=2)  # each row is rounded


def test_steps_that_paint_nothing_have_no_pictures(service: Service, clip: str, tmp_path: Path) -> None:
    params = {"source": clip, "output": f"data://frames/{tmp_path.name}/"}
    job = finished(service, service.book.create(LOCAL_CLIENT, "separate", params).id)
    assert job.state == "succeeded"
    assert [(row.frames, row.video_seconds) for row in rows_of(service, job.id)] == [(0, None)]


def test_a_budget_stops_cleanly_and_a_larger_one_goes_on(service: Service, tmp_path: Path) -> None:
    source = put_clip(service, long_clip(tmp_path / "long.mp4"), f"data://in/{tmp_path.name}-long.mp4")
    params = {"source": source, "output": f"data://out/{tmp_path.name}.mp4", "filter": "lineart"}
    job = service.book.create(LOCAL_CLIENT, "renders", params, budget_micros=1)
    stopped = finished(service, job.id)
    assert stopped.fault is not None
    assert (stopped.state, stopped.fault.code, stopped.fault.retryable) == (
        "failed",
        "budget-exhausted",
        True,
    )
    assert "larger budget" in stopped.fault.message
    service.book.retry(LOCAL_CLIENT, job.id, budget_micros=10**12)
    assert finished(service, job.id).state == "succeeded"


def test_what_is_found_is_not_charged_again(service: Service, clip: str, tmp_path: Path) -> None:
    costs: list[int] = []
    for number in range(2):
        params = {"source": clip, "output": f"data://out/{tmp_path.name}-{number}.mp4", "filter": "pencil"}
        job = finished(service, service.book.create(LOCAL_CLIENT, "renders", params).id)
        segments = [row for row in rows_of(service, job.id) if row.step == "segment"]
        costs.append(sum(row.cost_micros for row in segments))
    assert costs[0] > 0
    assert costs[1] == 0


def test_events_become_deliveries_to_webhooks_that_want_them(service: Service, clip: str) -> None:
    with service.database.writing() as session:
        for name, types in (("wh_all", []), ("wh_failures", ["job.failed"])):
            session.add(
                WebhookRecord(
                    id=name,
                    client_id=LOCAL_CLIENT,
                    url="https://nowhere.invalid/",
                    secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                    events=types,
                    enabled=True,
                )
            )
    done = finished(service, service.book.create(LOCAL_CLIENT, "inspect", {"source": clip}).id)
    assert done.state == "succeeded"

    def tried() -> list[DeliveryRecord] | None:
        with service.database.reading() as session:
            found = list(session.scalars(select(DeliveryRecord)))
        return found if len(found) == 3 and all(one.attempts for one in found) else None

    deliveries = until(tried)
    assert {one.webhook_id for one in deliveries} == {"wh_all"}
    assert {one.state for one in deliveries} == {"queued"}
    assert "nowhere.invalid" in deliveries[0].attempts[0]["answer"]
    with service.database.writing() as session:
        for hook in session.scalars(select(WebhookRecord)):
            hook.enabled = False


def test_jobs_of_others_are_not_there(service: Service, clip: str) -> None:
    job = service.book.create(LOCAL_CLIENT, "inspect", {"source": clip})
    with pytest.raises(JobNotFound, match=f"There is no job '{job.id}'"):
        service.book.get("cli_other", job.id)
    assert service.book.list("cli_other") == []
    finished(service, job.id)
    with pytest.raises(IllegalTransition, match="has succeeded already"):
        service.book.cancel(LOCAL_CLIENT, job.id)
    with pytest.raises(IllegalTransition, match="one can be tried again that failed or was cancelled"):
        service.book.retry(LOCAL_CLIENT, job.id)
    with pytest.raises(IllegalTransition, match="Cancel it instead"):
        service.book.stop(LOCAL_CLIENT, job.id)


def test_priorities_and_budgets_have_bounds(service: Service) -> None:
    with pytest.raises(InvalidOptions, match="it is a number from 1 to 999"):
        service.book.create(LOCAL_CLIENT, "inspect", {}, priority=0)
    with pytest.raises(InvalidOptions, match="at least 1, or left out"):
        service.book.create(LOCAL_CLIENT, "inspect", {}, budget_micros=0)


def test_one_process_works_in_a_folder(service: Service) -> None:
    with (
        pytest.raises(ServiceError, match="Another server or worker uses"),
        open_service(service.settings, queues=()),
    ):
        pass
