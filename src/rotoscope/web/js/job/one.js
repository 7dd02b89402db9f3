// One job: what was asked, how it goes, what came out, and what can be done about it.
import { blob, follow, get, post } from "../api.js";
import { field, fill, h, tell } from "../dom.js";
import { isOver } from "../jobs.js";
import { facts, raw } from "../parts/facts.js";
import { progressBar } from "../parts/progress.js";
import { confirmed } from "../parts/question.js";
import { growingClip } from "../parts/result.js";
import { faulty } from "../parts/states.js";
import { moment, money, span } from "../words.js";
import { heatMap } from "./heat.js";
import { history } from "./history.js";
import { outcome } from "./outcome.js";
import { adviceFor, askedFor, stateMark, titleOf } from "./told.js";

const SHOWS_PREVIEWS = new Set(["train", "optimize"]);
const CLIP_STEPS = new Set(["renders", "stylize"]);

/** The page of a job; it follows the job until the job has ended. */
export async function showJob(stand, id, signal) {
  const job = await get(`/v1/jobs/${id}`, {}, signal);
  document.title = `${titleOf(job)} · Rotoscope`;
  const page = new JobPage(stand, job, signal, () => showJob(stand, id, signal));
  await page.follow();
}

class JobPage {
  #job;
  #signal;
  #again;
  #head = h("div", { class: "stack" });
  #way = h("div", { class: "stack" });
  #bar = progressBar();
  #asked = h("section", { class: "card", "aria-label": "What was asked" });
  #json = h("div", {});
  #clip;
  #preview = h("img", { class: "whole", alt: "How it is going", hidden: true });
  #heat;
  #history = history();
  #dirty = false;
  #ended = false;

