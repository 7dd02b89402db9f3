// What a collection says of itself: title, sentence, story, tags, cover, day.
import { choice, field, fill, h, settled, tell } from "../dom.js";
import { actionForm, text } from "../parts/form.js";
import { markdown } from "../parts/markdown.js";
import { readCollection, saveMerged } from "./saving.js";

/** The form; `path` is the collection's. The second: as `readCollection` gives it. */
export function aboutForm(path, { etag, now: collection }, works, saved) {
  const title = text({ value: collection.title, required: true, maxLength: 500, spellcheck: true });
  const description = text({ value: collection.description ?? "", maxLength: 500, spellcheck: true });
  const story = h("textarea", { rows: 9, value: collection.story ?? "", spellcheck: true });
  const preview = h("div", { class: "story" });
  const show = () => fill(preview, story.value.trim() ? markdown(story.value) : h("p", { class: "muted" }, "Nothing is told yet."));
  story.addEventListener("input", settled(show, 250));
  show();
  const tags = text({ value: collection.tags.join(", "), placeholder: "water, coast" });
  const cover = choice([["", "the first work"], ...works.map((work) => [work.name, work.title])], collection.cover ?? "");
  const date = h("input", { type: "date", value: collection.date ?? "" });
  const published = h("input", { type: "checkbox", checked: collection.published });
  const feature = h("input", { type: "checkbox", checked: collection.feature });
  const asked = h("div", {});
  return h("section", { class: "card stack", "aria-label": "About it" }, h("h2", {}, "About it"), actionForm("Save", [
    field("Title", title), field("In a sentence", description), field("Story, in Markdown", story),
    h("details", {}, h("summary", {}, "How the story reads"), preview),
    field("Tags, with commas between them", tags), h("div", { class: "fields" }, field("Cover", cover), field("Day", date)),
    h("label", { class: "tick" }, h("span", {}, "A site shows it"), published), h("label", { class: "tick" }, h("span", {}, "Before the others"), feature),
  ], async () => {
    const mine = {
      title: title.value.trim(), description: description.value.trim() || null, story: story.value.trim() || null, tags: tagsOf(tags.value), cover: cover.value || null,
      date: date.value || null, published: published.checked, feature: feature.checked,
    };
    await saveMerged({ path, base: collection, mine, etag, stand: asked, read: () => readCollection(path), saved: async () => { tell("Saved."); await saved(); } });
  }), asked);
}

/** `water, coast` as a list. */
export const tagsOf = (given) => given.split(",").map((tag) => tag.trim()).filter(Boolean);
