// Train: a style picture becomes a filter.
import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { trainingForm } from "../train/form.js";
import { showTraining } from "../train/one.js";
import { trainingQueue } from "../train/queue.js";

/** The page: `#/train`, `#/train/JOB`. */
export async function show(stand, { rest, signal }) {
  if (rest[0]) {
    await showTraining(stand, await get(`/v1/jobs/${encodeURIComponent(rest[0])}`, {}, signal), signal);
    return;
  }
  fill(stand, h("div", { class: "stack" }, h("h1", {}, "Train a filter"),
    h("p", { class: "narrow" }, "Give a picture whose style you want. A network practices on photographs until they look as if that picture's maker had painted them; you watch, and stop when you like what you see."),
    trainingForm((job) => { location.hash = `#/train/${job.id}`; }, signal), trainingQueue(signal)));
}
