// The palette as cards: what each filter was made of, and what is known of it.
import { blob, get } from "../api.js";
import { fill, h } from "../dom.js";
import { documentOf, newLook } from "../paint/look.js";
import { smaller, stylize } from "../paint/painter.js";
import { favorites, star } from "../parts/favorites.js";
import { Lazily } from "../parts/lazily.js";
import { shelfOf, shelves, titleOf } from "../parts/shelves.js";
import { empty } from "../parts/states.js";
import { bytes } from "../words.js";

const PAGE = 48;
const SIDE = 360;
export const SAMPLE = "samples/lagoon.jpg";

/** Show the palette; `filters` as `palette()` gives them. */
export function showCards(stand, filters, signal) {
  const cards = new Map();
  const lazily = new Lazily((card) => bringIn(card, signal), signal, 3);
  const grid = h("ul", { class: "grid filter-cards", "aria-label": "Filters" });
  const below = h("div", { class: "row middle" });
  const cardOf = (filter) => {
    if (!cards.has(filter.name)) {
      cards.set(filter.name, card(filter, () => only.checked && tools.narrow()));
      lazily.watch(cards.get(filter.name));
    }
    return cards.get(filter.name);
  };
  const list = (fitting, count = PAGE) => {
    fill(grid, fitting.slice(0, count).map(cardOf));
    fill(below, fitting.length > count && h("button", { type: "button", onclick: () => list(fitting, count + PAGE) }, `More, of ${fitting.length - count}`),
      !fitting.length && nothing(only.checked));
  };
  const tools = shelves(filters, list);
  const only = h("input", { type: "checkbox", onchange: () => tools.narrow({ only: only.checked ? (filter) => favorites().has(filter.name) : null }) });
  tools.element.insertBefore(h("label", { class: "tick" }, only, h("span", {}, "Favorites")), tools.element.lastChild);
  fill(stand, tools.element, grid, below);
  tools.narrow();
}

const nothing = (isFavorites) => (isFavorites
  ? empty("No favorites here", "Press the star on a card, and it stands here.")
  : empty("Nothing fits", "Try another word or shelf, or bring a filter in.", h("a", { class: "button", href: "#/filters?view=import" }, "Import a filter")));

function card(filter, onStar) {
  const title = titleOf(filter);
  return h("li", { class: "filter-card", "data-filter": filter.name },
    h("div", { class: "pictures" }, h("img", { class: "style", alt: "", width: 320, height: 213 })),
    h("div", { class: "words" },
      h("h2", {}, h("a", { href: pathOf(filter) }, title)),
      h("p", { class: "small muted shelf" }, shelfOf(filter), filter.bundled ? null : h("span", { class: "tag" }, "yours")),
      h("p", { class: "meaning" }), h("p", { class: "small muted facts" })),
    star(filter.name, title, onStar));
}

export const pathOf = (filter) => `#/filters/${encodeURIComponent(filter.name)}`;

/** Fetch what a card says and shows. */
async function bringIn(element, signal) {
  try {
    const detail = await get(`/v1/filters/${encodeURIComponent(element.dataset.filter)}`, {}, signal);
    element.querySelector(".meaning").textContent = detail.card?.meaning ?? (detail.card ? "" : detail.title);
    element.querySelector(".facts").textContent = factsOf(detail).join(" · ");
    const pictures = element.querySelector(".pictures");
    const [style, texture] = ["style", "texture"].map((name) => detail.samples.find((sample) => sample.name === name));
    pictures.firstChild.src = URL.createObjectURL(style ? await blob(style.path, {}, signal) : await paintedSample(detail, signal));
    if (texture) pictures.append(h("img", { class: "texture", alt: "", width: 72, height: 72, src: URL.createObjectURL(await blob(texture.path, {}, signal)) }));
    return "shown";
  } catch (fault) {
    if (!signal.aborted) element.querySelector(".facts").textContent = fault.code === "invalid-options" ? "needs options" : fault.message;
    return "failed";
  }
}

/** Terms, size and cost in a few words. */
function factsOf({ card: told, size_bytes: size, options }) {
  if (!told) return [options.length ? `calculated, ${options.length} options` : "calculated"];
  return [told.license ?? "no terms stated", bytes(size), told.cost && multiplications(told.cost.multiply_adds_per_pixel)].filter(Boolean);
}

/** `24,100 multiplications a pixel`. */
export const multiplications = (count) => `${Math.round(count).toLocaleString()} multiplications a pixel`;

let sample = null;
/** The sample picture as a filter paints it: for those whose card does not show its style image. */
async function paintedSample({ name }, signal) {
  sample ??= fetch(SAMPLE).then((answer) => answer.blob()).then((found) => smaller(found, SIDE));
  return stylize(await sample, documentOf(newLook(name)), { signal, quality: 85 });
}
