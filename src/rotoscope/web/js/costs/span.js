// Which days are counted.
import { choice, field, h } from "../dom.js";

const SPANS = [["7", "the last 7 days"], ["30", "the last 30 days"], ["90", "the last 90 days"], ["month", "this month"], ["before", "last month"], ["own", "from … to …"]];
const DAY = 86_400_000;

/** Midnight of a day in UTC, by which the ledger counts. */
const midnight = (date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()));
const monthOf = (date, off = 0) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + off, 1));
const isoDay = (date) => date.toISOString().slice(0, 10);

/**
 * A choice of days.
 * @param {string} begin `7`, `30`, `90`, `month`, `before`
 * @param {() => void} onChange
 * @returns {{element: HTMLElement, range: () => {since: Date, until: Date}}} until is not included
 */
export function daysChooser(begin, onChange) {
  const now = new Date();
  const from = h("input", { type: "date", value: isoDay(new Date(now - 29 * DAY)), required: true, onchange: onChange });
  const to = h("input", { type: "date", value: isoDay(now), required: true, onchange: onChange });
  const own = h("div", { class: "row", hidden: true }, field("From", from), field("To, included", to));
  const which = choice(SPANS, begin, () => { own.hidden = which.value !== "own"; onChange(); });
  const range = () => {
    const end = new Date(midnight(new Date()).getTime() + DAY);
    if (which.value === "month") return { since: monthOf(new Date()), until: end };
    if (which.value === "before") return { since: monthOf(new Date(), -1), until: monthOf(new Date()) };
    if (which.value !== "own") return { since: new Date(end - Number(which.value) * DAY), until: end };
    const since = new Date(`${from.value || isoDay(now)}T00:00:00Z`);
    const last = new Date(`${to.value || isoDay(now)}T00:00:00Z`);
    return { since, until: new Date(Math.max(last, since).valueOf() + DAY) };
  };
  return { element: h("div", { class: "row days" }, field("Days", which), own), range };
}

/** All days of a range, as `2026-11-27`; at most so many, the latest. */
export function daysOf({ since, until }, most = 400) {
  const found = [];
  for (let day = until.getTime() - DAY; day >= since.getTime() && found.length < most; day -= DAY) found.unshift(isoDay(new Date(day)));
  return found;
}

/** As query parameters. */
export const asQuery = ({ since, until }) => ({ since: since.toISOString(), until: until.toISOString() });
