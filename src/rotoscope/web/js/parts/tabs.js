// Sub-pages of a page, as links.
import { h } from "../dom.js";

/** Links to sub-pages: pairs of an address below the page's and a text. */
export function tabs(label, page, entries, current) {
  const element = h("nav", { class: "tabs", "aria-label": label }, h("ul", {}, entries.map(([name, text]) => h("li", {},
    h("a", { href: `#/${page}${name ? `/${name}` : ""}`, "aria-current": name === current ? "page" : null }, text)))));
  requestAnimationFrame(() => element.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }));
  return element;
}
