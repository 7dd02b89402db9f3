"""A gallery as files: whole in itself, in order, and touched only where something changed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from dulwich.refs import Ref
from dulwich.repo import Repo
from PIL import Image

from rotoscope.errors import (
    BrokenLinks,
    EncodeError,
    InvalidCollection,
    InvalidOptions,
    PublishError,
    SiteConflict,
)
from rotoscope.media.probe import inspect_media
from rotoscope.publish.collection import Collection
from rotoscope.publish.links import FolderFiles, check_links
from rotoscope.publish.owned import SITE_RECORD
from rotoscope.publish.reading import read_collection
from rotoscope.publish.site.options import SiteOptions
from rotoscope.publish.targets.branch import BranchTarget
from rotoscope.publish.targets.bucket import StoreTarget
from rotoscope.publish.targets.folder import FolderTarget
from rotoscope.publish.writing import write_collection
from rotoscope.storage.memory import MemoryStore

import samples
from gallery_samples import URL, make_walks, published

BRANCH = Ref(b"refs/heads/gh-pages")
OTHERS = Path("media") / "of-others.txt"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published site with pictures, a video, filters and an update; not to be changed."""
    root = tmp_path_factory.mktemp("gallery")
    published([make_walks(root)], root / "site")
    return root / "site"


@pytest.fixture
def walks(tmp_path: Path) -> Path:
    return make_walks(tmp_path, with_video=False)


