// Bringing filters in: a filter file, another maker's network, or weights of a known one.
import { ask, post } from "../api.js";
import { choice, field, fill, h } from "../dom.js";
import { dropZone } from "../parts/drop.js";
import { sending } from "../parts/sending.js";
import { faulty, loading } from "../parts/states.js";
import { pathOf } from "./cards.js";

const RANGES = [["", "find it out"], ["0..1", "0 to 1"], ["0..255", "0 to 255"], ["-1..1", "−1 to 1"]];

/** Show the place where filters are dropped. */
export function showImport(stand, signal) {
  const said = h("div", { role: "status" });
  const more = moreOptions();
  const take = async (files) => {
    try {
      const detail = files.length > 1
        ? await sendAll(files, more.given(), said, signal)
        : await bringIn(await sending(files[0], said, { signal }), more.given(), said, signal);
      location.hash = pathOf(detail);
    } catch (fault) {
      if (signal.aborted) return;
      fill(said, faulty(fault));
      more.element.open = true;
    }
  };
  fill(stand, h("div", { class: "narrow stack" },
    h("p", {}, "A filter file has its card in it and comes in as it is. Networks and weights of other makers are looked into: what is found out is noted on the card. Nothing in a file is ever run but its arithmetic."),
    dropZone({
      title: "Drop a filter here", multiple: true, accept: ".onnx,.pth,.pt,.t7,.safetensors,.ckpt,.index,.meta,.model", onFiles: take,
      text: "An .onnx file, PyTorch or safetensors weights of a known style network, or all files of a TensorFlow checkpoint together.",
    }), said, more.element));
}

/** What is only asked of files that do not say it themselves. */
function moreOptions() {
  const name = h("input", { type: "text", maxLength: 64, placeholder: "from the card or the file", pattern: "[a-z0-9]+(-[a-z0-9]+)*" });
  const text = (placeholder) => h("input", { type: "text", maxLength: 500, placeholder });
  const [title, author, license] = [text("from the name"), text("not stated"), text("not stated")];
  const [taken, given] = [choice(RANGES, ""), choice(RANGES, "")];
  const bgr = h("input", { type: "checkbox" });
  const element = h("details", {}, h("summary", {}, "What you know of it"),
    h("div", { class: "fields card" }, field("Name in the palette", name), field("Title", title), field("Made by", author), field("Terms", license),
      field("Values it takes", taken), field("Values it gives", given), h("label", { class: "tick" }, bgr, h("span", {}, "Its colors run blue, green, red"))));
  const told = () => Object.fromEntries(Object.entries({
    name: name.value.trim(), title: title.value.trim(), author: author.value.trim(), license: license.value.trim(),
    input_range: taken.value, output_range: given.value, bgr: bgr.checked,
  }).filter(([, value]) => value));
  return { element, given: told };
}

async function bringIn(source, given, said, signal) {
  fill(said, loading("Looking into it …"));
  return post("/v1/filters", { source, ...given }, { signal });
}

/** Files that are one filter together. */
async function sendAll(files, given, said, signal) {
  fill(said, loading(`Sending ${files.length} files, and looking into them …`));
  const form = new FormData();
  for (const [name, value] of Object.entries(given)) form.append(name, String(value));
  for (const file of files) form.append("file", file, file.name);
  return (await ask("POST", "/v1/filters", { body: form, signal })).json();
}
