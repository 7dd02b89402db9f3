"""What things cost and are sold for at this service: as its operator has put it, else as its settings say."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rotoscope.database.engine import Database
from rotoscope.database.identity import new_id
from rotoscope.database.tables import LedgerRow, RatesRecord
from rotoscope.economics.rates import Rates, RatesText, rates_of, rates_of_settings
from rotoscope.errors import RatesConflict
from rotoscope.settings import Settings


class RatesBook:
    """The rates in the database. Usable from any thread, and by several processes at once."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._known: tuple[str, Rates] | None = None

    def rates(self, session: Session | None = None) -> Rates:
        """Those that count now.

        Args:
            session: of a transaction in which they are to be read; None: one of its own.

        Raises:
            InvalidRates: nobody put any, and the file that the settings name is not in order.
        """
        if session is None:
            with self._database.reading() as own:
                return self.rates(own)
        newest = select(RatesRecord.id).order_by(RatesRecord.created.desc(), RatesRecord.id.desc()).limit(1)
        found = session.scalar(newest)
        if found is None:
            return rates_of_settings(self._settings)
        if self._known is None or self._known[0] != found:
            document: Any = session.scalar(select(RatesRecord.document).where(RatesRecord.id == found))
            self._known = (found, rates_of(RatesText.model_validate(document)))
        return self._known[1]

    def put(self, text: RatesText) -> Rates:
        """Let these count from now on; what is in the ledger keeps its cost.

        Raises:
            RatesConflict: the ledger has amounts in another currency.
        """
        with self._database.writing() as session:
            before = self.rates(session).currency
            charged = select(func.count()).select_from(LedgerRow).where(LedgerRow.cost_micros > 0)
            if text.currency != before and session.scalar(charged):
                raise RatesConflict(
                    f"The ledger is kept in {before}, and these rates are in {text.currency}; amounts of two "
                    f"currencies cannot be added. Give rates in {before}, or begin another service with a "
                    "database of its own."
                )
            session.add(RatesRecord(id=new_id("rat"), document=text.model_dump(mode="json")))
        return self.rates()
