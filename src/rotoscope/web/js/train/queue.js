// Trainings: those at work, those that wait, those that are done.
import { blob, follow, get } from "../api.js";
import { fill, h, settled } from "../dom.js";
import { isOver, shareOf } from "../jobs.js";
import { Lazily } from "../parts/lazily.js";
import { stepOf } from "../parts/progress.js";
import { empty, faulty } from "../parts/states.js";
import { moment, percent, span } from "../words.js";

const PAGE = 50;
const SAID = { succeeded: "done", failed: "failed", cancelled: "discarded" };

/** The list, the newest first; it follows what happens. */
export function trainingQueue(signal) {
  const list = h("ol", { class: "grid trainings", "aria-label": "Trainings" });
  const below = h("div", { class: "row middle" });
  const rows = new Map();
  const lazily = new Lazily((row) => bringPicture(row, signal), signal);
  let next = null;
  const put = (job, atTop) => {
    const row = rows.get(job.id) ?? h("li", { "data-job": job.id });
    if (!rows.has(job.id)) list[atTop ? "prepend" : "append"](row);
    rows.set(job.id, row);
    draw(row, job);
    if (hasPicture(job)) lazily.watch(row);
  };
  const more = async () => {
    try {
      const page = await get("/v1/jobs", { operation: "train", limit: PAGE, after: next }, signal);
      next = page.next;
      page.items.forEach((job) => put(job, false));
      fill(below, next && h("button", { type: "button", onclick: more }, "More"),
        !rows.size && empty("No trainings yet", "Drop a style picture above; in half an hour it is a filter."));
    } catch (fault) {
      if (!signal.aborted) fill(below, faulty(fault, more));
    }
  };
  const changed = new Set();
  const refresh = settled(async () => {
    const ids = [...changed];
    changed.clear();
    try {
      for (const id of ids) put(await get(`/v1/jobs/${id}`, {}, signal), true);
    } catch (fault) {
      if (!signal.aborted) fill(below, faulty(fault, more));
    }
  }, 400);
  follow("/v1/events/stream", ({ data }) => { if (data.operation === "train") { changed.add(data.job); refresh(); } }, signal).catch(() => {});
  more();
  return h("section", { class: "stack", "aria-labelledby": "queue-title" }, h("h2", { id: "queue-title" }, "Trainings"), list, below);
}

const hasPicture = (job) => job.state === "succeeded" || job.progress.previews > 0;

function draw(row, job) {
  if (!row.firstChild) fill(row, h("a", { class: "tile", href: `#/train/${job.id}` }, h("span", { class: "thumb" }, h("img", { alt: "", hidden: true })), h("span", { class: "name" }), h("span", { class: "muted small" })));
  const [, name, said] = row.firstChild.children;
  name.textContent = job.params.title ?? job.params.name;
  fill(said, h("span", { class: `state-${job.state}` }, SAID[job.state] ?? stepOf(job)), wordsOf(job));
}

function wordsOf(job) {
  if (isOver(job)) return ` · ${moment(job.ended)}`;
  const share = shareOf(job);
  return [share != null && ` · ${percent(share)}`, job.progress.remaining_seconds != null && ` · ${span(job.progress.remaining_seconds)} left`].filter(Boolean).join("");
}

async function bringPicture(row, signal) {
  const found = await blob(`/v1/jobs/${row.dataset.job}/preview`, {}, signal).catch(() => null);
  if (!found) return "empty";
  const image = row.querySelector("img");
  image.src = URL.createObjectURL(found);
  image.hidden = false;
  return "painted";
}
