// Keys: made, shown once, rotated, revoked.
import { get, keepKey, post, remove } from "../api.js";
import { choice, field, fill, h, tell } from "../dom.js";
import { shownOnce } from "../parts/copied.js";
import { actionForm, doing, text, ticks } from "../parts/form.js";
import { pagedList } from "../parts/paged.js";
import { confirmed } from "../parts/question.js";
import { empty } from "../parts/states.js";
import { day, moment } from "../words.js";

const SCOPES = [["read", "read", "look at everything"], ["write", "write", "store files, looks, filters and settings"], ["run", "run", "have work done"], ["admin", "admin", "make and end keys"]];
const DAYS = [["", "when it is revoked"], ["1", "in a day"], ["30", "in 30 days"], ["90", "in 90 days"], ["365", "in a year"]];
const GRACE = [["0", "at once"], ["3600", "in an hour"], ["86400", "in a day"], ["604800", "in a week"]];

export async function keys(stand, signal) {
  const own = await get("/v1/keys/self", {}, signal);
  const once = h("div", { "aria-live": "polite" });
  const list = pagedList({ path: "/v1/keys", signal, label: "Keys", row: (key) => row(key, own, once, () => list.load()), none: () => empty("No keys", "Make one above.") });
  const shown = (made) => fill(once, shownOnce(`The key ${made.record.name}`, made.key, h("button", { type: "button", onclick: () => fill(once) }, "I have it")));
  fill(stand, once, h("section", { class: "card", "aria-label": "Make a key" }, h("h2", {}, "Make a key"), maker(own, async (wanted) => { shown(await post("/v1/keys", wanted)); await list.load(); })),
    h("h2", {}, "Your keys"), list.element);
  await list.load();
}

function maker(own, make) {
  const name = text({ required: true, maxLength: 200, placeholder: "laptop" });
  const scopes = ticks("It may", SCOPES.filter(([scope]) => own.scopes.includes(scope)), ["read", "write", "run"]);
  const ends = choice(DAYS, "");
  return actionForm("Make the key", [h("div", { class: "fields" }, field("What it is for", name), field("It ends", ends)), scopes.element], async () => {
    const end = ends.value && new Date(Date.now() + Number(ends.value) * 86400e3).toISOString();
    await make({ name: name.value.trim(), scopes: scopes.values(), ...(end && { expires: end }) });
    name.value = "";
  });
}

function row(key, own, once, reload) {
  const isOver = [key.revoked, key.expires].some((end) => end && new Date(end) <= new Date());
  const isOwn = key.id === own.id;
  return h("li", { class: "card entry", "data-over": String(isOver) },
    h("div", { class: "about" },
      h("h3", {}, key.name, isOwn && h("span", { class: "tag" }, "this browser's"), isOver && h("span", { class: "tag" }, "ended")),
      h("p", { class: "small muted" }, h("code", {}, `${key.hint}…`), ` · may ${key.scopes.join(", ")} · made ${day(key.created)} · `,
        key.used ? `last used ${moment(key.used)}` : "never used", ends(key, isOver))),
    !isOver && h("div", { class: "row" },
      doing("Rotate", () => rotate(key, isOwn, once, reload), { "aria-label": `Rotate ${key.name}` }),
      doing("Revoke", () => revoke(key, isOwn, reload), { class: "quiet", "aria-label": `Revoke ${key.name}` })));
}

function ends(key, isOver) {
  const end = [key.revoked, key.expires].filter(Boolean).sort()[0];
  return end ? ` · ${isOver ? "ended" : "ends"} ${moment(end)}` : "";
}

async function rotate(key, isOwn, once, reload) {
  const grace = choice(GRACE, "0");
  const sure = await confirmed(`Rotate ${key.name}?`, "A key like it is made, and this one ends.", "Rotate the key", field("This one ends", grace));
  if (!sure) return;
  const made = await post(`/v1/keys/${key.id}/rotate`, { grace_seconds: Number(grace.value) });
  if (isOwn) keepKey(made.key);
  fill(once, shownOnce(`The key ${made.record.name}`, made.key, h("button", { type: "button", onclick: () => fill(once) }, "I have it")));
  tell(isOwn ? "This browser uses the new key." : "Rotated.");
  await reload();
  once.scrollIntoView({ block: "center" });
}

async function revoke(key, isOwn, reload) {
  const sure = await confirmed(`Revoke ${key.name}?`, isOwn ? "It is the key of this browser: you will be asked for another one." : "Whoever uses it is let in no more, from now on.", "Revoke the key");
  if (!sure) return;
  await remove(`/v1/keys/${key.id}`);
  tell(`${key.name} lets nobody in any more.`);
  await reload();
}
