// Watched folders: whatever comes in is painted.
import { listed, patch, post, remove } from "../api.js";
import { choice, field, fill, h, slider, tell } from "../dom.js";
import { lookWords } from "../job/told.js";
import { actionForm, doing, text } from "../parts/form.js";
import { pagedList } from "../parts/paged.js";
import { confirmed } from "../parts/question.js";
import { empty } from "../parts/states.js";
import { moment, percent } from "../words.js";

export async function watches(stand, signal) {
  const list = pagedList({
    path: "/v1/watches", signal, label: "Watched folders", row: (watch) => row(watch, () => list.load()),
    none: () => empty("No folder is watched", "Have a folder watched, in a Dropbox for instance: what is put into it is painted, and lies in another folder soon after."),
  });
  const filters = (await listed("/v1/filters", {}, signal)).filter((filter) => !filter.problem);
  fill(stand, h("h2", {}, "Your watched folders"), list.element, h("section", { class: "card stack", "aria-label": "Watch a folder" }, h("h2", {}, "Watch a folder"), adder(filters, () => list.load())));
  await list.load();
}

function adder(filters, added) {
  const inbox = text({ required: true, placeholder: "data://inbox/" });
  const outbox = text({ required: true, placeholder: "data://painted/" });
  const filter = choice(filters.map((one) => [one.name, one.title ?? one.name]), filters[0]?.name);
  const strength = slider("Strength", { value: 1, told: percent });
  return actionForm("Watch it", [
    h("div", { class: "fields" }, field("Folder that is watched", inbox, "A URI that ends with /"), field("Folder of results", outbox, "People move results to approved/ or rejected/ in it"), field("Filter", filter)), strength,
  ], async () => {
    await post("/v1/watches", { inbox: inbox.value.trim(), outbox: outbox.value.trim(), painting: { filter: filter.value, strength: strength.input.valueAsNumber } });
    tell("The folder is watched. A file is painted when it has stood still between two looks.");
    inbox.value = outbox.value = "";
    await added();
  });
}

function row(watch, reload) {
  const toggle = async () => {
    await patch(`/v1/watches/${watch.id}`, { enabled: !watch.enabled });
    tell(watch.enabled ? "Nobody looks for now." : "It is looked after again.");
    await reload();
  };
  const drop = async () => {
    if (!(await confirmed(`Watch ${watch.inbox} no more?`, "Files and jobs stay.", "Watch it no more"))) return;
    await remove(`/v1/watches/${watch.id}`);
    await reload();
  };
  const { strength } = watch.painting;
  return h("li", { class: "card entry" },
    h("div", { class: "about" }, h("h3", {}, h("code", { class: "uri" }, watch.inbox), !watch.enabled && h("span", { class: "tag" }, "paused")),
      h("p", {}, "painted with ", lookWords(watch.painting), strength != null && strength !== 1 ? ` at ${percent(strength)}` : "", " into ", h("code", { class: "uri" }, watch.outbox)),
      h("p", { class: "small muted" }, watch.looked ? `looked at ${moment(watch.looked)}` : "not looked at yet"),
      watch.trouble && h("p", { class: "small bad" }, watch.trouble)),
    h("div", { class: "row" }, doing(watch.enabled ? "Pause" : "Go on", toggle, { "aria-label": `${watch.enabled ? "Pause" : "Go on with"} ${watch.inbox}` }), doing("Delete", drop, { class: "quiet", "aria-label": `Watch ${watch.inbox} no more` })));
}
