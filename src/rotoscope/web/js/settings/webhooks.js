// Webhooks: where events are sent, and what became of each.
import { patch, post, remove } from "../api.js";
import { field, fill, h, tell } from "../dom.js";
import { shownOnce } from "../parts/copied.js";
import { actionForm, doing, ticks } from "../parts/form.js";
import { pagedList } from "../parts/paged.js";
import { confirmed } from "../parts/question.js";
import { empty } from "../parts/states.js";
import { moment } from "../words.js";

const EVENTS = [
  ["job.succeeded", "a job is done"], ["job.failed", "a job failed"], ["job.cancelled", "a job was cancelled"], ["job.queued", "a job was asked for"], ["job.running", "a job began"],
  ["job.progressed", "a job went on (often)"], ["job.segment_finished", "a segment is done (often)"],
  ["watch.approved", "somebody approved a result"], ["watch.rejected", "somebody rejected a result"], ["watch.retouched", "somebody retouched a frame"],
];
const WORDS = { queued: "on its way", delivered: "delivered", failed: "given up" };
const STATES = { queued: "queued", delivered: "succeeded", failed: "failed" };

export async function webhooks(stand, signal) {
  const once = h("div", { "aria-live": "polite" });
  const shown = ({ secret, webhook }) => fill(once, shownOnce(`The secret that messages to ${webhook.url} are signed with`, secret, h("button", { type: "button", onclick: () => fill(once) }, "I have it")));
  const list = pagedList({
    path: "/v1/webhooks", signal, label: "Webhooks", row: (hook) => row(hook, shown, () => list.load(), signal),
    none: () => empty("No webhooks yet", "A webhook tells another program what happens here: that a job is done, or failed."),
  });
  const url = h("input", { type: "url", required: true, placeholder: "https://example.org/hook" });
  const events = ticks("Told of; none ticked: all but what comes often", EVENTS, []);
  const adder = actionForm("Add the webhook", [field("URL", url), events.element], async () => {
    shown(await post("/v1/webhooks", { url: url.value.trim(), events: events.values() }));
    url.value = "";
    await list.load();
  });
  fill(stand, once, h("h2", {}, "Your webhooks"), list.element, h("section", { class: "card stack", "aria-label": "Add a webhook" }, h("h2", {}, "Add a webhook"), adder));
  await list.load();
}

function row(hook, shown, reload, signal) {
  const toggle = async () => {
    await patch(`/v1/webhooks/${hook.id}`, { enabled: !hook.enabled });
    tell(hook.enabled ? "Nothing is sent there for now." : "Events are sent there again.");
    await reload();
  };
  const test = async () => {
    await post(`/v1/webhooks/${hook.id}/test`);
    tell("A test event is on its way.");
    opened.open = true;
    await deliveries.load();
  };
  const renew = async () => {
    if (await confirmed("Make a new secret?", "Messages are signed with it from now on; whoever checks them by the old one finds them wrong.", "Make a new secret")) shown(await post(`/v1/webhooks/${hook.id}/rotate`));
  };
  const drop = async () => {
    if (!(await confirmed(`Delete the webhook to ${hook.url}?`, "Nothing is sent there any more, and what was sent is forgotten.", "Delete the webhook"))) return;
    await remove(`/v1/webhooks/${hook.id}`);
    await reload();
  };
  const deliveries = deliveriesOf(hook, signal);
  const opened = h("details", { ontoggle: () => opened.open && deliveries.load() }, h("summary", {}, "Deliveries"), deliveries.element);
  return h("li", { class: "card entry" },
    h("div", { class: "about" }, h("h3", {}, hook.url, !hook.enabled && h("span", { class: "tag" }, "paused")),
      h("p", { class: "small muted" }, hook.events.length ? hook.events.join(", ") : "all events but job.progressed and job.segment_finished")),
    h("div", { class: "row" }, doing("Test", test), doing(hook.enabled ? "Pause" : "Go on", toggle), doing("New secret", renew), doing("Delete", drop, { class: "quiet", "aria-label": `Delete ${hook.url}` })),
    opened);
}

function deliveriesOf(hook, signal) {
  const path = `/v1/webhooks/${hook.id}/deliveries`;
  const list = pagedList({ path, signal, size: 20, label: `Deliveries to ${hook.url}`, row: (one) => delivery(one, path, () => list.load()), none: () => h("p", { class: "muted" }, "Nothing was sent there yet.") });
  return { element: list.element, load: list.load };
}

function delivery(one, path, reload) {
  const last = one.attempts.at(-1);
  const answer = last ? `${last.status ?? "no answer"}${last.answer ? `: ${last.answer}` : ""}` : "not sent yet";
  return h("li", { class: "row spread delivery" },
    h("span", {}, h("span", { class: `state state-${STATES[one.state]}` }, h("span", { class: "dot", "aria-hidden": "true" }), WORDS[one.state]), h("span", { class: "small muted" }, ` ${moment(one.created)} · ${answer}`,
      one.state === "queued" && last ? ` · again ${moment(one.due)}` : "")),
    doing("Send again", async () => { await post(`${path}/${one.id}/redeliver`); tell("It is sent once more."); await reload(); }, { class: "quiet" }));
}
