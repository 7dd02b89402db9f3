// The list of jobs: the newest first, a page at a time, and live.
import { follow, get } from "../api.js";
import { choice, fill, h, set, settled } from "../dom.js";
import { isOver, shareOf } from "../jobs.js";
import { stepOf } from "../parts/progress.js";
import { PAGE } from "../parts/paged.js";
import { empty, faulty, loading } from "../parts/states.js";
import { counted, moment, money, percent, span } from "../words.js";
import { OPERATIONS, stateMark, titleOf } from "./told.js";

const GROUPS = { "": "All", active: "At work", succeeded: "Done", failed: "Failed", cancelled: "Cancelled" };
const STATES_OF = { active: ["queued", "running"] };

/** The list, and its filters. */
export class JobList {
  #signal;
  #wanted;
  #rows = new Map();
  #changed = new Set();
  #list = h("ul", { class: "jobs", "aria-label": "Jobs" });
  #foot = h("div", { class: "foot row" });
  #groups = h("div", { class: "row groups", role: "group", "aria-label": "State" });
  #said = h("p", { class: "small muted", role: "status" });
  element = h("div", { class: "desk stack" });

  /** @param {URLSearchParams} query `state` and `operation` */
  constructor(query, signal) {
    this.#signal = signal;
    this.#wanted = { state: query.get("state") ?? "", operation: query.get("operation") ?? "" };
    const operation = choice([["", "All kinds of work"], ...Object.entries(OPERATIONS)], this.#wanted.operation, (value) => this.#narrow({ operation: value }));
    operation.setAttribute("aria-label", "Kind of work");
    fill(this.element, h("h1", {}, "Jobs"), h("div", { class: "row spread tools" }, this.#groups, operation), this.#list, this.#foot, this.#said);
  }

  /** Fetch the first page, and follow what happens. */
  async load() {
    this.#mark();
    await this.#more(null);
    follow("/v1/events/stream", (event) => this.#hear(event), this.#signal, () => this.#freshen()).catch(() => {});
  }

  #query() {
    const { state, operation } = this.#wanted;
    return { limit: PAGE, state: STATES_OF[state] ?? (state ? [state] : []), operation };
  }

  #narrow(given) {
    Object.assign(this.#wanted, given);
    const kept = Object.entries(this.#wanted).filter(([, value]) => value).map(([name, value]) => `${name}=${value}`).join("&");
    window.history.replaceState(null, "", `#/jobs${kept ? `?${kept}` : ""}`);
    this.#mark();
    this.#more(null);
  }

  #mark() {
    if (!this.#groups.childElementCount) {
      fill(this.#groups, Object.entries(GROUPS).map(([state, text]) =>
        h("button", { type: "button", "data-state": state, onclick: () => this.#narrow({ state }) }, text)));
    }
    for (const one of this.#groups.children) one.setAttribute("aria-pressed", String(one.dataset.state === this.#wanted.state));
  }

  async #more(after) {
    const query = this.#query();
    const asked = (this.#asked = {});
    fill(this.#foot, loading());
    try {
      const page = await get("/v1/jobs", { ...query, after }, this.#signal);
      if (asked !== this.#asked) return;
      if (!after) { this.#rows.clear(); fill(this.#list); }
      const fresh = page.items.filter((job) => !this.#rows.has(job.id));
      this.#list.append(...fresh.map((job) => this.#row(job)));
      fill(this.#foot, page.next && h("button", { type: "button", onclick: () => this.#more(page.next) }, "Show older ones"), this.#rows.size === 0 && this.#nothing());
      this.#said.textContent = this.#rows.size ? `${counted(this.#rows.size, "job")}${page.next ? ", and there are more" : ""}` : "";
    } catch (fault) {
      if (!this.#signal.aborted) fill(this.#foot, faulty(fault, () => this.#more(after)));
    }
  }
  #asked = null;

  #nothing() {
    if (this.#wanted.state || this.#wanted.operation) return empty("Nothing here", "No job is of that kind and in that state.", h("button", { type: "button", onclick: () => { location.hash = "#/jobs"; this.#narrow({ state: "", operation: "" }); } }, "Show all jobs"));
    return empty("No jobs yet", "What you paint, train or compare is a job. The first one is a click away.", h("a", { class: "button main", href: "#/paint" }, "Paint something"));
  }

  /** An event of the stream: bring its row up to date, or fetch jobs that are new. */
  #hear({ type, subject, data, created }) {
    if (!type.startsWith("job.")) return;
    const row = this.#rows.get(subject);
    if (!row) { this.#freshen(); return; }
    const { state, attempt, progress, cost_micros, error } = data;
    row.job = { ...row.job, state, attempt, progress, cost_micros, error };
    if (type === "job.running") row.job.started ??= created;
    row.job.ended = isOver(row.job) ? created : null;
    if (!this.#changed.size) setTimeout(() => this.#redraw(), 200);
    this.#changed.add(row);
  }

  /** Bring a known row up to date with what the service says now. */
  #renew(job) {
    const row = this.#rows.get(job.id);
    if (!row) return;
    row.job = job;
    draw(row);
  }

  #redraw() {
    for (const row of this.#changed) draw(row);
    this.#changed.clear();
  }

  #freshen = settled(async () => {
    const page = await get("/v1/jobs", this.#query(), this.#signal).catch(() => ({ items: [] }));
    for (const job of page.items) this.#renew(job);
    const newest = [...this.#rows.keys()].reduce((most, id) => (id > most ? id : most), "");
    const fresh = page.items.filter((job) => job.id > newest).map((job) => this.#row(job));
    if (!fresh.length) return;
    if (this.#rows.size === fresh.length) fill(this.#foot); // it said that there was nothing
    this.#list.prepend(...fresh);
    this.#said.textContent = counted(this.#rows.size, "job");
  }, 300);

  #row(job) {
    const row = { job, element: h("li", {}), bar: h("progress", { max: 1, "aria-hidden": "true" }), state: h("span", {}), about: h("span", { class: "small muted about" }), trouble: h("span", { class: "small bad trouble" }) };
    fill(row.element, h("a", { class: "title", href: `#/jobs/${job.id}` }, titleOf(job)), row.state, row.about, row.trouble, row.bar);
    this.#rows.set(job.id, row);
    draw(row);
    return row.element;
  }
}

function draw({ job, element, bar, state, about, trouble }) {
  const share = shareOf(job);
  const took = job.ended && job.started ? (new Date(job.ended) - new Date(job.started)) / 1000 : null;
  set(element, { "data-state": job.state });
  fill(state, stateMark(job.state));
  about.textContent = [
    job.state === "running" ? stepOf(job) : null, job.state === "running" && share != null ? percent(share) : null,
    job.state === "running" && job.progress.remaining_seconds ? `${span(job.progress.remaining_seconds)} left` : null,
    moment(job.created), took != null && `took ${span(took)}`, job.cost_micros ? money(job.cost_micros, job.currency) : null,
  ].filter(Boolean).join(" · ");
  trouble.textContent = job.state === "failed" ? (job.error?.message ?? "") : "";
  trouble.hidden = !trouble.textContent;
  bar.hidden = job.state !== "running";
  if (share == null) bar.removeAttribute("value");
  else bar.value = share;
}

