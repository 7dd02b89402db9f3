"""What was sent for jobs goes when nobody needs it any more."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest

from rotoscope.database.columns import now
from rotoscope.database.tables import JobRecord, Medium
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.jobs.housekeeping import UPLOADS_KEPT, tidy_uploads
from rotoscope.jobs.service import Service, open_service

from service_samples import settings_in


@pytest.fixture
def service(tmp_path: Path) -> Generator[Service]:
    with open_service(settings_in(tmp_path), queues=()) as opened:
        yield opened


def there(service: Service) -> set[str]:
    return {str(uri) for uri, _ in service.storage_of(LOCAL_CLIENT).list("data://")}


def test_an_upload_goes_days_after_nobody_needs_it(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    files = service.storage_of(LOCAL_CLIENT)
    names = ("aa11/forgotten.mp4", "bb22/waits.mp4", "cc33/registered.mp4", "dd44/ended.mp4", "ee55/a b.png")
    for name in names:
        files.put(f"data://uploads/{name.replace(' ', '%20')}", b"a clip")
    files.put("data://in/own.mp4", b"a clip")
    for name in ("bb22/waits.mp4", "dd44/ended.mp4"):
        service.book.create(LOCAL_CLIENT, "inspect", {"source": f"data://uploads/{name}"})
    with service.database.writing() as session:
        ended = session.query(JobRecord).filter(JobRecord.params["source"].as_string().contains("dd44")).one()
        ended.state, ended.ended = "succeeded", now()
        uri = "data://uploads/cc33/registered.mp4"
        session.add(Medium(id="med_1", client_id=LOCAL_CLIENT, uri=uri, sha256="0", size_bytes=6, info={}))
    before = there(service)
    tidy_uploads(service.database, service.store)
    assert there(service) == before
    later = now() + UPLOADS_KEPT + timedelta(hours=1)
    monkeypatch.setattr("rotoscope.jobs.housekeeping.now", lambda: later)
    tidy_uploads(service.database, service.store)
    assert there(service) == {
        "data://in/own.mp4",
        "data://uploads/bb22/waits.mp4",
        "data://uploads/cc33/registered.mp4",
    }
