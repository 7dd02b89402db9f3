// Bar charts: pictures for the eye, and the same figures as a table for everybody.
import { h } from "../dom.js";

/**
 * Columns over time.
 * @param {string} caption what they show
 * @param {{name: string, value: number, told: string, short: string}[]} items from left to right; short: below the column
 */
export function columns(caption, items) {
  const most = Math.max(...items.map(({ value }) => value), 0);
  const every = Math.ceil(items.length / 6);
  return h("figure", { class: "columns-chart" },
    h("figcaption", {}, caption),
    h("div", { class: "bars", "aria-hidden": "true" }, items.map(({ name, value, told, short }, index) =>
      h("div", { class: "bar", title: `${name}: ${told}` },
        h("div", { class: "column", style: { "--share": most ? String(value / most) : "0" }, "data-none": String(value === 0) }),
        h("span", { class: "small muted" }, index % every === 0 ? short : "")))),
    h("div", { class: "visually-hidden" }, h("table", {}, h("caption", {}, caption),
      h("tbody", {}, items.map(({ name, told }) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, told)))))));
}

/** A bar in a cell of a table; `share` is 0 to 1. */
export const inCell = (share) => h("span", { class: "in-cell", "aria-hidden": "true", style: { "--share": String(share) } });
