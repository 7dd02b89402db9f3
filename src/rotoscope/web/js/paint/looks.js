// Looks that are put away for another time, and the one at hand, which outlives a reload.
import { listed, post, put } from "../api.js";
import { choice, field, fill, h, tell } from "../dom.js";
import { faulty } from "../parts/states.js";
import { documentOf, lookOf } from "./look.js";

const DRAFT = "draft of ";

/** Save the look at hand, or open one that was saved. */
export function looksPanel(desk, signal) {
  const stand = h("details", { class: "looks" }, h("summary", {}, "Looks"));
  const inside = h("div", { class: "stack" });
  stand.append(inside);
  const open = () => load().catch((fault) => { if (!signal.aborted) fill(inside, faulty(fault, open)); });
  stand.addEventListener("toggle", open, { once: true });
  const load = async () => {
    const kept = (await listed("/v1/looks", {}, signal)).filter((look) => !look.name.startsWith(DRAFT));
    const name = h("input", { type: "text", required: true, maxLength: 200, placeholder: "dusk over the harbor" });
    const save = h("form", { class: "stack", onsubmit: (event) => { event.preventDefault(); keep(name.value.trim(), kept).then(open, (fault) => tell(fault.message)); } },
      field("Save this look as", name), h("div", {}, h("button", {}, "Save")));
    const chosen = kept.length ? field("Open a look", choice([["", "…"], ...kept.map((look) => [look.id, look.name])], "", (id) => {
      const found = kept.find((look) => look.id === id);
      if (found) { desk.use(lookOf(found.document)); }
    })) : null;
    fill(inside, chosen, save);
  };
  const keep = async (name, kept) => {
    const wanted = { name, document: documentOf(desk.look) };
    const known = kept.find((look) => look.name === name);
    await (known ? put(`/v1/looks/${known.id}`, wanted) : post("/v1/looks", wanted));
    tell(`The look “${name}” is saved.`);
  };
  return stand;
}

const markOf = (medium) => `rotoscope.look ${medium.id}`;
/** Keep the look at hand until this tab is closed. */
export const remember = (medium, look) => sessionStorage.setItem(markOf(medium), JSON.stringify(look));
/** The look that was at hand; null: there was none. */
export const remembered = (medium) => JSON.parse(sessionStorage.getItem(markOf(medium)) ?? "null");
