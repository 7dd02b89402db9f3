// A file on its way to the service, with a bar.
import { fill, h } from "../dom.js";
import { upload } from "../uploads.js";
import { bytes, percent } from "../words.js";

/**
 * Send a file, and show how far it is.
 * @param {File} file
 * @param {Element} stand where it is shown
 * @param {Object} [options] as `upload` takes them
 * @returns {Promise<string>} its URI
 */
export function sending(file, stand, options = {}) {
  const bar = h("progress", { max: 1, value: 0, "aria-label": `Sending ${file.name}` });
  const text = h("output", {});
  fill(stand, h("div", { class: "card stack" }, h("p", { class: "row spread" }, `Sending ${file.name}, ${bytes(file.size)}`, text), bar));
  return upload(file, { ...options, onProgress: (share) => { bar.value = share; text.value = percent(share); } });
}
