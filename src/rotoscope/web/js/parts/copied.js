// Something that is shown once, with a button that copies it.
import { h, tell } from "../dom.js";

/** A secret in a field of its own. */
export function shownOnce(caption, secret, after) {
  const given = h("input", { type: "text", readOnly: true, value: secret, class: "secret", spellcheck: false, onfocus: () => given.select() });
  const copy = async () => {
    given.select();
    try {
      await navigator.clipboard.writeText(secret);
      tell("Copied.");
    } catch {
      tell("This browser does not let a page copy here: it is selected, copy it with Ctrl+C.");
    }
  };
  return h("div", { class: "card stack once", role: "group", "aria-label": caption },
    h("label", { class: "field" }, h("span", {}, caption), given),
    h("p", { class: "small" }, "It is shown this once. Put it where you keep passwords now."),
    h("div", { class: "row" }, h("button", { type: "button", class: "main", onclick: copy }, "Copy"), after));
}
