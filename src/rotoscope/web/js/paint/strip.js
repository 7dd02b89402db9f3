// The palette, painted from this very picture: loud to subtle, by category, with search.
import { fill, h } from "../dom.js";
import { Lazily } from "../parts/lazily.js";
import { paintsAsItIs, palette, shelfOf, shelves, titleOf } from "../parts/shelves.js";
import { newLook, documentOf } from "./look.js";
import { smaller, stylize } from "./painter.js";
import { picture } from "./stage.js";

const SIDE = 240;

/** Thumbnails of all filters. */
export class Strip {
  #signal;
  #onPick;
  #tiles = new Map();
  #picture = null;
  #painting;
  #grid = h("ul", { class: "strip", "aria-label": "Filters" });
  element = h("section", { class: "palette", "aria-labelledby": "palette-title" });

  /** @param {(filter: Object) => void} onPick called with the filter that was chosen */
  constructor(onPick, signal) {
    this.#onPick = onPick;
    this.#signal = signal;
    this.#painting = new Lazily((tile) => this.#paint(tile), signal);
  }

  /** Fetch the palette. */
  async load() {
    const filters = (await palette(this.#signal)).filter(paintsAsItIs);
    for (const filter of filters) this.#tiles.set(filter.name, this.#tile(filter));
    const tools = shelves(filters, (fitting) => fill(this.#grid, fitting.map((filter) => this.#tiles.get(filter.name))));
    fill(this.element, h("h2", { id: "palette-title" }, "Filters"), tools.element, this.#grid);
    tools.narrow();
    return filters;
  }

  /** Paint the thumbnails from this picture. */
  async paintFrom(frame) {
    const isFirst = this.#picture === null;
    this.#picture = await smaller(frame, SIDE);
    if (isFirst) for (const tile of this.#tiles.values()) this.#painting.watch(tile);
    else this.#painting.again();
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
        h("span", { class: "muted small" }, shelfOf(filter))));
  }

  async #paint(tile) {
    const from = this.#picture;
    try {
      const painted = await stylize(from, documentOf(newLook(tile.dataset.filter)), { signal: this.#signal, quality: 80 });
      if (from === this.#picture) await picture(tile.querySelector("img"), painted);
      return "painted";
    } catch (fault) {
      if (!this.#signal.aborted) {
        tile.querySelector(".muted").textContent = "needs options";
        tile.title = fault.message;
      }
      return "failed";
    }
  }
}
