// The works of a collection: their order, and what is said of each.
import { ask, remove } from "../api.js";
import { field, h, tell } from "../dom.js";
import { actionForm, doing, text } from "../parts/form.js";
import { confirmed } from "../parts/question.js";
import { sortedList } from "../parts/sorted.js";
import { empty } from "../parts/states.js";
import { thumb } from "../parts/thumb.js";
import { day } from "../words.js";
import { tagsOf } from "./about.js";
import { readWork, saveMerged } from "./saving.js";

/** The works, which are put in order by hand or by keys. */
export function worksList(path, works, etag, changed, signal) {
  if (!works.length) return empty("No works yet", "Add what you have painted, or send a picture or clip from this device.");
  return h("section", { "aria-label": "Works", class: "stack" }, h("h2", {}, "Works"), sortedList({
    label: "Works in their order", items: works, nameOf: (work) => work.title,
    onOrder: async (order) => {
      try {
        const answer = await ask("PATCH", path, { json: { works: order.map((work) => work.name) }, headers: { "If-Match": etag } });
        etag = answer.headers.get("ETag");
      } catch (fault) {
        tell(fault.status === 412 ? "Somebody else changed this collection meanwhile: it is shown as it is now. Put it in order again." : fault.message, 12);
        await changed();
      }
    },
    row: (work) => [thumb(work.file, signal, work.alt ?? ""), about(path, work, () => etag, changed)],
  }));
}

function about(path, work, etag, changed) {
  const of = `${path}/works/${work.name}`;
  const drop = async () => {
    if (!(await confirmed(`Take ${work.title} out?`, "Its file stays where it is.", "Take it out"))) return;
    await remove(of);
    await changed();
  };
  const facts = [work.place, work.date && day(work.date), work.filters.map(({ filter }) => filter).join(", ")].filter(Boolean).join(" · ");
  return h("div", { class: "work-about stack" }, h("div", { class: "row spread" }, h("h3", {}, work.title), doing("Take out", drop, { class: "quiet", "aria-label": `Take ${work.title} out` })),
    facts && h("p", { class: "small muted" }, facts), work.caption && h("p", { class: "small" }, work.caption),
    h("details", {}, h("summary", {}, "Change what is said of it"), editor(path, work, etag, changed)));
}

function editor(path, work, etag, changed) {
  const of = `${path}/works/${work.name}`;
  const asked = h("div", {});
  const title = text({ value: work.title, required: true, maxLength: 500, spellcheck: true });
  const alt = text({ value: work.alt ?? "", maxLength: 500, spellcheck: true });
  const caption = h("textarea", { rows: 3, value: work.caption ?? "", spellcheck: true });
  const place = text({ value: work.place ?? "", maxLength: 500 });
  const date = h("input", { type: "date", value: work.date ?? "" });
  const tags = text({ value: work.tags.join(", ") });
  return h("div", { class: "stack" }, actionForm("Save", [field("Title", title), field("What is to be seen, for those who do not see it", alt), field("Caption, in Markdown", caption),
    h("div", { class: "fields" }, field("Place", place), field("Day", date)), field("Tags, with commas between them", tags)], async () => {
    const mine = { title: title.value.trim(), alt: alt.value.trim() || null, caption: caption.value.trim() || null, place: place.value.trim() || null, date: date.value || null, tags: tagsOf(tags.value) };
    await saveMerged({ path: of, base: work, mine, etag: etag(), stand: asked, read: () => readWork(path, of), saved: async () => { tell("Saved."); await changed(); } });
  }, { label: `About ${work.title}` }), asked);
}
