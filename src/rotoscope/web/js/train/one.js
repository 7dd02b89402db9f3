// One training: watched while it runs, stopped, resumed, kept or discarded.
import { blob, follow, get, post, remove } from "../api.js";
import { fill, h, settled, tell } from "../dom.js";
import { followed, isOver } from "../jobs.js";
import { picture } from "../paint/stage.js";
import { lossCharts } from "../parts/losses.js";
import { progressBar } from "../parts/progress.js";
import { confirmed } from "../parts/question.js";
import { faulty } from "../parts/states.js";
import { money, moment, span } from "../words.js";
import { table } from "../filters/tables.js";
import { LossHistory } from "./history.js";

const STATES = { queued: "waits for its turn", running: "is training", succeeded: "is done", failed: "has failed", cancelled: "was stopped" };

/** Show a training, and follow it to its end. */
export async function showTraining(stand, job, signal) {
  const title = titleOf(job);
  document.title = `${title} · Rotoscope`;
  const parts = {
    state: h("p", { class: "muted", role: "status" }), bar: progressBar(), preview: previewPart(job, signal),
    losses: lossCharts([]), actions: h("div", { class: "row" }), said: h("div", {}), facts: h("div", {}),
  };
  const learned = h("section", { class: "card", hidden: true }, h("h2", {}, "Losses"), parts.losses,
    h("p", { class: "small muted" }, "How far its paintings are from what is wanted, before each is weighed. Style and content pull at each other: what matters is that they settle."));
  const history = new LossHistory();
  const draw = settled(() => { learned.hidden = !history.records.length; parts.losses.show(history.records); }, 100);
  fill(stand, h("div", { class: "stack" }, h("p", {}, h("a", { href: "#/train" }, "All trainings")),
    h("div", {}, h("h1", {}, title), parts.state), parts.said, parts.bar.element, parts.actions,
    h("div", { class: "watching" }, parts.preview.element, h("div", { class: "stack" }, learned, parts.facts))));
  const show = (now) => showJob(now, parts, { again: () => reload(stand, job.id, signal).catch((fault) => { if (!signal.aborted) fill(parts.said, faulty(fault)); }) });
  show(job);
  const ended = await followedWithEvents(job, history, draw, show, signal);
  if (signal.aborted) return;
  show(ended);
  draw();
}

/** Like `followed`, but hears all events from the job's beginning, also of one that is over. */
function followedWithEvents(job, history, draw, show, signal) {
  follow(`/v1/jobs/${job.id}/events`, (event) => { if (history.note(event)) draw(); }, signal).catch(() => {});
  return isOver(job) ? job : followed(job, show, signal);
}

const titleOf = ({ params }) => params.title ?? params.name;
const reload = async (stand, id, signal) => showTraining(stand, await get(`/v1/jobs/${id}`, {}, signal), signal);

function showJob(job, parts, how) {
  fill(parts.state, h("strong", { class: `state-${job.state}` }, `It ${STATES[job.state]}`), job.ended ? `, since ${moment(job.ended)}.` : job.started ? `, begun ${moment(job.started)}.` : ".");
  parts.bar.element.hidden = isOver(job);
  parts.bar.show(job);
  if (job.state === "failed") fill(parts.said, faulty(new Error(job.error?.message ?? "Nobody knows why.")));
  else if (job.state === "cancelled") fill(parts.said, h("p", { class: "card" }, "It was stopped, and made no filter. What it learned until then is kept for a while: it can go on from there."));
  else fill(parts.said);
  parts.preview.show(job);
  fill(parts.actions, actionsFor(job, parts, how));
  fill(parts.facts, factsOf(job));
}

function actionsFor(job, parts, how) {
  const act = (text, run, main) => h("button", { type: "button", class: main ? "main" : "", onclick: () => attempt(run, parts) }, text);
  const path = encodeURIComponent(job.params.name);
  const cancel = act("Discard", async () => {
    if (!(await confirmed("Discard this training?", "It ends now and makes no filter.", "Discard it"))) return;
    await post(`/v1/jobs/${job.id}/cancel`);
  });
  if (job.state === "queued") return [cancel];
  if (job.state === "running") {
    return [act("Stop, and keep what there is", async () => {
      await post(`/v1/jobs/${job.id}/stop`);
      tell("It ends after this step, and makes its filter.");
    }, true), cancel];
  }
  if (job.state !== "succeeded") return [act("Go on", async () => { await post(`/v1/jobs/${job.id}/retry`); how.again(); }, true)];
  return [h("a", { class: "button main", href: `#/filters/${path}` }, "Keep it: it is in the palette"), h("a", { class: "button", href: `#/paint?filter=${path}` }, "Paint with it"),
    h("a", { class: "button", href: `#/live?filter=${path}` }, "Try it live"),
    act("Discard the filter", async () => {
      if (!(await confirmed(`Discard ${titleOf(job)}?`, "The filter leaves the palette for good.", "Discard it"))) return;
      await remove(`/v1/filters/${path}`);
      tell("The filter was discarded.");
      location.hash = "#/train";
    })];
}

async function attempt(run, { said }) {
  try {
    await run();
  } catch (fault) {
    fill(said, faulty(fault));
  }
}

/** The latest picture of how it is going: a photograph beside its painting. */
function previewPart(job, signal) {
  const image = h("img", { alt: "A photograph beside its painting as it is now", hidden: true });
  const waiting = h("p", { class: "muted small" });
  let shown = "";
  const show = async (now) => {
    const isThere = now.progress.previews > 0 || now.state === "succeeded";
    waiting.textContent = isThere ? "" : isOver(now) ? "It has shown no picture." : "The first picture comes after some twenty seconds of training.";
    const version = `${now.attempt} ${now.progress.previews} ${now.state === "succeeded"}`;
    if (!isThere || shown === version) return;
    shown = version;
    const found = await blob(`/v1/jobs/${job.id}/preview`, {}, signal).catch(() => null);
    if (!found) return;
    await picture(image, found);
    image.hidden = false;
    element.dataset.shown = version;
  };
  const element = h("figure", { class: "preview card" }, image, waiting, h("figcaption", { class: "small muted" }, "A photograph, and how it is painted now"));
  return { element, show };
}

function factsOf({ params, progress, cost_micros: cost, currency, started, ended, result, attempt }) {
  const names = params.styles.map(({ uri }) => decodeURIComponent(uri.split("/").pop())).join(", ");
  return table("Asked for", [
    ["Style", names], ["Name", h("code", {}, params.name)], ["Content", params.content ?? "drawn photographs"],
    ["Long", params.steps ? `${params.steps.toLocaleString()} steps` : `${params.minutes ?? 30} minutes`],
    ["Style weight", params.style_weight], ["Stroke scale", params.stroke_scale], ["Colors", params.colors === "photo" ? "the photograph's own" : null],
    ["Steps", (result?.steps ?? progress.steps_done)?.toLocaleString()],
    ["Took", started && ended && span((new Date(ended) - new Date(started)) / 1000)], ["Attempt", attempt > 1 ? attempt : null],
    ["Cost", cost ? money(cost, currency) : null],
  ]);
}
