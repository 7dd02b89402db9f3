// Changing what the card of one's own filter tells.
import { patch } from "../api.js";
import { field, fill, h, tell } from "../dom.js";
import { faulty } from "../parts/states.js";

/**
 * A form over a filter's card.
 * @param {Object} detail
 * @param {(changed: Object) => void} onSaved
 * @param {() => void} onLeft
 */
export function editForm(detail, onSaved, onLeft) {
  const told = detail.card ?? {};
  const text = (value) => h("input", { type: "text", value: value ?? "", maxLength: 500 });
  const inputs = { title: text(told.title), meaning: h("textarea", { rows: 3, value: told.meaning ?? "" }), tags: text((told.tags ?? []).join(", ")), author: text(told.author), license: text(told.license) };
  const said = h("div", {});
  const save = async (event) => {
    event.preventDefault();
    try {
      const changed = await patch(`/v1/filters/${encodeURIComponent(detail.name)}`, changesOf(inputs));
      tell("Its card was changed.");
      await onSaved(changed);
    } catch (fault) {
      fill(said, faulty(fault));
    }
  };
  const form = h("form", { class: "card stack", "aria-label": "Its card", onsubmit: save },
    field("Title", inputs.title), field("Meaning", inputs.meaning, "Why this picture, in your words."),
    field("Tags", inputs.tags, "With commas between them; loud or subtle, and its shelf, are among them."),
    field("Made by", inputs.author), field("Terms of the filter", inputs.license), said,
    h("div", { class: "row" }, h("button", { class: "main" }, "Save"), h("button", { type: "button", onclick: onLeft }, "Leave it as it is")));
  queueMicrotask(() => inputs.title.focus());
  return form;
}

/** What is empty is taken away. */
function changesOf(inputs) {
  const { tags, ...texts } = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value.trim()]));
  return { ...Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, value || null])), tags: tags.split(",").map((tag) => tag.trim()).filter(Boolean) };
}
