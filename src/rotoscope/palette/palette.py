"""The palette: every filter at hand, bundled and own, found by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from rotoscope.errors import DuplicateFilter, InvalidOptions, PaletteError
from rotoscope.filters.base import Filter
from rotoscope.filters.card import Card, rename_card
from rotoscope.filters.controls import Controls, with_controls
from rotoscope.filters.file import (
    FILE_SUFFIX,
    FORMAT_KEY,
    FilterFile,
    filter_file_bytes,
    parse_filter_file,
    read_bytes,
    read_filter_file,
    write_new_file,
)
from rotoscope.filters.graph_rules import parse_model
from rotoscope.filters.kind import RESERVED_OPTIONS, FilterKind
from rotoscope.filters.kinds import KINDS
from rotoscope.filters.mixture import mix_filters
from rotoscope.filters.neural import NeuralFilter
from rotoscope.filters.spec import FilterSpec, parse_filter_spec, parse_mixture, unknown_filter
from rotoscope.filters.strength import with_strength
from rotoscope.palette.card_edit import CardChanges, changed_card
from rotoscope.palette.entry import PaletteEntry
from rotoscope.palette.folder import (
    checksum_path,
    list_folder,
    make_folder,
    read_checked_file,
    record_checksum,
)
from rotoscope.palette.importing.conversion import convert_weights
from rotoscope.palette.importing.opening import plain_stem, read_weights
from rotoscope.palette.texture_sample import write_with_texture
from rotoscope.palette.third_party import ImportOptions, convert_network
from rotoscope.palette.verify import VerifyReport, verify_file
from rotoscope.runtime.graph import Backend, Precision, RuntimeOptions

BUNDLED_FOLDER = Path(__file__).parent / "bundled"
"""The filters that come with Rotoscope."""


class Palette:
    """The filters at hand.

    Names are unique: a file whose name another filter has is listed with the problem and cannot be loaded
    by name, so own filters never stand in for bundled ones.
    """

    def __init__(
        self,
        folder: Path,
        *,
        bundled: Path = BUNDLED_FOLDER,
        kinds: Mapping[str, FilterKind[Any]] = KINDS,
    ) -> None:
        """Look at a folder of own filters; nothing is read or made yet.

        Args:
            folder: own filters; it need not exist.
            bundled: filters that come with the program; only read.
            kinds: classical kinds.
        """
        self._folder = folder
        self._bundled = bundled
        self._kinds = kinds

    def list(self) -> list[PaletteEntry]:
        """Every filter at hand by name, classical kinds too; damaged files and doubled names say so."""
        entries = [
            PaletteEntry(kind.name, kind.name, 1, True, title=kind.summary) for kind in self._kinds.values()
        ]
        taken = {entry.name: "a classical kind" for entry in entries}
        for folder, bundled in ((self._bundled, True), (self._folder, False)):
            for entry in list_folder(folder, bundled=bundled):
                entries.append(_with_clash(entry, taken.get(entry.name)))
                taken.setdefault(entry.name, str(entry.path))
        return sorted(entries, key=lambda entry: (entry.name, not entry.bundled))

    def get(self, name: str) -> PaletteEntry:
        """One filter by name.

        Raises:
            UnknownFilter: there is none; the nearest names are said.
            DuplicateFilter: there are several.
        """
        entries = self.list()
        found = [entry for entry in entries if entry.name == name]
        if not found:
            raise unknown_filter(name, (entry.name for entry in entries))
        if len(found) > 1:
            raise DuplicateFilter(cast("str", found[-1].problem))
        return found[0]

    def load(
        self,
        spec: str,
        *,
        precision: Precision | str = "auto",
        threads: int | None = None,
        backend: Backend | str = "openvino",
    ) -> Filter:
        """Make a filter ready to paint.

        Args:
            spec: what a user types, see :mod:`rotoscope.filters.spec`. Every filter takes the options
                ``strength`` and those of :class:`~rotoscope.filters.controls.Controls`.
            precision: ``auto``, ``f32`` or ``bf16``; see :class:`rotoscope.runtime.graph.RuntimeOptions`.
            threads: threads of one inference; None: all cores.
            backend: ``openvino`` or ``onnxruntime``.

        Raises:
            UnknownFilter, DuplicateFilter: no filter of that name, or several.
            InvalidOptions: an option that the filter does not have, or a value outside what is allowed.
            UnsafeFile, UnsupportedArchitecture, InvalidCard, ChecksumMismatch: its file is not in order.
            MissingExtra: the backend is not installed.
        """
        options = RuntimeOptions(cast("Backend", backend), cast("Precision", precision), threads)
        mixture = parse_mixture(spec)
        if mixture is None:
            return self._load_one(spec, options)
        return mix_filters([(self._load_one(part, options), weight) for part, weight in mixture])

    def _load_one(self, spec: str, options: RuntimeOptions) -> Filter:
        parsed = parse_filter_spec(spec)
        values = {option.name: option.value for option in parsed.options}
        strength = _parse_strength(values.pop("strength", "1"))
        controls = Controls.taken_from(values)
        if not parsed.is_path and parsed.name in self._kinds:
            filter = self._kinds[parsed.name].build(values)
            return with_strength(with_controls(filter, controls), strength)
        file = self._read(parsed)
        if values:
            raise InvalidOptions(
                f"The filter {parsed.name!r} was given the option {', '.join(values)}; a neural filter"
                f" takes {', '.join(sorted(RESERVED_OPTIONS))} and no other."
            )
        return with_strength(with_controls(NeuralFilter(file, options=options), controls), strength)

    def import_file(
        self, path: Path, *, name: str | None = None, options: ImportOptions | None = None
    ) -> PaletteEntry:
        """Bring a filter file, a third-party network or the weights of a known one among the own filters.

        Args:
            path: an .onnx file: a filter file is copied, another maker's network is fitted to the format. Or
                weights, as :func:`rotoscope.palette.importing.opening.read_weights` takes them.
            name: name it shall have; by default the card's, or one made from the file's name.
            options: what is known of a third-party network.

        Raises:
            DuplicateFilter: there is a filter of that name; nothing is ever replaced.
            UnknownFilter, UnsafeFile, UnsupportedArchitecture, InvalidCard: the file is not to be used.
            ChecksumMismatch: a checkpoint that differs from its own checksums.
            InvalidOptions: options were given for a file that is a filter already.
            EncodeError: it cannot be written.
        """
        if name is not None:
            self._refuse_taken(name)
        data, card = _as_filter(path, name, options)
        self._refuse_taken(card.name)
        make_folder(self._folder)
        place = self._folder / f"{card.name}{FILE_SUFFIX}"
        write_new_file(place, data)
        record_checksum(place, parse_filter_file(data, what=str(place)).digest)
        return self.get(card.name)

    def export(self, name: str, path: Path, *, overwrite: bool = False) -> Path:
        """Copy a filter's file: it is whole in itself, and runs in any ONNX runtime.

        Args:
            name: filter of the palette.
            path: file to write, or a folder to write ``NAME.onnx`` in.
            overwrite: replace what is there.

        Returns:
            The file written.

        Raises:
            UnknownFilter, DuplicateFilter: as :meth:`get`.
            PaletteError: a classical kind, which has no file.
            OutputExists, EncodeError: it cannot be written.
        """
        place = path / f"{name}{FILE_SUFFIX}" if path.is_dir() else path
        write_new_file(place, read_bytes(self._file_of(name)), overwrite=overwrite)
        return place

    def verify(self, target: str | Path) -> VerifyReport:
        """Check a filter of the palette, or a file anywhere.

        Raises:
            UnknownFilter, DuplicateFilter: as :meth:`get`.
            PaletteError: a classical kind, which has no file.
        """
        return verify_file(self._path_of(target))

    def add_texture(self, target: str | Path, folder: Path, *, overwrite: bool = False) -> FilterFile:
        """Copy a filter's file, and put a sample of what it paints on the copy's card.

        Args:
            target: filter of the palette, or a file anywhere.
            folder: where ``NAME.onnx`` is written, with its checksum; it is made if it is missing.
            overwrite: replace what is there.

        Raises:
            UnknownFilter, DuplicateFilter: as :meth:`get`.
            PaletteError: a classical kind, which has no file.
            RotoscopeError: as :func:`rotoscope.palette.texture_sample.write_with_texture`.
        """
        return write_with_texture(self._path_of(target), folder, overwrite=overwrite)

    def edit_card(self, name: str, changes: CardChanges) -> PaletteEntry:
        """Change what the card of one of the own filters tells. It paints the same, but is another file.

        Raises:
            UnknownFilter, DuplicateFilter: as :meth:`get`.
            PaletteError: it is bundled, or a classical kind.
            InvalidCard: the card would break the schema.
            ChecksumMismatch: its file was changed since it came.
            EncodeError: it cannot be written.
        """
        path = self._own_path(
            name, "its card can only be changed on a copy: export it, and import it under another name"
        )
        file = read_checked_file(path)
        model = parse_model(file.model, what=str(path))
        data = filter_file_bytes(model, changed_card(file.card, changes), half_weights=False)
        checksum_path(path).unlink(missing_ok=True)  # whatever happens now, the file is in order by itself
        write_new_file(path, data, overwrite=True)
        record_checksum(path, parse_filter_file(data, what=str(path)).digest)
        return self.get(name)

    def remove(self, name: str) -> None:
        """Delete one of the own filters.

        Raises:
            UnknownFilter, DuplicateFilter: as :meth:`get`.
            PaletteError: it is bundled, or cannot be deleted.
        """
        path = self._own_path(name, "stays; own filters can be removed")
        try:
            path.unlink()
            checksum_path(path).unlink(missing_ok=True)
        except OSError as error:
            raise PaletteError(f"{path} cannot be deleted: {error.strerror}. Delete it by hand.") from error

    def _own_path(self, name: str, otherwise: str) -> Path:
        entry = self.get(name)
        if entry.bundled or entry.path is None:
            raise PaletteError(f"The filter {name!r} comes with Rotoscope and {otherwise}.")
        return entry.path

    def _read(self, spec: FilterSpec) -> FilterFile:
        if spec.is_path:
            return read_filter_file(Path(spec.name).expanduser())
        return read_checked_file(self._file_of(spec.name))

    def _path_of(self, target: str | Path) -> Path:
        if isinstance(target, Path) or target.lower().endswith(FILE_SUFFIX):
            return Path(target)
        return self._file_of(target)

    def _file_of(self, name: str) -> Path:
        entry = self.get(name)
        if entry.path is None:
            raise PaletteError(
                f"{name!r} is a classical kind: it is made by the program and has no filter file."
            )
        return entry.path

    def _refuse_taken(self, name: str) -> None:
        taken = next((entry for entry in self.list() if entry.name == name), None)
        if taken is not None:
            where = f"at {taken.path}" if taken.path else "a classical kind"
            raise DuplicateFilter(
                f"There is a filter {name!r} already ({where}), and nothing is replaced. Give another name,"
                " or remove that filter first if it is your own."
            )


def _with_clash(entry: PaletteEntry, other: str | None) -> PaletteEntry:
    if other is None:
        return entry
    problem = (
        f"The filter file {entry.path} has the name {entry.name!r}, which {other} has already. Import it"
        " under another name, or delete it."
    )
    return replace(entry, problem=problem)


def _parse_strength(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InvalidOptions(
            f"strength was {text!r}; it is a number from 0 (the source) to 1 (fully painted)."
        ) from error


def _as_filter(path: Path, name: str | None, options: ImportOptions | None) -> tuple[bytes, Card]:
    """The bytes of the filter file to be, and its card."""
    weights = read_weights(path)
    if weights is not None:
        converted = convert_weights(weights, name=name or _name_from(path), options=options)
        data = filter_file_bytes(converted.model, converted.card, half_weights=converted.half_weights)
        return data, converted.card
    data = read_bytes(path)
    model = parse_model(data, what=str(path))
    if all(entry.key != FORMAT_KEY for entry in model.metadata_props):
        wanted = name or _name_from(path)
        converted = convert_network(data, file_name=path.name, name=wanted, options=options)
        return filter_file_bytes(converted.model, converted.card), converted.card
    card = parse_filter_file(data, what=str(path)).card
    if options is not None and options != ImportOptions():
        raise InvalidOptions(
            f"{path} is a Rotoscope filter already: its card says how it takes pictures. Options about"
            " range, channels, margin, title, author and license are for third-party networks; leave them"
            " out."
        )
    if name is None or name == card.name:
        return data, card
    renamed = rename_card(card, name)
    return filter_file_bytes(model, renamed), renamed


def _name_from(path: Path) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", plain_stem(path).lower()))[:64].strip("-") or "filter"
