// The segments of a job as a map of heat: one cell each, how long its frames took, or how it stands.
import { get } from "../api.js";
import { choice, fill, h, set } from "../dom.js";
import { counted, span } from "../words.js";

const AT_ONCE = 2400;
const PAGE = 200;
const WORDS = { queued: "waiting", running: "at work", succeeded: "done" };
const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

/** A map; `refresh()` fetches the segments again. Hidden while there are none. */
export function heatMap(job, signal) {
  const cells = h("div", { class: "heat", role: "group", "aria-label": "Segments" });
  const said = h("p", { class: "small heat-said", role: "status" });
  const legend = h("div", { class: "row small muted heat-legend" });
  const pages = h("div", { class: "row" });
  const by = choice([["seconds", "seconds a frame"], ["state", "state"]], "seconds", () => draw());
  by.setAttribute("aria-label", "Color by");
  const element = h("section", { class: "card stack", "aria-label": "Segments of the clip", hidden: true },
    h("div", { class: "row spread" }, h("h2", {}, "Segments"), h("label", { class: "inline small" }, h("span", {}, "Color by"), by)),
    cells, said, legend, pages);
  let segments = [];
  let begin = 0;
  const draw = () => {
    const shown = segments.slice(begin, begin + AT_ONCE);
    const [least, most] = bounds(segments);
    const known = [...cells.children];
    const heatOf = (segment) => (by.value === "seconds" ? share(segment, least, most) : null);
    if (known.length !== shown.length) fill(cells, shown.map((_, index) => cell(index, cells, said)));
    shown.forEach((segment, index) => paint(cells.children[index], segment, heatOf(segment)));
    if (!cells.contains(document.activeElement)) said.textContent = summary(segments);
    fill(legend, by.value === "seconds" && most > 0
      ? [h("span", {}, each(least)), h("span", { class: "scale", "aria-hidden": "true" }), h("span", {}, `${each(most)} a frame`), segments.some(({ state }) => state !== "succeeded") && [key("queued"), key("running")]]
      : Object.keys(WORDS).map(key));
    fill(pages, pager(segments.length, begin, (to) => { begin = to; draw(); }));
  };
  let fetched = [];
  const refresh = async () => {
    fetched = await pagesOf(job, fetched, signal);
    segments = fetched.flatMap(({ items }) => items);
    element.hidden = segments.length < 2; // one alone is nothing to compare
    if (!element.hidden) draw();
  };
  return { element, refresh };
}

/** The pages of the list; of those that were fetched before, the ones are kept in which nothing can change. */
async function pagesOf(job, before, signal) {
  const found = [];
  let after;
  do {
    const known = before[found.length];
    const isKept = known && known.after === after && known.next && known.items.every(({ state }) => state === "succeeded");
    const page = isKept ? known : { ...(await get(`/v1/jobs/${job.id}/segments`, { limit: PAGE, after }, signal)), after };
    found.push(page);
    after = page.next;
  } while (after);
  return found;
}

const key = (state) => h("span", { class: "row" }, h("span", { class: "cell", "data-state": state, "aria-hidden": "true" }), WORDS[state]);

/** One cell: arrow keys go from one to the next, so that the tabulator passes the map in one step. */
function cell(index, cells, said) {
  return h("button", {
    type: "button", class: "cell", tabIndex: index ? -1 : 0,
    onfocus: (event) => { said.textContent = event.currentTarget.dataset.told; },
    onmouseenter: (event) => { said.textContent = event.currentTarget.dataset.told; },
    onkeydown: (event) => {
      const all = [...cells.children];
      const row = Math.max(1, all.findIndex((one) => one.offsetTop > all[0].offsetTop));
      const step = { ...STEPS, ArrowDown: row, ArrowUp: -row, Home: -index, End: all.length - 1 - index }[event.key];
      const next = step && all[index + step];
      if (!next) return;
      event.preventDefault();
      event.currentTarget.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    },
  });
}

function paint(element, segment, heat) {
  const told = wordsOf(segment);
  set(element, { "data-state": segment.state, "data-told": told, "aria-label": told, "data-by": heat == null ? "state" : "heat" });
  element.style.setProperty("--heat", heat == null ? "0%" : `${Math.round(12 + 88 * heat)}%`);
}

const each = (seconds) => (seconds < 1 ? `${seconds.toFixed(3)} s` : span(seconds));
const perFrame = ({ seconds, frames_done: done, first, stop }) => (seconds == null ? null : seconds / (done || stop - first));

function wordsOf(segment) {
  const { number, first, stop, state, frames_done: done, seconds, worker } = segment;
  const frames = `Segment ${number + 1}, frames ${first + 1} to ${stop}`;
  if (state !== "succeeded" || seconds == null) return `${frames}: ${WORDS[state]}${state === "running" && done ? `, ${done} of ${counted(stop - first, "frame")}` : ""}`;
  return `${frames}: ${span(seconds)}, ${each(perFrame(segment))} a frame${worker ? `, on ${worker}` : ""}`;
}

function bounds(segments) {
  const all = segments.map(perFrame).filter((value) => value != null);
  return all.length ? [Math.min(...all), Math.max(...all)] : [0, 0];
}

function share(segment, least, most) {
  const value = perFrame(segment);
  if (value == null || segment.state !== "succeeded") return null;
  return most > least ? (value - least) / (most - least) : 0.4;
}

function summary(segments) {
  const done = segments.filter((segment) => segment.state === "succeeded").length;
  return `${done.toLocaleString()} of ${counted(segments.length, "segment")} done. Point at a cell, or go through them with the arrow keys.`;
}

function pager(count, begin, go) {
  if (count <= AT_ONCE) return null;
  const link = (to, text) => h("button", { type: "button", disabled: to < 0 || to >= count, onclick: () => go(to) }, text);
  return [link(begin - AT_ONCE, "Earlier segments"), h("span", { class: "small muted" }, `${begin + 1} to ${Math.min(count, begin + AT_ONCE)} of ${count}`), link(begin + AT_ONCE, "Later segments")];
}
