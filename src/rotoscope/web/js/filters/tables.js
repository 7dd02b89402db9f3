// Facts as tables.
import { h } from "../dom.js";

/**
 * Names and values; rows without a value are left out.
 * @param {string|null} title null: without a card around it
 * @param {[string, Node|string|null][]} rows
 * @returns {Element|null} null where nothing is left
 */
export function table(title, rows) {
  const known = rows.filter(([, value]) => value != null && value !== "" && value !== false);
  if (!known.length) return null;
  const made = h("table", { class: "facts-table" }, title && h("caption", { class: "visually-hidden" }, title),
    h("tbody", {}, known.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)))));
  return title ? h("section", { class: "card" }, h("h2", {}, title), made) : made;
}
