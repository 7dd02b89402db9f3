// A job's progress as a bar with words.
import { fill, h } from "../dom.js";
import { counted, money, percent, span } from "../words.js";
import { shareOf } from "../jobs.js";

const STEPS = { "": "waiting for its turn", probe: "looking at the source", stylize: "painting", assemble: "putting it together", deliver: "storing it", train: "training", separate: "separating" };
/** Steps of work that counts no frames: theirs are hundredths. */
const UNCOUNTED = new Set(["train", "optimize"]);
/** What a job does just now, in words. */
export const stepOf = (job) => (job.state === "queued" ? STEPS[""] : STEPS[job.progress.step] ?? job.progress.step);

/** A bar that shows a job; `show(job)` brings it up to date. */
export function progressBar() {
  const bar = h("progress", { max: 1, "aria-label": "Progress" });
  const text = h("p", { class: "small muted", role: "status" });
  const element = h("div", { class: "stack" }, bar, text);
  const show = (job) => {
    const share = shareOf(job);
    if (share == null) bar.removeAttribute("value");
    else bar.value = share;
    const { progress } = job;
    fill(text, [
      stepOf(job), share != null && percent(share),
      progress.steps_done != null ? counted(progress.steps_done, "step") : progress.frames_expected && !UNCOUNTED.has(progress.step) && `${progress.frames_done} of ${counted(progress.frames_expected, "frame")}`,
      progress.frames_per_second && `${progress.frames_per_second.toFixed(1)} a second`,
      progress.remaining_seconds != null && job.state === "running" && `${span(progress.remaining_seconds)} left`,
      job.cost_micros ? money(job.cost_micros, job.currency) : null,
    ].filter(Boolean).join(" · "));
  };
  return { element, show };
}
