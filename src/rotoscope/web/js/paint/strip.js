// The palette, painted from this very picture: loud to subtle, by category, with search.
import { listed } from "../api.js";
import { choice, fill, h, settled } from "../dom.js";
import { newLook, documentOf } from "./look.js";
import { smaller, stylize } from "./painter.js";
import { picture } from "./stage.js";

const SIDE = 240;
const AT_ONCE = 2;
const ORDER = { loud: 0, subtle: 1 };

/** Thumbnails of all filters. */
export class Strip {
  #signal;
  #onPick;
  #filters = [];
  #tiles = new Map();
  #waiting = [];
  #atWork = 0;
  #picture = null;
  #shown = { text: "", loudness: "", category: "" };
  #grid = h("ul", { class: "strip", "aria-label": "Filters" });
  #count = h("span", { class: "muted small", role: "status" });
  #seen;
  #tools = h("div", { class: "row tools" });
  element = h("section", { class: "palette", "aria-labelledby": "palette-title" });

  /** @param {(filter: Object) => void} onPick called with the filter that was chosen */
  constructor(onPick, signal) {
    this.#onPick = onPick;
    this.#signal = signal;
    this.#seen = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) this.#ask(target.dataset.filter);
    }, { rootMargin: "200px" });
    signal.addEventListener("abort", () => this.#seen.disconnect());
  }

  /** Fetch the palette. */
  async load() {
    const found = await listed("/v1/filters", {}, this.#signal);
    this.#filters = found.filter((filter) => !filter.problem).sort((one, other) =>
      rank(one) - rank(other) || (one.category ?? "~").localeCompare(other.category ?? "~") || one.name.localeCompare(other.name));
    const categories = [...new Set(this.#filters.map((filter) => filter.category).filter(Boolean))].sort();
    const search = h("input", { type: "search", placeholder: "Search", "aria-label": "Search filters", oninput: settled(() => this.#narrow({ text: search.value.toLowerCase() }), 150) });
    const loud = choice([["", "Loud and subtle"], ["loud", "Loud"], ["subtle", "Subtle"]], "", (loudness) => this.#narrow({ loudness }));
    const shelf = choice([["", "All shelves"], ...categories], "", (category) => this.#narrow({ category }));
    loud.setAttribute("aria-label", "Loudness");
    shelf.setAttribute("aria-label", "Shelf");
    fill(this.#tools, search, loud, shelf, this.#count);
    fill(this.element, h("h2", { id: "palette-title" }, "Filters"), this.#tools, this.#grid);
    for (const filter of this.#filters) this.#tiles.set(filter.name, this.#tile(filter));
    this.#narrow({});
    return this.#filters;
  }

  /** Paint the thumbnails from this picture. */
  async paintFrom(frame) {
    this.#picture = await smaller(frame, SIDE);
    this.#waiting = [];
    for (const tile of this.#tiles.values()) {
      delete tile.dataset.state;
      this.#seen.unobserve(tile);
      this.#seen.observe(tile);
    }
  }

  /** Say which filter is in use. */
  mark(name) {
    for (const [key, tile] of this.#tiles) tile.firstChild.setAttribute("aria-pressed", String(key === name));
  }

  #tile(filter) {
    return h("li", { "data-filter": filter.name },
      h("button", { type: "button", class: "tile", "aria-pressed": "false", onclick: () => this.#onPick(filter) },
        h("span", { class: "thumb" }, h("img", { alt: "", hidden: true })),
        h("span", { class: "name" }, titleOf(filter)),
        h("span", { class: "muted small" }, [filter.loudness, filter.category ?? filter.kind].filter(Boolean).join(" · "))));
  }

  #narrow(given) {
    Object.assign(this.#shown, given);
    const { text, loudness, category } = this.#shown;
    const fitting = this.#filters.filter((filter) => (!loudness || filter.loudness === loudness) && (!category || filter.category === category)
      && text.split(/\s+/).every((word) => `${filter.name} ${filter.title ?? ""} ${filter.tags.join(" ")} ${filter.kind}`.toLowerCase().includes(word)));
    fill(this.#grid, fitting.map((filter) => this.#tiles.get(filter.name)));
    this.#count.textContent = fitting.length ? `${fitting.length} of ${this.#filters.length}` : "Nothing fits; try another word.";
  }

  #ask(name) {
    const tile = this.#tiles.get(name);
    if (!this.#picture || tile.dataset.state) return;
    tile.dataset.state = "waiting";
    this.#waiting.push(name);
    this.#work();
  }

  /** Whoever was seen last is looked at now; what a search has hidden waits. */
  #next() {
    const at = Math.max(0, this.#waiting.findLastIndex((name) => this.#tiles.get(name).isConnected));
    return this.#waiting.splice(at, 1)[0];
  }

  async #work() {
    if (this.#atWork >= AT_ONCE || !this.#waiting.length) return;
    this.#atWork += 1;
    const name = this.#next();
    const tile = this.#tiles.get(name);
    const from = this.#picture;
    try {
      const painted = await stylize(from, documentOf(newLook(name)), { signal: this.#signal, quality: 80 });
      if (from === this.#picture) {
        await picture(tile.querySelector("img"), painted);
        tile.dataset.state = "painted";
      }
    } catch (fault) {
      if (this.#signal.aborted) return;
      tile.dataset.state = "failed";
      tile.querySelector(".muted").textContent = "needs options";
      tile.title = fault.message;
    } finally {
      this.#atWork -= 1;
      this.#work();
    }
  }
}

/** What a filter is called: its title, or the kind that it is. */
export const titleOf = ({ kind, name, title }) => (kind === "neural" && title) || name[0].toUpperCase() + name.slice(1);
const rank = (filter) => ORDER[filter.loudness] ?? 2;
