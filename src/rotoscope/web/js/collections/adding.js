// New works: what jobs have painted, or a file of this device.
import { get, post } from "../api.js";
import { fill, h, tell } from "../dom.js";
import { lookWords } from "../job/told.js";
import { dropZone } from "../parts/drop.js";
import { isClip, isPicture } from "../parts/result.js";
import { faulty, loading } from "../parts/states.js";
import { thumb } from "../parts/thumb.js";
import { upload } from "../uploads.js";
import { moment, nameOf, percent } from "../words.js";

const PAGE = 24;
const PAINTS = new Set(["renders", "stylize", "optimize", "texture"]);

/** The ways to add works; `path` is the collection's. */
export function adder(path, added, signal) {
  const said = h("div", { role: "status" });
  const results = h("div", { class: "stack" });
  const opened = h("details", { ontoggle: () => { if (opened.open && !results.childElementCount) load(); } }, h("summary", {}, "Choose from what was painted"), results);
  const add = async (wanted, name) => {
    fill(said, loading(`Adding ${name} …`));
    try {
      await post(`${path}/works`, wanted);
      fill(said);
      tell(`${name} is in the collection.`);
      await added();
    } catch (fault) {
      if (!signal.aborted) fill(said, faulty(fault));
    }
  };
  const send = async (files) => {
    for (const file of files) {
      const text = h("output", {});
      fill(said, h("p", { class: "row" }, `Sending ${file.name} …`, text));
      try {
        const uri = await upload(file, { signal, onProgress: (share) => { text.value = percent(share); } });
        await add({ file: uri }, file.name);
      } catch (fault) {
        if (!signal.aborted) fill(said, faulty(fault));
        return;
      }
    }
  };
  const load = () => showResults(results, (job) => add({ job: job.id }, nameOf(job.params.output)), signal);
  return h("section", { class: "card stack", "aria-label": "Add works" }, h("h2", {}, "Add works"), opened,
    dropZone({ isLow: true, title: "Or drop painted pictures and clips of this device here.", action: "Choose files", accept: "image/*,video/*", multiple: true, onFiles: send }), said);
}

/** Results of finished jobs, the newest first, a page at a time. */
async function showResults(stand, pick, signal) {
  const grid = h("ul", { class: "picked plain", "aria-label": "Painted results" });
  const foot = h("div", { class: "row foot" });
  fill(stand, grid, foot);
  const more = async (after) => {
    fill(foot, loading());
    try {
      const page = await get("/v1/jobs", { state: "succeeded", limit: PAGE, after }, signal);
      const shown = page.items.filter((job) => PAINTS.has(job.operation) && (isPicture(job.params.output) || isClip(job.params.output)));
      grid.append(...shown.map((job) => h("li", {}, h("button", { type: "button", class: "tile", onclick: () => pick(job) },
        thumb(job.params.output, signal), h("span", { class: "name" }, nameOf(job.params.output)), h("span", { class: "muted small" }, `${lookWords(job.params) || job.operation} · ${moment(job.created)}`)))));
      fill(foot, page.next && h("button", { type: "button", onclick: () => more(page.next) }, "Show older ones"), !grid.childElementCount && !page.next && h("p", { class: "muted" }, "Nothing was painted yet."));
    } catch (fault) {
      if (!signal.aborted) fill(foot, faulty(fault, () => more(after)));
    }
  };
  await more(null);
}
