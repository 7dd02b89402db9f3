// Several filters on several pictures of one's own, side by side; and which of them one likes best.
import { fill, h } from "../dom.js";
import { favorites } from "../parts/favorites.js";
import { paintsAsItIs, titleOf } from "../parts/shelves.js";
import { picturePart } from "./pictures.js";
import { sheetPart } from "./sheet.js";

const FIRST = ["great-wave", "starry-night", "woodcut"];

/**
 * Show the comparison.
 * @param {Element} stand
 * @param {Object[]} filters the palette
 * @param {string[]} wanted names from the address; by default favorites
 * @param {AbortSignal} signal
 */
export async function showComparison(stand, filters, wanted, signal) {
  const stars = favorites();
  const known = filters.filter(paintsAsItIs);
  const named = (names) => known.map((filter) => filter.name).filter((name) => names.includes(name));
  const begin = [...new Set([...named(wanted), ...named([...stars])])];
  const desk = { filters: known, pictures: [], chosen: new Set(begin.length > 1 ? begin : [...begin, ...named(FIRST)]), signal };
  const sheet = sheetPart(desk);
  const pictures = picturePart(desk, () => sheet.draw());
  fill(stand, pictures.element, chooser(desk, () => sheet.draw()), sheet.element);
  sheet.draw();
  await pictures.begin();
}

function chooser(desk, onChange) {
  const stars = favorites();
  const tick = (filter) => {
    const input = h("input", {
      type: "checkbox", checked: desk.chosen.has(filter.name),
      onchange: () => { desk.chosen[input.checked ? "add" : "delete"](filter.name); count(); onChange(); },
    });
    return h("label", { class: "tick" }, input, h("span", {}, titleOf(filter), stars.has(filter.name) ? " ★" : ""));
  };
  const said = h("span", { class: "muted small" });
  const count = () => { said.textContent = `${desk.chosen.size} of ${desk.filters.length}`; };
  count();
  return h("details", { class: "card" }, h("summary", {}, "Choose filters ", said),
    h("div", { class: "choices", role: "group", "aria-label": "Filters to compare" }, desk.filters.map(tick)));
}
