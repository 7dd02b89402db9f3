// A place to drop files on, or to choose them.
import { h } from "../dom.js";

let made = 0;

/**
 * @param {Object} given
 * @param {string} given.title says what is dropped here
 * @param {boolean} [given.isLow] takes little room
 * @param {string} [given.text] a small line below
 * @param {string} [given.accept] of the chooser of files
 * @param {boolean} [given.multiple]
 * @param {string} [given.action] what the button says
 * @param {(files: File[]) => void} given.onFiles
 * @param {...Node} more beside the button
 */
export function dropZone({ title, isLow = false, text, accept = "", multiple = false, action = "Choose a file", onFiles }, ...more) {
  made += 1;
  const give = (files) => { if (files.length) onFiles(multiple ? [...files] : [files[0]]); };
  const input = h("input", { type: "file", class: "visually-hidden", id: `dropped-${made}`, accept, multiple, onchange: () => { give(input.files); input.value = ""; } });
  const zone = h("div", {
    class: isLow ? "drop low" : "drop",
    ondragover: (event) => { event.preventDefault(); zone.classList.add("over"); },
    ondragleave: () => zone.classList.remove("over"),
    ondrop: (event) => { event.preventDefault(); zone.classList.remove("over"); give(event.dataTransfer.files); },
  },
    isLow ? h("p", {}, title) : h("h2", {}, title),
    h("div", { class: "row middle" }, input, h("label", { class: isLow ? "button" : "button main", htmlFor: input.id }, action), more),
    text && h("p", { class: "muted small" }, text));
  return zone;
}
