"""What things cost and are sold for at this service: as its operator has put it, else as its settings say."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rotoscope.database.engine import Database
from rotoscope.database.identity import new_id
from rotoscope.database.tables import LedgerRow, RatesRecord
from rotoscope.economics.plans import PlanText
from rotoscope.economics.rates import (
    Costs,
    Rates,
    RatesText,
    rates_of,
    rates_of_settings,
    read_rates_text,
)
from rotoscope.errors import InvalidRates, RatesConflict
from rotoscope.settings import RATE_VARIABLE, Settings

_NEWEST: Final = (RatesRecord.created.desc(), RatesRecord.id.desc())


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
        newest = select(RatesRecord.id).order_by(*_NEWEST).limit(1)
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

    def put_plan(self, name: str, plan: PlanText | None) -> Rates:
        """Make a price plan, put another one in its place, or remove it (None); all else stays.

        Raises:
            UnknownPlan: it is to be removed, and there is none.
            InvalidRates: what counts so far is not in order, or is a price of an hour that is no whole number
                of millionths for a second; then put rates first.
        """
        with self._database.writing() as session:
            text = self._text(session)
            if plan is None:
                rates_of(text).plan(name)
            others = {key: one for key, one in text.plans.items() if key != name}
            plans = others if plan is None else {**others, name: plan}
            changed = text.model_copy(update={"plans": plans})
            session.add(RatesRecord(id=new_id("rat"), document=changed.model_dump(mode="json")))
        return self.rates()

    def _text(self, session: Session) -> RatesText:
        """The rates that count now, as a file would state them."""
        newest = select(RatesRecord.document).order_by(*_NEWEST).limit(1)
        document: Any = session.scalar(newest)
        if document is not None:
            return RatesText.model_validate(document)
        if self._settings.rates_file is not None:
            return read_rates_text(self._settings.rates_file)
        rates = rates_of_settings(self._settings)
        second = rates.costs["cpu_second"]
        if second.denominator != 1:
            raise InvalidRates(
                f"{RATE_VARIABLE} is a price of an hour that is no whole number of millionths for a second, "
                "so no plan can be added to it. Put rates first (PUT /v1/rates), in whole millionths."
            )
        return RatesText(rates=1, currency=rates.currency, costs=Costs(cpu_second=int(second)))
