"""A server whose disk is lost goes on from the backup that was made while it worked."""

from __future__ import annotations

import shutil
from pathlib import Path

from rotoscope import open_clip
from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import filter_file_bytes
from rotoscope.safekeeping.backup import back_up
from rotoscope.safekeeping.restoring import restore

from graph_samples import tint_model
from installation import settings_at
from running_server import running_server
from samples import make_clip


def test_keys_looks_filters_files_and_the_job_at_work_are_there_again(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pictures=None, frames=600, audio=False)
    mine = tmp_path / "mine.onnx"
    mine.write_bytes(filter_file_bytes(tint_model(), Card(name="mine", padding=Padding(multiple=1))))
    settings = settings_at(tmp_path / "server")
    with running_server(tmp_path / "server") as server:
        with server.client() as client:
            client.filters.add(mine)
            look = client.looks.create("dusk", {"look": 1, "layers": [{"filter": "mine"}]})
            client.files.upload(clip, "data://in/clip.mp4")
            job = client.jobs.create(
                "renders", source="data://in/clip.mp4", output="data://out/painted.mp4", filter="mine"
            )
            back_up(str(tmp_path / "kept"), settings, with_files=True)
        server.kill()
        for folder in (settings.data_dir, settings.cache_dir):
            shutil.rmtree(folder)
        restore(str(tmp_path / "kept"), settings)
        server.start()
        with server.client() as client:  # with the key that it had
            assert client.looks.get(look.id).document == look.document
            assert client.filters.get("mine").name == "mine"
            client.files.download("data://in/clip.mp4", tmp_path / "again.mp4")
            assert (tmp_path / "again.mp4").read_bytes() == clip.read_bytes()
            done = client.jobs.wait(job.id)
            assert done.state == "succeeded"
            client.files.download("data://out/painted.mp4", tmp_path / "painted.mp4")
            assert sum(1 for _ in open_clip(tmp_path / "painted.mp4").frames()) == 600
