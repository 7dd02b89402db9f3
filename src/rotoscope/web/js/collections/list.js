// All collections, and a new one.
import { get, post } from "../api.js";
import { field, fill, h } from "../dom.js";
import { actionForm, text } from "../parts/form.js";
import { pagedList } from "../parts/paged.js";
import { empty } from "../parts/states.js";
import { thumb } from "../parts/thumb.js";
import { counted, day } from "../words.js";

/** The list, and the form that makes one. */
export async function showCollections(stand, signal) {
  const list = pagedList({
    path: "/v1/collections", signal, label: "Collections", row: (one) => card(one, signal), size: 24,
    none: () => empty("No collections yet", "A collection is a set of works with their story. It can be published as a site that needs nothing else."),
  });
  list.rows.classList.add("grid", "shelf");
  const title = text({ required: true, maxLength: 500, placeholder: "The drowned coast", spellcheck: true });
  const description = text({ maxLength: 500, placeholder: "Six places that are going under.", spellcheck: true });
  fill(stand, h("div", { class: "desk stack" }, h("h1", {}, "Collections"), list.element,
    h("section", { class: "card stack", "aria-label": "Make a collection" }, h("h2", {}, "Make a collection"),
      actionForm("Make the collection", h("div", { class: "fields" }, field("Title", title), field("In a sentence", description)), async () => {
        const made = await post("/v1/collections", { name: nameFor(title.value), title: title.value.trim(), ...(description.value.trim() && { description: description.value.trim() }) });
        location.hash = `#/collections/${made.name}`;
      }))));
  await list.load();
}

/** A name made of a title: part of an address. */
export const nameFor = (title) => title.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 64).replace(/-+$/, "") || "collection";

function card(one, signal) {
  const picture = h("span", { class: "thumb", "data-state": "none" });
  const cover = one.cover ?? one.works[0];
  if (cover) get(`/v1/collections/${one.name}/works/${cover}`, {}, signal).then((work) => picture.replaceWith(thumb(work.file, signal))).catch(() => {});
  return h("li", { class: "card" }, h("a", { href: `#/collections/${one.name}` }, picture, h("h2", {}, one.title)),
    one.description && h("p", {}, one.description),
    h("p", { class: "small muted" }, [counted(one.works.length, "work"), one.date && day(one.date), !one.published && "not published"].filter(Boolean).join(" · ")));
}
