// What came out of a job: beside its source where it can be shown, with figures and a download.
import { addressOf } from "../api.js";
import { fill, h } from "../dom.js";
import { flicker } from "../paint/report.js";
import { facts } from "../parts/facts.js";
import { isClip, isPicture, shownAt, wipedClips, wipedPictures } from "../parts/result.js";
import { faulty, loading } from "../parts/states.js";
import { bytes, counted, nameOf } from "../words.js";

/** The outcome of a job that has succeeded; null: it makes nothing to see. */
export function outcome(job, signal) {
  const stand = h("section", { class: "card stack outcome", "aria-label": "Result" });
  const show = async () => {
    fill(stand, loading("Fetching the result …"));
    try {
      fill(stand, h("h2", {}, "Result"), await parts(job, signal));
    } catch (fault) {
      if (!signal.aborted) fill(stand, h("h2", {}, "Result"), faulty(fault, show));
    }
  };
  show();
  return stand;
}

async function parts(job, signal) {
  const { output } = job.params;
  return [
    output && !output.endsWith("/") ? await view(job, output, signal) : null,
    rowsOf(job), notes(job.result), compared(job.result?.rows),
    output && !output.endsWith("/") ? await downloads(job, output) : null,
  ];
}

async function view({ operation, params }, output, signal) {
  const paints = operation === "renders" || operation === "stylize" || operation === "optimize";
  if (isPicture(output)) {
    const after = await shownAt(output, signal);
    if (paints && isPicture(params.source)) return wipedPictures(await shownAt(params.source, signal), after);
    return h("img", { class: "whole", src: after, alt: `The result, ${nameOf(output)}` });
  }
  if (!isClip(output)) return null;
  const after = await shownAt(output, signal);
  if (paints && isClip(params.source) && !params.start) return wipedClips(await shownAt(params.source, signal), after);
  return h("video", { class: "whole", src: after, controls: true, playsInline: true, "aria-label": `The result, ${nameOf(output)}` });
}

function rowsOf({ result, params, operation }) {
  const size = result?.frame_size;
  const rows = facts([
    ["frames", result?.frames > 1 && counted(result.frames, "frame")],
    ["size", size && `${size.join(" × ")} pixels`],
    ["file", result?.size_bytes && `${bytes(result.size_bytes)}, ${result.codec ?? ""}`],
    ["folder", params.output?.endsWith("/") && h("code", { class: "uri" }, params.output)],
    ["filter", operation === "train" && result?.name && h("a", { href: `#/paint?filter=${encodeURIComponent(result.name)}` }, `Paint with ${result.name}`)],
  ]);
  rows.append(...flicker({ result }));
  return rows.childElementCount ? rows : null;
}

const notes = (result) => (result?.notes?.length ? h("ul", { class: "small" }, result.notes.map((note) => h("li", {}, note))) : null);

/** Rows of a comparison with the source. */
function compared(rows) {
  if (!Array.isArray(rows) || !rows.length) return null;
  return h("div", { class: "scrolling" }, h("table", {},
    h("thead", {}, h("tr", {}, ["what", "source", "result", ""].map((head) => h("th", { scope: "col" }, head || h("span", { class: "visually-hidden" }, "verdict"))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row.name), h("td", {}, text(row.source)), h("td", {}, text(row.result)),
      h("td", { class: row.is_loss ? "bad" : "" }, row.verdict))))));
}

const text = (value) => (value == null ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value));

async function downloads(job, output) {
  const made = job.result?.delivered?.length ? job.result.delivered : [{ uri: output }];
  const links = await Promise.all(made.slice(0, 20).map(async ({ uri, size_bytes: size }, index) => h("a", {
    class: index ? "button" : "button main", href: await addressOf(uri), download: nameOf(uri),
  }, made.length === 1 ? "Download" : `Download ${nameOf(uri)}`, size ? h("span", { class: "small" }, ` (${bytes(size)})`) : null)));
  return h("div", { class: "row" }, links);
}
