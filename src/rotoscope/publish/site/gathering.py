"""Works with what is made of their files for the web."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from rotoscope.media.still_codecs import StillTags
from rotoscope.publish.collection import Collection
from rotoscope.publish.media import MediaFinder
from rotoscope.publish.owned import PublishedFile
from rotoscope.publish.site.filter_views import filter_link
from rotoscope.publish.site.made import Makings, key_of
from rotoscope.publish.site.pictures import MEDIA_FOLDER, WebPicture, web_picture
from rotoscope.publish.site.videos import WebVideo, web_poster, web_video
from rotoscope.publish.site.views import CollectionView, WorkView
from rotoscope.publish.updates import Update
from rotoscope.publish.work import Work

TagsOf: TypeAlias = Callable[[Work], StillTags]
"""What travels with the largest JPEG of a work."""
OnWork: TypeAlias = Callable[[int, int], None]
"""Told after every work: how many are done, of how many. It may raise, to stop."""


@dataclass(frozen=True, slots=True)
class ToPublish:
    """A collection with its files and its updates."""

    collection: Collection
    media: MediaFinder
    updates: tuple[Update, ...] = ()


def no_tags(_: Work) -> StillTags:
    """Nothing travels along."""
    return StillTags()


class Gatherer:
    """Makes the views of works; pictures and videos that are there already are kept."""

    def __init__(self, makings: Makings, scratch: Path, tags_of: TagsOf, on_work: OnWork | None) -> None:
        """Begin.

        Args:
            makings: what is there, and takes what is made.
            scratch: a folder for what is encoded.
            tags_of: what travels with a work.
            on_work: see :data:`OnWork`.
        """
        self._makings = makings
        self._scratch = scratch
        self._tags_of = tags_of
        self._on_work = on_work

    def views(self, given: Sequence[ToPublish]) -> list[CollectionView]:
        """The collections with their works, in their order.

        Raises:
            RotoscopeError: a file is not there, or cannot be read.
        """
        total = sum(len(one.collection.works) for one in given)
        found: list[CollectionView] = []
        done = 0
        for one in given:
            works: list[WorkView] = []
            for work in one.collection.works:
                works.append(self._view(one, work))
                done += 1
                if self._on_work is not None:
                    self._on_work(done, total)
            found.append(CollectionView(one.collection, tuple(works), one.updates))
        return found

    def _view(self, given: ToPublish, work: Work) -> WorkView:
        slug = f"{given.collection.name}-{work.name}"
        file = given.media.local(work.file)
        source = None if work.source is None else given.media.local(work.source)
        tags = self._tags_of(work)
        video: WebVideo | None = None
        before: WebPicture | None = None
        if work.kind == "video":
            video = web_video(self._makings, file, slug, self._scratch)
            picture = web_poster(self._makings, file, f"{slug}-poster", tags)
            if source is not None:
                before = web_poster(self._makings, source, f"{slug}-source", StillTags())
        else:
            picture = web_picture(self._makings, file, slug, tags)
            if source is not None:
                before = web_picture(self._makings, source, f"{slug}-source", StillTags())
        return WorkView(
            collection=given.collection,
            work=work,
            picture=picture,
            source=before,
            video=video,
            captions=self._captions(given, work, slug),
            filters=tuple(filter_link(used) for used in work.filters),
        )

    def _captions(self, given: ToPublish, work: Work, slug: str) -> str | None:
        if work.captions is None:
            return None
        file = given.media.local(work.captions)
        path = f"{MEDIA_FOLDER}/{slug}-{key_of(file, 'captions')}.vtt"
        self._makings.files[path] = PublishedFile.of(file)
        return path
