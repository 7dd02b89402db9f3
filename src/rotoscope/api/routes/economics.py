"""``/v1/rates``, ``plans``, ``budgets``, ``usage``, ``statements``: what work costs, and what it may cost."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import AwareDatetime

from rotoscope.api.access import Admin, Caller, Reader
from rotoscope.api.key_book import OPERATOR
from rotoscope.api.models.economics import (
    BudgetChange,
    BudgetRequest,
    BudgetView,
    PlanList,
    PlanRequest,
    PlanView,
    RatesRequest,
    RatesView,
    StatementView,
    UsageView,
)
from rotoscope.api.models.fields import ID_PATTERN, IdPath
from rotoscope.api.pages import Page, UsePage
from rotoscope.api.pictures import problems
from rotoscope.api.refusals import OperatorOnly
from rotoscope.api.routes.clients import Operator
from rotoscope.api.services import Services, UseServices
from rotoscope.database.columns import now
from rotoscope.database.spending import LedgerEntry, ledger_entries
from rotoscope.economics.quotes import chosen_plan
from rotoscope.economics.rates import PLAN_PATTERN
from rotoscope.economics.statements import By, spent_by, statement, totaled
from rotoscope.errors import UnknownPlan
from rotoscope.jobs.budgets import BudgetBook

router = APIRouter(prefix="/v1", tags=["economics"])
PlanPath: TypeAlias = Annotated[str, Path(pattern=PLAN_PATTERN, description="Its name.")]
PlanQuery: TypeAlias = Annotated[
    str | None, Query(pattern=PLAN_PATTERN, description="Price plan; left out: the only one there is.")
]
Since: TypeAlias = Annotated[
    AwareDatetime | None, Query(description="From this moment on, which has a time zone.")
]
Until: TypeAlias = Annotated[
    AwareDatetime | None, Query(description="Before this moment, which has a time zone.")
]


def whose(
    caller: Reader,
    client: Annotated[
        str | None, Query(pattern=ID_PATTERN, description="Of another client: for whoever runs the service.")
    ] = None,
) -> str:
    """The client that is asked about.

    Raises:
        OperatorOnly: it is another one than the caller's.
    """
    if client not in (None, caller.client_id) and caller.client_id != OPERATOR:
        raise OperatorOnly(f"What others use is told to {OPERATOR} alone, the client of the first start.")
    return client or caller.client_id


Whose: TypeAlias = Annotated[str, Depends(whose)]


@router.get("/rates", operation_id="get_rates", summary="Say what things cost")
def get_rates(services: UseServices, _: Reader) -> RatesView:
    """What a unit of each thing costs here, and the price plans."""
    return RatesView.of(services.prices.rates())


@router.put("/rates", operation_id="put_rates", summary="Set what things cost")
def put_rates(services: UseServices, _: Operator, wanted: RatesRequest) -> RatesView:
    """Put rates and plans in place of those that count, from now on.

    What is in the ledger keeps its cost. They go before `ROTOSCOPE_RATES` and `ROTOSCOPE_RATE`, and are the
    same for all nodes of the service.
    """
    return RatesView.of(services.prices.put(wanted))


@router.get("/plans", operation_id="list_plans", summary="List price plans")
def list_plans(services: UseServices, _: Reader) -> PlanList:
    """The price plans there are."""
    view = RatesView.of(services.prices.rates())
    return PlanList(currency=view.currency, items=view.plans)


@router.get("/plans/{plan_name}", operation_id="get_plan", summary="Get a price plan")
def get_plan(services: UseServices, _: Reader, plan_name: PlanPath) -> PlanView:
    """One price plan."""
    return PlanView.of(services.prices.rates().plan(plan_name))


@router.put("/plans/{plan_name}", operation_id="put_plan", summary="Set a price plan")
def put_plan(services: UseServices, _: Operator, plan_name: PlanPath, wanted: PlanRequest) -> PlanView:
    """Make a price plan, or put another one in its place."""
    return PlanView.of(services.prices.put_plan(plan_name, wanted).plan(plan_name))


@router.delete(
    "/plans/{plan_name}", operation_id="delete_plan", summary="Remove a price plan", status_code=204
)
def delete_plan(services: UseServices, _: Operator, plan_name: PlanPath) -> None:
    """Sell by it no more. Statements are made under a plan that there is."""
    services.prices.put_plan(plan_name, None)


@router.get("/budgets", operation_id="list_budgets", summary="List budgets")
def list_budgets(services: UseServices, caller: Reader, page: UsePage) -> Page[BudgetView]:
    """Your budgets in the order of their making, and what is left of each."""
    rows = BudgetBook(services.database).page(caller.client_id, limit=page.limit + 1, after=page.after)
    currency = services.prices.rates().currency
    return page.cut(rows, lambda row: BudgetView.of(row, currency), lambda row: row.id)


@router.post("/budgets", operation_id="create_budget", summary="Make a budget", status_code=201)
def create_budget(
    services: UseServices, caller: Admin, wanted: BudgetRequest, response: Response
) -> BudgetView:
    """Let all of your work, or that of one key, cost so much in a month (or at all) and no more.

    Where it is used up, jobs fail with `budget-exhausted`, keep what is done, and can be tried again. One job
    can have a budget of its own: `budget_micros` in its request.
    """
    made = BudgetBook(services.database).create(
        caller.client_id, limit_micros=wanted.limit_micros, period=wanted.period, key_id=wanted.key
    )
    response.headers["Location"] = f"/v1/budgets/{made.id}"
    return BudgetView.of(made, services.prices.rates().currency)


@router.get("/budgets/{budget_id}", operation_id="get_budget", summary="Get a budget")
def get_budget(services: UseServices, caller: Reader, budget_id: IdPath) -> BudgetView:
    """One budget, and what is left of it."""
    found = BudgetBook(services.database).get(caller.client_id, budget_id)
    return BudgetView.of(found, services.prices.rates().currency)


@router.patch("/budgets/{budget_id}", operation_id="update_budget", summary="Change a budget")
def update_budget(
    services: UseServices, caller: Admin, budget_id: IdPath, wanted: BudgetChange
) -> BudgetView:
    """Let more be spent, or less."""
    changed = BudgetBook(services.database).change(caller.client_id, budget_id, wanted.limit_micros)
    return BudgetView.of(changed, services.prices.rates().currency)


@router.delete(
    "/budgets/{budget_id}", operation_id="delete_budget", summary="Remove a budget", status_code=204
)
def delete_budget(services: UseServices, caller: Admin, budget_id: IdPath) -> None:
    """Limit nothing any more."""
    BudgetBook(services.database).delete(caller.client_id, budget_id)


@router.get("/usage", operation_id="get_usage", summary="Say what was used")
def get_usage(
    services: UseServices,
    caller: Reader,
    client_id: Whose,
    by: Annotated[By, Query(description="What is counted by.")] = "filter",
    since: Since = None,
    until: Until = None,
) -> UsageView:
    """What your work has used and cost, by filter, job, key, day or operation; each row of the ledger once.

    `by=client` counts all clients, for whoever runs the service.
    """
    rows = _entries(services, caller, None if by == "client" else client_id, since, until)
    currency = services.prices.rates().currency
    return UsageView.of(by, spent_by(rows, by), totaled(rows), currency, since, until)


def _entries(
    services: Services, caller: Caller, client_id: str | None, since: datetime | None, until: datetime | None
) -> list[LedgerEntry]:
    if client_id is None and caller.client_id != OPERATOR:
        client_id = caller.client_id
    return ledger_entries(services.database, client_id=client_id, since=since, until=until)


@router.get("/statements", operation_id="get_statement", summary="Make a statement", responses=problems(404))
def get_statement(
    services: UseServices,
    _: Reader,
    client_id: Whose,
    plan: PlanQuery = None,
    wholesale: Annotated[bool, Query(description="Less the plan's discount.")] = False,
    since: Since = None,
    until: Until = None,
) -> StatementView:
    """What you owe for a time under a price plan, a line a job; left out, it is this month so far.

    Tiers begin anew with each statement.
    """
    rates = services.prices.rates()
    chosen = chosen_plan(rates, plan)
    if chosen is None:
        known = ", ".join(sorted(rates.plans)) or "none"
        raise UnknownPlan(f"A statement is made under a price plan: say which. Plans at hand: {known}.")
    stop = until or now()
    start = since or stop.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    rows = ledger_entries(services.database, client_id=client_id, since=start, until=stop)
    made = statement(rows, chosen, client_id=client_id, since=start, until=stop, is_wholesale=wholesale)
    return StatementView.of(made, rates.currency, wholesale=wholesale)
