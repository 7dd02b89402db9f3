// A place where files are dropped or chosen.
import { h } from "../dom.js";

let made = 0;

/**
 * A place for files.
 * @param {{title: string, action: string, accept: string, multiple?: boolean, onFiles: (files: File[]) => void}} given
 */
export function dropPlace({ title, action, accept, multiple = false, onFiles }) {
  const id = `dropped-${made += 1}`;
  const input = h("input", { type: "file", class: "visually-hidden", id, accept, multiple, onchange: () => { if (input.files.length) onFiles([...input.files]); input.value = ""; } });
  const place = h("div", {
    class: "drop small-drop",
    ondragover: (event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); place.classList.add("over"); } },
    ondragleave: () => place.classList.remove("over"),
    ondrop: (event) => {
      place.classList.remove("over");
      const files = [...event.dataTransfer.files];
      if (!files.length) return;
      event.preventDefault();
      onFiles(multiple ? files : files.slice(0, 1));
    },
  }, h("p", {}, title), input, h("label", { class: "button", htmlFor: id }, action));
  return place;
}
