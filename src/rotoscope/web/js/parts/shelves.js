// The palette on its shelves: loud to subtle, by category, with search.
import { listed } from "../api.js";
import { choice, h, settled } from "../dom.js";

const ORDER = { loud: 0, subtle: 1 };
const LOUDNESS = [["", "Loud and subtle"], ["loud", "Loud"], ["subtle", "Subtle"]];

/** All filters that can be used, in the order of shelves. */
export async function palette(signal) {
  const found = await listed("/v1/filters", {}, signal);
  return found.filter((filter) => !filter.problem).sort((one, other) =>
    rank(one) - rank(other) || (one.category ?? "~").localeCompare(other.category ?? "~") || one.name.localeCompare(other.name));
}

/** What a filter is called: its title, or the kind that it is. */
export const titleOf = ({ kind, name, title }) => (kind === "neural" && title) || name[0].toUpperCase() + name.slice(1);
/** Whether it paints as it is: a color table needs the file of one. */
export const paintsAsItIs = ({ kind, digest }) => Boolean(digest) || kind !== "lut";
/** Where it stands, in words: `loud · art`. */
export const shelfOf = (filter) => [filter.loudness, filter.category ?? filter.kind].filter(Boolean).join(" · ");

/**
 * Search, loudness and shelf over filters.
 * @param {Object[]} filters
 * @param {(fitting: Object[]) => void} onFitting called with those that fit, whenever something was chosen
 * @returns {{element: Node, narrow: (given?: Object) => void}} `narrow({only: (filter) => boolean})` narrows further
 */
export function shelves(filters, onFitting) {
  const shown = { text: "", loudness: "", category: "", only: null };
  const count = h("span", { class: "muted small", role: "status" });
  const narrow = (given = {}) => {
    Object.assign(shown, given);
    const fitting = filters.filter((filter) => fits(filter, shown));
    count.textContent = fitting.length ? `${fitting.length} of ${filters.length}` : "Nothing fits; try another word.";
    onFitting(fitting);
  };
  const categories = [...new Set(filters.map((filter) => filter.category).filter(Boolean))].sort();
  const search = h("input", {
    type: "search", placeholder: "Search", "aria-label": "Search filters",
    oninput: settled(() => narrow({ text: search.value.toLowerCase() }), 150),
  });
  const loud = choice(LOUDNESS, "", (loudness) => narrow({ loudness }));
  const shelf = choice([["", "All shelves"], ...categories], "", (category) => narrow({ category }));
  loud.setAttribute("aria-label", "Loudness");
  shelf.setAttribute("aria-label", "Shelf");
  return { element: h("div", { class: "row tools" }, search, loud, shelf, count), narrow };
}

function fits(filter, { text, loudness, category, only }) {
  const words = `${filter.name} ${filter.title ?? ""} ${filter.tags.join(" ")} ${filter.kind}`.toLowerCase();
  return (!loudness || filter.loudness === loudness) && (!category || filter.category === category)
    && (!only || only(filter)) && text.split(/\s+/).every((word) => words.includes(word));
}

const rank = (filter) => ORDER[filter.loudness] ?? 2;
