// Filters: the palette, one filter, bringing filters in, and comparing them.
import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { showCards } from "../filters/cards.js";
import { showComparison } from "../filters/compare.js";
import { showImport } from "../filters/import.js";
import { showOne } from "../filters/one.js";
import { palette } from "../parts/shelves.js";

const VIEWS = { "": "Palette", compare: "Compare", import: "Import" };

/** The page: `#/filters`, `#/filters/NAME`, `#/filters?view=compare`, `#/filters?view=import`. */
export async function show(stand, { rest, query, signal }) {
  if (rest[0]) {
    await showOne(stand, await get(`/v1/filters/${encodeURIComponent(rest[0])}`, {}, signal), signal);
    return;
  }
  const view = query.get("view") in VIEWS ? query.get("view") : "";
  const below = h("div", { class: "stack" });
  const filters = view === "import" ? [] : await palette(signal);
  fill(stand, h("div", { class: "stack" },
    h("div", { class: "row spread" }, h("h1", {}, "Filters"), views(view)), below));
  if (view === "import") showImport(below, signal);
  else if (view === "compare") await showComparison(below, filters, query.getAll("filter"), signal);
  else showCards(below, filters, signal);
}

const views = (current) => h("nav", { class: "views", "aria-label": "Views of filters" }, Object.entries(VIEWS).map(([view, title]) =>
  h("a", { href: view ? `#/filters?view=${view}` : "#/filters", "aria-current": view === current ? "page" : null }, title)));
