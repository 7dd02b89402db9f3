// What was used: by filter, work, key and kind of work, over chosen days.
import { get, listed } from "../api.js";
import { choice, field, fill, h } from "../dom.js";
import { KINDS, titleOf } from "../job/told.js";
import { columns, inCell } from "../parts/bars.js";
import { empty, faulty, loading } from "../parts/states.js";
import { counted, money, span } from "../words.js";
import { asQuery, daysChooser, daysOf } from "./span.js";

const BY = [["filter", "Filter"], ["job", "Work"], ["key", "Key"], ["operation", "Kind of work"]];
const MEASURES = {
  cost: ["Cost", (row) => row.cost_micros, (value, currency) => money(value, currency)],
  cpu: ["Processor time", (row) => row.cpu_seconds, span],
  frames: ["Painted frames", (row) => row.frames, (value) => value.toLocaleString()],
};
const STEP = 25;

export async function usage(stand, signal) {
  const found = h("div", { class: "stack" });
  const state = { by: "filter", measure: "cost", keys: new Map(), signal };
  const days = daysChooser("30", () => load());
  const measure = choice(Object.entries(MEASURES).map(([key, [title]]) => [key, title]), "cost", (value) => { state.measure = value; load(); });
  const groups = h("div", { class: "row groups", role: "group", "aria-label": "Counted by" }, BY.map(([by, title]) =>
    h("button", { type: "button", "aria-pressed": String(by === state.by), onclick: (event) => {
      state.by = by;
      for (const one of groups.children) one.setAttribute("aria-pressed", String(one === event.currentTarget));
      load();
    } }, title)));
  const load = async () => {
    const asked = (state.asked = {});
    const range = days.range();
    fill(found, loading("Counting …"));
    try {
      const [daily, grouped] = await Promise.all([get("/v1/usage", { by: "day", ...asQuery(range) }, signal), get("/v1/usage", { by: state.by, ...asQuery(range) }, signal)]);
      if (state.asked === asked) fill(found, draw(state, range, daily, grouped));
    } catch (fault) {
      if (!signal.aborted && state.asked === asked) fill(found, faulty(fault, load));
    }
  };
  fill(stand, h("div", { class: "row tools" }, days.element, field("Bars show", measure)), h("div", { class: "stack" }, groups), found);
  for (const key of await listed("/v1/keys", {}, signal).catch(() => [])) state.keys.set(key.id, key.name); // needs a right that this key may lack
  await load();
}

function draw(state, range, daily, grouped) {
  const { total, currency } = grouped;
  if (!total.jobs && !total.frames) return empty("Nothing was used", "No work was counted on these days. Choose others, or paint something.", h("a", { class: "button main", href: "#/paint" }, "Paint something"));
  const [title, valueOf, told] = MEASURES[state.measure];
  const byDay = new Map(daily.items.map((row) => [row.name, row]));
  const none = { cost_micros: 0, cpu_seconds: 0, frames: 0 };
  const items = daysOf(range).map((name) => {
    const value = valueOf(byDay.get(name) ?? none);
    return { name, value, told: told(value, currency), short: new Date(`${name}T00:00Z`).toLocaleDateString(undefined, { day: "numeric", month: "short", timeZone: "UTC" }) };
  });
  return [totals(total, currency), h("section", { class: "card", "aria-label": "By day" }, columns(`${title} by day (UTC)`, items)), table(state, grouped, title, valueOf)];
}

const totals = (total, currency) => h("ul", { class: "figures" }, [
  [money(total.cost_micros, currency), "cost"], [total.jobs.toLocaleString(), total.jobs === 1 ? "job" : "jobs"], [total.frames.toLocaleString(), "frames painted"],
  [span(total.video_seconds), "of video"], [span(total.cpu_seconds), "processor time"], ...(total.gpu_seconds ? [[span(total.gpu_seconds), "GPU time"]] : []),
].map(([figure, caption]) => h("li", { class: "card" }, h("strong", {}, figure), h("span", { class: "muted small" }, caption))));

function table(state, { items, currency }, title, valueOf) {
  const caption = BY.find(([by]) => by === state.by)[1];
  const sorted = [...items].sort((one, other) => valueOf(other) - valueOf(one));
  const most = Math.max(...sorted.map(valueOf), 0);
  const body = h("tbody", {});
  const foot = h("div", { class: "row foot" });
  const more = (begin) => {
    body.append(...sorted.slice(begin, begin + STEP).map((row) => entry(state, row, most ? valueOf(row) / most : 0, currency)));
    const left = sorted.length - begin - STEP;
    fill(foot, left > 0 && h("button", { type: "button", onclick: () => more(begin + STEP) }, `Show ${Math.min(left, STEP)} more`));
  };
  more(0);
  return h("section", { class: "card stack", "aria-label": `By ${caption.toLowerCase()}` },
    h("div", { class: "scrolling", tabIndex: 0, role: "region", "aria-label": `Usage by ${caption.toLowerCase()}` }, h("table", { class: "usage" }, h("caption", {}, `${counted(sorted.length, "row")}; bars show ${title.toLowerCase()}`),
      h("thead", {}, h("tr", {}, [caption, "Cost", "Jobs", "Frames", "Video", "Processor"].map((head) => h("th", { scope: "col" }, head)))), body)), foot);
}

function entry(state, row, share, currency) {
  return h("tr", {}, h("th", { scope: "row" }, named(state, row.name), inCell(share)),
    [money(row.cost_micros, currency), row.jobs.toLocaleString(), row.frames.toLocaleString(), span(row.video_seconds), span(row.cpu_seconds)].map((value) => h("td", {}, value)));
}

function named(state, name) {
  if (state.by === "key") return state.keys.get(name) ?? (name || "no key: by itself");
  if (state.by === "operation") return KINDS[name] ?? name;
  if (state.by !== "job") return name || "no filter";
  const pictures = /^\((.*)\)$/.exec(name);
  if (pictures) return KINDS[pictures[1]] ?? pictures[1];
  const link = h("a", { href: `#/jobs/${name}` }, name);
  get(`/v1/jobs/${name}`, {}, state.signal).then((job) => { link.textContent = titleOf(job); }).catch(() => {});
  return link;
}
