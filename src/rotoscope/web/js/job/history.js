// What happened to a job, as a timeline; what comes many times over is counted.
import { fill, h } from "../dom.js";
import { counted, moment, money } from "../words.js";

const TITLES = {
  "job.queued": ({ attempt }) => (attempt > 1 ? `Taken up again, attempt ${attempt}` : "Asked for"),
  "job.running": ({ attempt }) => (attempt > 1 ? `Begun, attempt ${attempt}` : "Begun"),
  "job.succeeded": () => "Done", "job.failed": ({ error }) => `Failed${error ? `: ${error.message}` : ""}`, "job.cancelled": () => "Cancelled",
};
const STEPS = { probe: "Looked at the source", stylize: "Painted", assemble: "Put together", deliver: "Stored", train: "Trained", separate: "Separated", score: "Measured the flicker" };

/** A timeline; `add(event)` goes on with it, `draw()` shows it. */
export function history() {
  const list = h("ol", { class: "happened" });
  const element = h("section", { class: "card", "aria-label": "What happened", hidden: true }, h("h2", {}, "What happened"), list);
  const entries = [];
  const add = ({ type, data, created }) => {
    const told = TITLES[type]?.(data);
    if (told) { entries.push({ type, told, since: created, cost: data.cost_micros }); return; }
    const step = data.progress.step;
    let last = entries.at(-1);
    if (last?.step !== step) entries.push(last = { type: "job.progressed", step, since: created, reports: 0, segments: 0 });
    last.until = created;
    last.frames = data.progress.frames_done;
    last.expected = data.progress.frames_expected;
    if (type === "job.segment_finished") last.segments += 1;
    else last.reports += 1;
  };
  const draw = (currency) => { element.hidden = entries.length === 0; fill(list, entries.map((entry) => h("li", { "data-type": entry.type },
    h("span", { class: "small muted" }, moment(entry.since)), h("span", {}, entry.told ?? stepWords(entry), entry.cost ? ` · ${money(entry.cost, currency)}` : "")))); };
  return { element, add, draw };
}

function stepWords({ step, frames, expected, segments }) {
  const parts = [STEPS[step] ?? (step ? `Step ${step}` : "At work")];
  if (expected) parts.push(`${frames} of ${counted(expected, "frame")}`);
  if (segments) parts.push(counted(segments, "segment"));
  return parts.join(" · ");
}
