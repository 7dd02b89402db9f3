// Saving where several people work on one collection: what others wrote meanwhile is never written over unasked.
import { ask, get } from "../api.js";
import { fill, h } from "../dom.js";
import { doing } from "../parts/form.js";

/** The collection as it is, and its ETag. */
export async function readCollection(path, signal) {
  const answer = await ask("GET", path, { signal });
  return { etag: answer.headers.get("ETag"), now: await answer.json() };
}

/** A work as it is, with its collection's ETag. */
export async function readWork(path, of) {
  const { etag } = await readCollection(path); // first: what changes after it is noticed
  return { etag, now: await get(of) };
}

const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
const shown = (value) => (value == null || value === "" ? "nothing" : Array.isArray(value) ? value.join(", ") : String(value));

/**
 * Send what was changed in a form; where others changed the same, ask in `stand`.
 * @param {{path: string, base: Object, mine: Object, etag: string, read: () => Promise<{etag: string, now: Object}>,
 *   stand: Element, saved: () => Promise<void>}} given base: as it was when the form was filled
 */
export async function saveMerged(given) {
  const { path, base, mine, etag, read, stand, saved } = given;
  fill(stand);
  const changed = Object.fromEntries(Object.entries(mine).filter(([name, value]) => !same(value, base[name])));
  try {
    if (Object.keys(changed).length) await ask("PATCH", path, { json: changed, headers: { "If-Match": etag } });
    await saved();
  } catch (fault) {
    if (fault.status !== 412) throw fault;
    const { etag: newer, now } = await read();
    const disputed = Object.keys(changed).filter((name) => !same(now[name], base[name]) && !same(now[name], mine[name]));
    const rest = Object.fromEntries(Object.entries(changed).filter(([name]) => !disputed.includes(name)));
    const again = (wanted) => saveMerged({ ...given, base: now, mine: wanted, etag: newer });
    if (!disputed.length) { await again(rest); return; }
    fill(stand, h("div", { class: "fault stack", role: "alert", tabIndex: -1 }, h("h3", {}, "Somebody else changed this meanwhile"),
      h("p", {}, "Nothing was saved yet. Which text stays?"),
      disputed.map((name) => h("dl", { class: "facts" }, h("dt", {}, `${name}, yours`), h("dd", {}, shown(mine[name])), h("dt", {}, `${name}, theirs`), h("dd", {}, shown(now[name])))),
      h("div", { class: "row" }, doing("Keep mine", () => again(changed)), doing("Take theirs", () => again(rest)))));
    stand.firstChild.focus();
  }
}
