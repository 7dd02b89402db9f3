"""Rates files: what is read, what it costs, and what is said of faults."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from rotoscope.economics.rates import Rates, parse_rates, rates_schema, read_rates
from rotoscope.economics.usage import Usage, rounded
from rotoscope.errors import InvalidOptions, InvalidRates
from rotoscope.settings import Rate, load_settings
from rotoscope.standard import standard_rates

ROOT = Path(__file__).parents[2]
FULL = """
rates: 1
currency: EUR
costs:
  cpu_second: 14
  gpu_second: 500
  gb_month: 23000
  gb_moved: 90000
  call: 2
  training_hour: 1500000
  kwh: 310000
plans:
  studio:
    per_picture: 2000
    per_video_minute:
      - {above: 0, micros: 300000}
      - {above: 100, micros: 200000}
    wholesale_discount: 12.5
"""


def told_of(text: str) -> str:
    with pytest.raises(InvalidRates) as caught:
        parse_rates(text, name="rates.yaml")
    return str(caught.value)


def test_a_file_is_read_whether_it_is_yaml_or_json(tmp_path: Path) -> None:
    (tmp_path / "rates.yaml").write_text(FULL)
    rates = read_rates(tmp_path / "rates.yaml")
    assert (rates.currency, rates.costs["gpu_second"], list(rates.plans)) == ("EUR", 500, ["studio"])
    (tmp_path / "rates.json").write_text(json.dumps({"rates": 1, "currency": "USD", "costs": {"call": 3}}))
    assert read_rates(tmp_path / "rates.json").cost_micros(Usage(calls=5)) == 15


def test_what_was_used_costs_what_its_units_cost() -> None:
    rates = parse_rates(FULL, name="rates.yaml")
    used = Usage(
        cpu_seconds=10, gpu_seconds=2, gb_months=1, gb_moved=2, calls=3, training_hours=0.5, kwh=0.25
    )
    assert rates.cost(used) == 140 + 1000 + 23000 + 180000 + 6 + 750000 + 77500


def test_a_price_of_an_hour_is_that_of_3600_cpu_seconds() -> None:
    rates = Rates.of(Rate(400_000, "EUR"))
    assert rates.currency == "EUR"
    assert rates.cost(Usage(cpu_seconds=9)) == 1000
    assert rates.cost_micros(Usage(cpu_seconds=3600)) == 400_000


def test_halves_are_rounded_up() -> None:
    assert [rounded(Fraction(n, 4)) for n in (1, 2, 3, 5, 6)] == [0, 1, 1, 1, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "rates.yaml has no keys; a rates file has rates: 1, currency and costs."),
        ("rates: [", "rates.yaml is not YAML in line 1"),
        ("rates: 1\n", "currency: it is missing"),
        ("rates: 2\ncurrency: EUR\n", "rates: 2 is not allowed; this version reads rates: 1"),
        ("rates: 1\ncurrency: euro\n", "currency: 'euro' is not allowed; a currency is three capitals"),
        (
            "rates: 1\ncurrency: EUR\ncosts: {cpu_second: 0.4}\n",
            "costs.cpu_second: 0.4 is not allowed; give whole millionths of the currency, from 0 to 10^15",
        ),
        ("rates: 1\ncurrency: EUR\ncosts: {cpu_second: -1}\n", "costs.cpu_second: -1 is not allowed"),
        ("rates: 1\ncurrency: EUR\ncosts: {cpu_hour: 1}\n", "costs.cpu_hour: there is no such key"),
        ("rates: 1\ncurrency: EUR\nplans: {Big: {}}\n", "a plan's name small letters"),
        (
            "rates: 1\ncurrency: EUR\nplans: {a: {per_picture: [{above: 5, micros: 1}]}}\n",
            "plans.a: the tiers of per_picture begin with above: 0 and rise, and these are [5]",
        ),
        (
            "rates: 1\ncurrency: EUR\nplans: {a: {wholesale_discount: 101}}\n",
            "plans.a.wholesale_discount: 101 is not allowed; give percent, 0 to 100",
        ),
    ],
)
def test_a_fault_is_named_with_its_key(text: str, words: str) -> None:
    told = told_of(text)
    assert words in told
    assert told.endswith("See docs/how-to/know-what-it-costs.md.")


def test_every_fault_is_named() -> None:
    told = told_of("rates: 1\ncosts: {call: x, kwh: true}\n")
    assert "currency: it is missing" in told
    assert "costs.call: 'x' is not allowed" in told
    assert "costs.kwh: True is not allowed" in told


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidRates, match=r"rates\.yaml cannot be read: No such file"):
        read_rates(tmp_path / "rates.yaml")
    (tmp_path / "rates.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidRates, match="it is no text"):
        read_rates(tmp_path / "rates.yaml")


def test_an_unknown_plan_is_named_with_those_at_hand() -> None:
    with pytest.raises(InvalidRates, match=r"There is no price plan 'big'\. Plans at hand: studio\."):
        parse_rates(FULL, name="rates.yaml").plan("big")
    with pytest.raises(InvalidRates, match=r"Plans at hand: none; a rates file \(ROTOSCOPE_RATES\)"):
        Rates().plan("big")


def test_the_environment_names_a_file_or_a_price(tmp_path: Path) -> None:
    (tmp_path / "rates.yaml").write_text(FULL)
    named = load_settings({"ROTOSCOPE_RATES": str(tmp_path / "rates.yaml"), "ROTOSCOPE_RATE": "1 USD"})
    assert standard_rates(named).currency == "EUR"
    priced = load_settings({"ROTOSCOPE_RATE": "0.40 CHF"})
    assert priced.rates_file is None
    assert standard_rates(priced).cost_micros(Usage(cpu_seconds=36)) == 4000
    with pytest.raises(InvalidOptions, match="ROTOSCOPE_RATE is 'cheap'"):
        load_settings({"ROTOSCOPE_RATE": "cheap"})


def test_the_published_schema_is_that_of_the_code() -> None:
    # When a key changes: python -c "import json
    #   from rotoscope.economics.rates import rates_schema
    #   print(json.dumps(rates_schema(), indent=2, ensure_ascii=False))" > docs/rates.schema.json
    kept = json.loads((ROOT / "docs" / "rates.schema.json").read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(rates_schema()))