def state(site: Path) -> dict[str, tuple[str, int]]:
    """Path to digest and time of change."""
    return {
        path.relative_to(site).as_posix(): (
            sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in site.rglob("*")
        if path.is_file()
    }


def page(site: Path, path: str) -> str:
    return (site / path).read_text(encoding="utf-8")


def test_every_link_of_a_gallery_leads_somewhere(gallery: Path) -> None:
    report = check_links(FolderFiles(gallery), url=URL)
    assert report.broken == ()
    assert report.links > 300
    assert report.outside == 1  # the one in the story


def test_pages_fetch_nothing_from_elsewhere(gallery: Path) -> None:
    for path in gallery.rglob("*.html"):
        text = unescape(path.read_text(encoding="utf-8"))
        assert "default-src 'none'; img-src 'self'" in text
        assert "unsafe" not in text
        assert re.findall(r'(?:src|srcset|poster)="(?:[a-z]+:)?//', text) == []


def test_pictures_come_in_widths_and_formats_with_their_size(gallery: Path) -> None:
    text = page(gallery, "collections/walks/dusk.html")
    found = re.search(r'type="image/webp" srcset="([^"]+)"', text)
    assert found is not None
    assert [one.split()[1] for one in found[1].split(", ")] == ["480w", "720w"]
    for name in re.findall(r"media/walks-dusk-[0-9a-f]{12}-[0-9]+\.(?:webp|jpg)", text):
        with Image.open(gallery / name) as image:
            assert f"-{image.width}." in name
            assert image.width / image.height == pytest.approx(1.5)
            assert image.getexif() == {}
    assert 'width="720" height="480"' in text
    assert re.search(r"\.p-[0-9a-f]{12}\{--ratio:1\.5000;background-image:linear-gradient\(#", text)


def test_a_video_is_played_by_browsers_with_its_sound_poster_and_captions(gallery: Path) -> None:
    text = page(gallery, "collections/walks/flight.html")
    video = re.search(r'<source src="\.\./\.\./(media/[^"]+\.mp4)" type="video/mp4">', text)
    assert video is not None
    info = inspect_media(gallery / video[1])
    assert (info.video.codec, info.video.frame_count_from_content) == ("h264", 8)
    assert [one.codec for one in info.audio] == ["aac"]
    assert re.search(r'poster="\.\./\.\./media/walks-flight-poster-[^"]+\.jpg"', text)
    track = re.search(r'<track kind="captions" src="\.\./\.\./(media/[^"]+\.vtt)"', text)
    assert track is not None
    assert "Waves." in page(gallery, track[1])
    assert "0:02, with sound" in text


def test_titles_of_any_kind_are_text(gallery: Path) -> None:
    assert "<h1>Dusk &amp; &lt;dawn&gt;</h1>" in page(gallery, "collections/walks/dusk.html")


def test_a_work_tells_where_it_comes_from(gallery: Path) -> None:
    text = page(gallery, "collections/walks/dusk.html")
    assert '<a href="../../filters/great-wave.html">Great Wave</a>' in text
    assert "Cassis" in text
    assert '<time datetime="2026-05-01">1 May 2026</time>' in text
    assert "<em>twice</em>" in text
    assert "<before-after" in text
    assert 'alt="Stripes over a gray ground"' in text
    assert "filter: silicon-die" in page(gallery, "collections/walks/night.html")


def test_filter_pages_show_the_image_behind(gallery: Path) -> None:
    wave = page(gallery, "filters/great-wave.html")
    assert "Katsushika Hokusai" in wave
    assert "public domain" in wave
    assert "Three boats, and a mountain that looks small." in wave
    assert "collections/walks/dusk.html" in wave
    assert "media/filter-silicon-die-image-" in page(gallery, "filters/silicon-die.html")  # drawn anew
    assert "Painted with it" in page(gallery, "filters/gone-for-good.html")
    assert "night.html" in page(gallery, "filters/posterize.html")


def test_feed_sitemap_and_previews_have_whole_addresses(gallery: Path) -> None:
    items = ET.parse(gallery / "feed.xml").getroot().findall("channel/item")
    assert [one.findtext("title") for one in items] == ["The first print", "Two walks"]
    assert items[0].findtext("link") == f"{URL}updates/walks-first-print.html"
    assert items[0].findtext("description") == "It hangs in the library."
    places = [
        one.text for one in ET.parse(gallery / "sitemap.xml").getroot().iter() if one.tag.endswith("loc")
    ]
    assert URL in places
    assert f"{URL}collections/walks/dusk.html" in places
    text = page(gallery, "collections/walks/dusk.html")
    assert re.search(rf'<meta property="og:image" content="{URL}media/walks-dusk-[^"]+-720\.jpg">', text)
    assert f'<link rel="canonical" href="{URL}collections/walks/dusk.html">' in text
    assert f"Sitemap: {URL}sitemap.xml" in page(gallery, "robots.txt")


def test_without_an_address_there_is_no_feed_and_a_note(walks: Path, tmp_path: Path) -> None:
    report = published([walks], tmp_path / "site", options=SiteOptions())
    assert any("--url" in note for note in report.notes)
    assert not (tmp_path / "site" / "feed.xml").exists()
    assert "og:image" not in page(tmp_path / "site", "index.html")


def test_publishing_again_changes_nothing(walks: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    published([walks], site)
    before = state(site)
    report = published([walks], site)
    assert report.changes.is_nothing
    assert state(site) == before


def test_only_what_changed_is_written(walks: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    published([walks], site)
    before = state(site)
    file = walks / "works" / "night.yaml"
    file.write_text(file.read_text().replace("title: Night", "title: Late"))
    report = published([walks], site)
    changed = {path for path, one in state(site).items() if before.get(path) != one}
    assert "collections/walks/night.html" in changed
    assert not any(path.startswith(("media/", "assets/")) for path in changed)
    assert report.changes.added == report.changes.removed == ()


def test_what_is_gone_is_removed_and_what_is_not_ours_stays(walks: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    published([walks], site)
    (site / OTHERS).write_text("not ours")
    collection = read_collection(walks)
    (walks / "updates" / "first-print.md").unlink()
    write_collection(walks, collection.model_copy(update={"works": collection.works[:1]}))
    report = published([walks], site)
    assert "collections/walks/night.html" in report.changes.removed
    assert not (site / "collections/walks/night.html").exists()
    assert not (site / "updates").exists()
    assert (site / OTHERS).read_text() == "not ours"
    assert not list(site.glob("media/walks-night-*"))


def test_files_of_others_are_not_replaced(walks: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("mine")
    with pytest.raises(SiteConflict, match=r"has a file that this site would replace.*: index\.html"):
        published([walks], site)
    assert [path.name for path in site.iterdir()] == ["index.html"]
    published([walks], site, overwrite=True)
    assert "Two walks" in page(site, "index.html")


def test_a_page_that_was_changed_by_hand_is_not_replaced(walks: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    published([walks], site)
    changed = site / "collections/walks/night.html"
    changed.write_text("by hand")
    with pytest.raises(SiteConflict, match=r"or changed since: collections/walks/night\.html"):
        published([walks], site)
    collection = read_collection(walks)
    (walks / "updates" / "first-print.md").unlink()
    write_collection(walks, collection.model_copy(update={"works": collection.works[:1]}))
    report = published([walks], site)
    assert changed.read_text() == "by hand"
    assert any("changed by hand since it was published, and left" in note for note in report.notes)


def test_a_link_that_leads_out_of_the_site_is_not_followed(walks: Path, tmp_path: Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    site.mkdir()
    elsewhere.mkdir()
    (site / "media").symlink_to(elsewhere)
    with pytest.raises(SiteConflict, match="leads out of"):
        published([walks], site)
    assert list(elsewhere.iterdir()) == []


def test_a_run_that_was_cut_off_is_ended_by_the_next(
    walks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    published([walks], site)
    collection = read_collection(walks)
    write_collection(walks, collection.model_copy(update={"title": "Three walks"}))
    moved: list[Path] = []
    replace = Path.replace

    def fail_at_third(self: Path, target: Path) -> Path:
        if ".rotoscope-" in str(self):
            moved.append(target)
            if len(moved) == 3:
                raise OSError(28, "No space left on device")
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail_at_third)
        with pytest.raises(EncodeError, match="cannot be written"):
            published([walks], site)
    write_collection(walks, collection.model_copy(update={"title": "Four walks"}))
    published([walks], site)
    assert "Four walks" in page(site, "index.html")
    assert check_links(FolderFiles(site), url=URL).broken == ()
    assert not list(site.glob(".rotoscope-*.part"))


def test_a_new_site_appears_whole_or_not_at_all(
    walks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rotoscope.publish.targets.folder.flush_to_disk", fail)
    with pytest.raises(EncodeError, match="cannot be written"):
        published([walks], tmp_path / "new" / "site")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_damaged_record_is_said(walks: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    published([walks], site)
    (site / SITE_RECORD).write_text("{")
    with pytest.raises(PublishError, match=r"record of what was published .* is damaged"):
        published([walks], site)


def test_broken_links_of_a_story_stop_before_anything_is_written(walks: Path, tmp_path: Path) -> None:
    (walks / "story.md").write_text("[the map](map.html) and [a place](index.html#nowhere)\n")
    with pytest.raises(BrokenLinks, match="has 2 broken links") as caught:
        published([walks], tmp_path / "site")
    assert any("'map.html': there is no file collections/walks/map.html" in one for one in caught.value.links)
    assert any("has no place 'nowhere'" in one for one in caught.value.links)
    assert not (tmp_path / "site").exists()
    published([walks], tmp_path / "site", check=False)


def test_a_story_shows_works_by_name_and_nothing_else(walks: Path, tmp_path: Path) -> None:
    (walks / "story.md").write_text("![x](https://example.com/x.jpg)\n")
    with pytest.raises(InvalidCollection, match=r"no work of that name .* Works: dusk, night\."):
        published([walks], tmp_path / "site")
    (walks / "story.md").write_text("![x](dusc)\n")
    with pytest.raises(InvalidCollection, match=r"Did you mean dusk\?"):
        published([walks], tmp_path / "site")


def test_html_in_a_story_is_text(walks: Path, tmp_path: Path) -> None:
    (walks / "story.md").write_text("<script>alert(1)</script> [x](javascript:alert(1))\n")
    published([walks], tmp_path / "site")
    text = page(tmp_path / "site", "collections/walks/index.html")
    assert "&lt;script&gt;alert(1)" in text
    assert 'href="javascript' not in text


def test_what_is_not_published_is_not_shown(walks: Path, tmp_path: Path) -> None:
    collection = read_collection(walks)
    write_collection(walks, collection.model_copy(update={"published": False}))
    report = published([walks], tmp_path / "site")
    assert report.works == 0
    assert any("not published, as they say themselves: walks" in note for note in report.notes)
    assert "Nothing is shown here yet." in page(tmp_path / "site", "index.html")


def test_two_of_one_name_are_refused(walks: Path, tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="Two collections are named walks"):
        published([walks, walks], tmp_path / "site")


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidOptions, match=r"'example\.org'"):
        SiteOptions(url="example.org")


def test_updates_say_what_is_wrong_with_them(walks: Path, tmp_path: Path) -> None:
    (walks / "updates" / "bad.md").write_text("---\ntitel: x\ndate: soon\n---\ntext\n")
    (walks / "updates" / "bare.md").write_text("text\n")
    with pytest.raises(InvalidCollection) as caught:
        published([walks], tmp_path / "site")
    told = [str(fault) for fault in caught.value.faults]
    assert any(one.startswith("updates/bad.md, line 2, titel: there is no such key") for one in told)
    assert "updates/bad.md, line 3, date: 'soon' is no day; write it as 2026-11-27" in told
    assert any(one.startswith("updates/bare.md, line 1: it begins with a line ---") for one in told)


def test_a_photograph_keeps_its_colors_and_loses_its_tags(tmp_path: Path) -> None:
    folder = make_walks(tmp_path, with_video=False)
    image = Image.fromarray(samples.picture(0, (720, 480)))
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    image.save(folder / "media" / "dusk.jpg", exif=exif, icc_profile=samples.wide_profile(), quality=95)
    file = folder / "works" / "dusk.yaml"
    file.write_text(file.read_text().replace("file: media/dusk.png", "file: media/dusk.jpg"))
    published([folder], tmp_path / "site")
    for path in (tmp_path / "site" / "media").glob("walks-dusk-*-720.jpg"):
        assert b"taken at home" not in path.read_bytes()
        with Image.open(path) as shown:
            assert "icc_profile" not in shown.info


def test_a_branch_gets_a_commit_where_something_changed(walks: Path, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    with Repo.init(repository, mkdir=True, default_branch=b"main") as repo:
        first = published([walks], BranchTarget(repository, "gh-pages"))
        head = repo.refs[BRANCH]
        assert first.changes.commit == head.decode()
        again = published([walks], BranchTarget(repository, "gh-pages"))
        assert again.changes.commit is None
        assert repo.refs[BRANCH] == head
        collection = read_collection(walks)
        write_collection(walks, collection.model_copy(update={"title": "Three walks"}))
        published([walks], BranchTarget(repository, "gh-pages"))
        commit = repo[repo.refs[BRANCH]]
        assert commit.parents == [head]  # type: ignore[attr-defined]
        assert commit.message.startswith(b"Publish: ")  # type: ignore[attr-defined]
    assert [path.name for path in repository.iterdir()] == [".git"]


def test_the_branch_at_hand_is_left_alone(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    Repo.init(repository, mkdir=True, default_branch=b"main").close()
    with pytest.raises(PublishError, match="is the one at hand"):
        BranchTarget(repository, "main")
    with pytest.raises(PublishError, match="is no Git repository"):
        BranchTarget(tmp_path, "gh-pages")


def test_a_store_is_sent_only_what_changed(walks: Path) -> None:
    store = MemoryStore()
    sent: list[str] = []
    put = store.put
    store.put = lambda path, source, overwrite=False: (
        sent.append(path) or put(path, source, overwrite=overwrite)
    )  # type: ignore[method-assign]
    store.put("gallery/of-others.txt", b"not ours")

    def target() -> StoreTarget:
        return StoreTarget(store, "gallery/", shown_as="mem://gallery/")

    published([walks], target())
    assert sent.index("gallery/index.html") > max(i for i, path in enumerate(sent) if "/media/" in path)
    sent.clear()
    published([walks], target())
    assert sent == []
    collection = read_collection(walks)
    write_collection(walks, collection.model_copy(update={"works": collection.works[:1]}))
    (walks / "updates" / "first-print.md").unlink()
    published([walks], target())
    assert not any("/media/" in path for path in sent)
    names = [file.path for file in store.list("gallery/")]
    assert "gallery/of-others.txt" in names
    assert "gallery/collections/walks/night.html" not in names


def test_an_empty_collection_is_published(tmp_path: Path) -> None:
    write_collection(tmp_path / "empty", Collection(name="empty", title="Empty"))
    published([tmp_path / "empty"], FolderTarget(tmp_path / "site"))
    assert check_links(FolderFiles(tmp_path / "site"), url=URL).broken == ()
