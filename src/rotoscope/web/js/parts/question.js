// Questions that want a yes before something is done that cannot be undone, and forms that come up over the page.
import { h } from "../dom.js";

/**
 * Ask.
 * @param {string} title the question
 * @param {string} text what follows from a yes
 * @param {string} yes what the button says
 * @param {...Node} more what is to be chosen with it
 * @returns {Promise<boolean>}
 */
export function confirmed(title, text, yes, ...more) {
  return new Promise((done) => {
    const dialog = h("dialog", { class: "question card", "aria-label": title, onclose: () => { dialog.remove(); done(dialog.returnValue === "yes"); } },
      h("form", { method: "dialog", class: "stack" },
        h("h2", {}, title), h("p", {}, text), more,
        h("div", { class: "row" },
          h("button", { value: "yes", class: "main" }, yes),
          h("button", { value: "no", autofocus: true }, "No, leave it"))));
    document.body.append(dialog);
    dialog.showModal();
  });
}
