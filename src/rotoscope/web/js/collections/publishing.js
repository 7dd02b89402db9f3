// A collection's site: published as a job, to a folder by URI.
import { addressOf, post } from "../api.js";
import { field, fill, h } from "../dom.js";
import { followed } from "../jobs.js";
import { facts } from "../parts/facts.js";
import { actionForm, text } from "../parts/form.js";
import { pagedList } from "../parts/paged.js";
import { progressBar } from "../parts/progress.js";
import { faulty } from "../parts/states.js";
import { bytes, counted } from "../words.js";

/** The form that publishes, and what came out. */
export function publisher(name, signal) {
  const output = text({ value: `data://sites/${name}/`, required: true });
  const url = h("input", { type: "url", placeholder: "https://example.org/gallery/" });
  const author = text({ maxLength: 500, spellcheck: true });
  const made = h("div", { class: "stack" });
  return h("section", { class: "card stack", "aria-label": "Publish" }, h("h2", {}, "Publish"),
    h("p", { class: "small" }, "A site of its own: pages, pictures in several widths, clips, a feed. It needs nothing from elsewhere. Publish again, and only what changed is written."),
    actionForm("Publish", [field("Folder of the site, as a URI", output), field("Where it will be", url, "Feeds and previews on other sites need it"), field("Whose works they are", author)], async () => {
      const job = await post("/v1/publish", { collections: [name], output: output.value.trim(), ...(url.value && { url: url.value }), ...(author.value.trim() && { author: author.value.trim() }) });
      await follow(made, job, signal);
    }), made);
}

async function follow(stand, job, signal) {
  const bar = progressBar();
  const link = h("a", { href: `#/jobs/${job.id}` }, "Its job");
  fill(stand, bar.element, link);
  bar.show(job);
  const over = await followed(job, (now) => bar.show(now), signal);
  if (signal.aborted) return;
  if (over.state !== "succeeded") { fill(stand, faulty(new Error(over.error?.message ?? "It was cancelled.")), link); return; }
  const { result } = over;
  const { added, changed, removed, unchanged } = result.changes;
  const files = pagedList({ path: "/v1/files", query: { uri: result.output }, size: 20, signal, label: "Files of the site", row: (file) => fileRow(file, result.output), none: () => h("p", { class: "muted" }, "No files.") });
  const opened = h("details", { ontoggle: () => opened.open && files.load() }, h("summary", {}, "Files of the site"), files.element);
  fill(stand, h("h3", {}, "Published"), facts([
    ["site", h("code", { class: "uri" }, result.output)], ["pages", String(result.pages)], ["works", String(result.works)], ["size", `${bytes(result.size_bytes)}, ${counted(result.files, "file")}`],
    ["written", `${added} new, ${changed} changed, ${removed} removed, ${unchanged} as they were`],
  ]), result.notes.length ? h("ul", { class: "small" }, result.notes.map((note) => h("li", {}, note))) : null, opened, link);
}

function fileRow(file, base) {
  const name = file.uri.slice(base.length);
  return h("li", { class: "row spread small" }, h("a", {
    href: "#", onclick: async (event) => {
      event.preventDefault();
      h("a", { href: await addressOf(file.uri), download: name.split("/").pop() }).click();
    },
  }, name), h("span", { class: "muted" }, bytes(file.size_bytes)));
}
