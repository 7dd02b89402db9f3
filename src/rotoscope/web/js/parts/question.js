// A question before something that cannot be undone.
import { h } from "../dom.js";

/**
 * Ask, and wait for the answer.
 * @param {string} title
 * @param {string} text what will happen
 * @param {string} action what the button says
 * @returns {Promise<boolean>}
 */
export function confirmed(title, text, action) {
  return new Promise((done) => {
    const dialog = h("dialog", { class: "question", "aria-labelledby": "question-title", onclose: () => { dialog.remove(); done(dialog.returnValue === "yes"); } },
      h("h2", { id: "question-title" }, title), h("p", {}, text),
      h("div", { class: "row" },
        h("button", { type: "button", class: "main", onclick: () => dialog.close("yes") }, action),
        h("button", { type: "button", autofocus: true, onclick: () => dialog.close("no") }, "Keep it")));
    document.body.append(dialog);
    dialog.showModal();
  });
}
