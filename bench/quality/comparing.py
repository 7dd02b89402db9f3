"""One run: every candidate of a table measured, with tables and contact sheets of it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.quality.bundled import bundled_candidates, bundled_cards
from bench.quality.frames import FRAMES
from bench.quality.measuring import Clips, Conditions, Photographs, measure_candidate
from bench.quality.results import ClipFigures, Known, Report, Row, read_json, write_json, write_text
from bench.quality.sheets import SheetRow, write_comparison_sheet, write_row_sheet
from bench.quality.table import Candidate, Table
from bench.quality.tables import whole_report
from rotoscope.motion.flicker import LONG
from rotoscope.render.progress import ProgressCallback, ProgressMeter

_PAIRS_A_CLIP = 2 * FRAMES - 1 - LONG


@dataclass
class Comparison:
    """A table, how it is measured, and where everything goes."""

    table: Table
    conditions: Conditions
    output: Path
    """A folder, made if missing: ``quality.json``, ``quality.md``, ``sheets/``, ``paintings/``."""
    published: Report | None = None
    """Figures of before; they stand for paintings that are not at hand."""
    tell: Callable[[str], None] = lambda _: None
    """Told a line a candidate."""
    on_progress: ProgressCallback | None = None
    _known: Known = field(default_factory=Known)

    def run(self) -> Report:
        """Measure what is not known yet, and write everything.

        What was measured is kept after each candidate, so that an interrupted run goes on.

        Raises:
            RotoscopeError: something named in the table cannot be used.
        """
        (self.output / "sheets").mkdir(parents=True, exist_ok=True)
        self._known = self._read_known()
        candidates = [*self._bundled(), *self.table.candidate]
        photographs = Photographs(self.table.photographs, self.conditions)
        clips = Clips(self.table.clips if any(one.flicker for one in candidates) else (), self.conditions)
        sources = self._measure_sources(clips)
        measured = [(one, self._measure(one, photographs, clips)) for one in candidates]
        rows = {candidate: row for candidate, row in measured if row is not None}
        report = Report(
            features=self.conditions.encoder.identity,
            precision=self.conditions.precision,
            short_side=self.conditions.short_side,
            photographs=photographs.names,
            rows=tuple(rows.values()),
            sources=sources,
        )
        write_json(self.output / "quality.json", report)
        write_text(self.output / "quality.md", whole_report(report))
        self._write_sheets(rows, photographs)
        self.tell(f"written to {self.output}")
        return report

    @property
    def _known_file(self) -> Path:
        return self.output / "known.json"

    def _read_known(self) -> Known:
        return read_json(self._known_file, Known) if self._known_file.exists() else Known()

    def _bundled(self) -> list[Candidate]:
        if not self.table.bundled:
            return []
        found, missing = bundled_candidates(
            bundled_cards(self.conditions.palette),
            self.table.styles,
            drawn=self.output / "styles",
            flicker=self.table.bundled_flicker,
        )
        for name in missing:
            folders = ", ".join(map(str, self.table.styles))
            self.tell(f"{name} is not measured: its style image is in none of the folders {folders}")
        return found

    def _measure_sources(self, clips: Clips) -> tuple[ClipFigures, ...]:
        advance = self._meter("clips", _PAIRS_A_CLIP * len(clips.files)).advance
        sources = clips.measure_source(known=self._known.clips, advance=advance)
        self._keep(lambda known: known.with_clips(sources))
        return sources

    def _measure(self, candidate: Candidate, photographs: Photographs, clips: Clips) -> Row | None:
        if not candidate.is_at_hand:
            return self._published_row(candidate)
        pictures = len(photographs.names) + candidate.flicker * _PAIRS_A_CLIP * len(clips.files)
        advance = self._meter(candidate.title, pictures).advance
        row = measure_candidate(
            candidate,
            photographs,
            self.conditions,
            known=self._known.rows,
            folder=self._paintings,
            advance=advance,
        )
        self._keep(lambda known: known.with_row(row))
        if candidate.flicker:
            figures = clips.measure_painted(candidate, row.digest, known=self._known.clips, advance=advance)
            row = row.model_copy(update={"clips": figures})
            self._keep(lambda known: known.with_clips(figures))
        self.tell(f"{row.title}: style {row.style:.3f}  content {row.content:.3f}  own {row.own:.2f}")
        return row

    def _published_row(self, candidate: Candidate) -> Row | None:
        rows = self.published.group(candidate.group) if self.published is not None else []
        same = next((row for row in rows if row.title == candidate.title), None)
        stands = "the published figures stand" if same else "it is left out"
        self.tell(f"{candidate.title}: there are no paintings in {candidate.paintings}; {stands}")
        return same

    def _write_sheets(self, rows: Mapping[Candidate, Row], photographs: Photographs) -> None:
        groups: dict[str, list[SheetRow]] = {}
        for candidate, row in rows.items():
            if candidate.is_at_hand:
                one = SheetRow(row, candidate.style, self._paintings / row.folder_name)
                groups.setdefault(row.group, []).append(one)
                write_row_sheet(self.output / "sheets" / f"{row.folder_name}.png", one)
        for group, members in groups.items():
            write_comparison_sheet(self.output / "sheets" / f"{group}.png", members, photographs.pictures)

    @property
    def _paintings(self) -> Path:
        return self.output / "paintings"

    def _meter(self, step: str, pictures: int) -> ProgressMeter:
        return ProgressMeter(step, frames_expected=pictures, on_progress=self.on_progress)

    def _keep(self, add: Callable[[Known], Known]) -> None:
        """Add to what is known, and to what another run has found out meanwhile."""
        stored = self._read_known()
        self._known = add(stored)
        if self._known != stored:
            write_json(self._known_file, self._known)
