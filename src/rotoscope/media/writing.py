"""What all writers share: errors are mapped, and nothing is left behind by a failure."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from rotoscope.errors import EncodeError
from rotoscope.media.atomic import encode_errors
from rotoscope.media.frame import Frame
from rotoscope.media.output import WriteReport


class TransactionalWriter:
    """Base of the writers; a writer gives ``_write``, ``_finish`` and ``_discard``."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._report: WriteReport | None = None
        self._is_aborted = False

    def write(self, frame: Frame) -> None:
        """See :class:`rotoscope.media.output.Writer`."""
        self._refuse_ended()
        with encode_errors(self._output):
            self._guarded(frame)

    @property
    def written_bytes(self) -> int | None:
        """See :class:`rotoscope.media.output.Writer`; writers of one file say more."""
        return None

    def close(self) -> WriteReport:
        """See :class:`rotoscope.media.output.Writer`."""
        if self._report is None:
            self._refuse_ended()
            try:
                with encode_errors(self._output):
                    self._report = self._finish()
            except BaseException:
                self.abort()
                raise
        return self._report

    def abort(self) -> None:
        """See :class:`rotoscope.media.output.Writer`."""
        if self._report is None and not self._is_aborted:
            self._is_aborted = True
            self._discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and not self._is_aborted:
            self.close()
        else:
            self.abort()

    def _guarded(self, frame: Frame) -> None:
        try:
            self._write(frame)
        except BaseException:
            self.abort()
            raise

    def _refuse_ended(self) -> None:
        if self._is_aborted or self._report is not None:
            raise EncodeError(
                f"{self._output} was {'given up' if self._is_aborted else 'finished'} already; open a new "
                f"writer to write it again."
            )

    def _write(self, frame: Frame) -> None:
        raise NotImplementedError

    def _finish(self) -> WriteReport:
        """Publish, and release everything."""
        raise NotImplementedError

    def _discard(self) -> None:
        """Remove every trace, and release everything."""
        raise NotImplementedError