  constructor(stand, job, signal, again) {
    this.#job = job;
    this.#signal = signal;
    this.#again = again;
    this.#clip = growingClip(signal);
    this.#heat = heatMap(job, signal);
    fill(stand, h("div", { class: "desk job-page stack" },
      h("p", { class: "small" }, h("a", { href: "#/jobs" }, "All jobs")), this.#head,
      h("div", { class: "columns" },
        h("div", { class: "stack" }, this.#way, this.#heat.element),
        h("div", { class: "stack" }, this.#asked, this.#history.element, this.#json))));
    this.#draw();
  }

  /** Read what happened and what happens; draw no more than a few times a second. */
  async follow() {
    this.#heat.refresh().catch(() => {});
    if (!isOver(this.#job)) this.#look();
    const path = `/v1/jobs/${this.#job.id}/events`;
    while (!this.#signal.aborted) {
      await follow(path, (event) => this.#hear(event), this.#signal);
      if (this.#signal.aborted) return;
      this.#job = await get(`/v1/jobs/${this.#job.id}`, {}, this.#signal);
      if (isOver(this.#job)) break;
    }
    this.#draw();
  }

  #hear(event) {
    this.#history.add(event);
    const { data } = event;
    const isNews = data.attempt >= this.#job.attempt && !isOver(this.#job);
    if (isNews) {
      const { state, progress, cost_micros, attempt } = data;
      if (!isOver(data)) this.#job = { ...this.#job, state, progress, cost_micros, attempt };
      if (event.type === "job.segment_finished" || data.progress.segments_done) this.#look();
    }
    if (this.#dirty) return;
    this.#dirty = true;
    setTimeout(() => { this.#dirty = false; if (!this.#signal.aborted) this.#drawProgress(); }, 150);
  }

  /** Fetch what there is to see while it runs: at most every two seconds. */
  #look() {
    if (this.#looking) return;
    this.#looking = setTimeout(async () => {
      this.#looking = null;
      if (this.#signal.aborted) return;
      this.#heat.refresh().catch(() => {});
      if (isOver(this.#job)) return;
      if (CLIP_STEPS.has(this.#job.operation) && this.#job.progress.segments_done) this.#clip.refresh(this.#job);
      if (SHOWS_PREVIEWS.has(this.#job.operation)) await this.#showPreview();
    }, 2000);
  }
  #looking = null;

  async #showPreview() {
    const found = await blob(`/v1/jobs/${this.#job.id}/preview`, {}, this.#signal).catch(() => null);
    if (!found) return;
    if (this.#preview.src) URL.revokeObjectURL(this.#preview.src);
    this.#preview.src = URL.createObjectURL(found);
    this.#preview.hidden = false;
  }

  #draw() {
    const job = this.#job;
    fill(this.#asked, h("h2", {}, "What was asked"), facts(askedFor(job)));
    fill(this.#json, raw(job, "The job as JSON"));
    this.#drawHead();
    if (!isOver(job)) { fill(this.#way, h("section", { class: "card stack", "aria-label": "Progress" }, this.#bar.element, this.#clip.element, this.#preview)); }
    else if (!this.#ended) {
      this.#ended = true;
      fill(this.#way, job.state === "succeeded" ? outcome(job, this.#signal) : this.#trouble());
      this.#heat.refresh().catch(() => {});
    }
    this.#drawProgress();
  }

  #drawProgress() {
    if (!isOver(this.#job)) { this.#bar.show(this.#job); this.#drawHead(); }
    this.#history.draw(this.#job.currency);
  }

  #drawHead() {
    const job = this.#job;
    const took = job.ended && job.started ? (new Date(job.ended) - new Date(job.started)) / 1000 : null;
    const wanted = `${job.state} ${job.cost_micros}`;
    if (this.#head.dataset.drawn === wanted) return;
    this.#head.dataset.drawn = wanted;
    fill(this.#head, h("h1", {}, titleOf(job)),
      h("div", { class: "row spread" },
        h("p", { class: "row" }, stateMark(job.state), h("span", { class: "muted" }, [
          `asked for ${moment(job.created)}`, took != null && `took ${span(took)}`, `cost ${money(job.cost_micros, job.currency)}`,
          job.attempt > 1 && `attempt ${job.attempt}`].filter(Boolean).join(" · "))),
        this.#actions()));
  }

  #actions() {
    const job = this.#job;
    if (isOver(job)) return job.params.source && CLIP_STEPS.has(job.operation) && h("button", { type: "button", onclick: () => this.#paintAgain() }, "Paint it another way");
    return h("div", { class: "row" },
      job.operation === "train" && h("button", { type: "button", onclick: () => this.#do("stop", "It ends, and makes the filter of what it has learned.") }, "Stop and keep the filter"),
      h("button", { type: "button", onclick: () => this.#cancel() }, "Cancel"));
  }

  async #cancel() {
    const sure = await confirmed("Cancel this job?", "It stops. What was done is kept for another try, and paid for.", "Cancel the job");
    if (sure) await this.#do("cancel", "It is being cancelled.");
  }

  async #do(what, said, json = {}) {
    try {
      await post(`/v1/jobs/${this.#job.id}/${what}`, json);
      tell(said);
      return true;
    } catch (fault) {
      tell(fault.message, 12);
      return false;
    }
  }

  async #paintAgain() {
    tell("Opening it on the page Paint …", 2);
    try {
      const medium = await post("/v1/media", { uri: this.#job.params.source });
      const { filter } = this.#job.params;
      location.hash = `#/paint/${medium.id}${typeof filter === "string" ? `?filter=${encodeURIComponent(filter)}` : ""}`;
    } catch (fault) {
      tell(fault.message, 12);
    }
  }

  /** What went wrong, and the ways on. */
  #trouble() {
    const { error, state, budget_micros: budget, currency } = this.#job;
    const isShort = error?.code === "budget-exhausted";
    const amount = h("input", { type: "number", min: 0.000001, step: "any", required: true, value: String(2 * (budget ?? 0) / 1e6), inputMode: "decimal" });
    const retry = async (event) => {
      event.preventDefault();
      const more = isShort ? { budget_micros: Math.round(amount.valueAsNumber * 1e6) } : {};
      if (await this.#do("retry", "It goes on.", more)) this.#again();
    };
    return h("section", { class: "card stack", "aria-label": "What went wrong" },
      h("h2", {}, state === "cancelled" ? "It was cancelled" : "It failed"),
      error ? faulty(new Error(error.message)) : h("p", {}, "What was done until then is kept: when it is tried again, that is not done again."),
      error && h("p", {}, adviceFor(error)),
      h("form", { class: "row", onsubmit: retry }, isShort && field(`New budget in ${currency}`, amount),
        h("button", { class: !error || error.retryable || isShort ? "main" : "" }, isShort ? "Go on with this budget" : "Try again")));
  }
}
