// The sheet: a row for each filter, in the order in which somebody likes them.
import { addressOf, post } from "../api.js";
import { fill, h, tell } from "../dom.js";
import { followed } from "../jobs.js";
import { documentOf, newLook } from "../paint/look.js";
import { stylize } from "../paint/painter.js";
import { star } from "../parts/favorites.js";
import { Lazily } from "../parts/lazily.js";
import { progressBar } from "../parts/progress.js";
import { empty, faulty } from "../parts/states.js";
import { titleOf } from "../parts/shelves.js";
import { upload } from "../uploads.js";
import { nameOf } from "../words.js";
import { pathOf } from "./cards.js";
import { askDuels } from "./duel.js";
import { keepRanking, moved, ranked, rankingDocument } from "./ranking.js";

/** The sheet of a comparison; `draw()` brings it up to date with `desk.pictures` and `desk.chosen`. */
export function sheetPart(desk) {
  const element = h("section", { class: "stack", "aria-label": "Sheet" });
  const outcome = h("div", { class: "stack" });
  const paintings = new Map();
  desk.painted = (name, picture) => memo(paintings, `${name} ${picture.address}`, () => painting(name, picture, desk.signal));
  const lazily = new Lazily((cell) => show(cell, desk), desk.signal);
  const cells = new Map();
  desk.cellFor = (name, picture) => memo(cells, `${name} ${picture.address}`, () => {
    const cell = h("div", { class: "cell" }, h("img", { alt: "" }));
    Object.assign(cell, { wanted: { name, picture } });
    lazily.watch(cell);
    return cell;
  });
  const draw = () => {
    const filters = ranked([...desk.chosen]).map((name) => desk.filters.find((filter) => filter.name === name));
    const again = (names) => { keepRanking(names); draw(); };
    fill(element, head(desk, filters, again, outcome), outcome,
      filters.length && desk.pictures.length
        ? h("ol", { class: "sheet", "aria-label": "Filters, the best first" }, filters.map((filter, index) => row(desk, filter, index, filters, again)))
        : empty("Nothing to compare yet", "Choose filters above, and at least one picture."));
  };
  return { element, draw };
}

function row(desk, filter, index, filters, again) {
  const title = titleOf(filter);
  const names = filters.map((one) => one.name);
  const move = (by, label, arrow) => h("button", {
    type: "button", class: "move", "aria-label": `${label} ${title}`, disabled: by < 0 ? index === 0 : index === filters.length - 1,
    onclick: () => { again(moved(names, filter.name, by)); tell(`${title} is number ${index + 1 + by} now.`, 3); },
  }, arrow);
  return h("li", { "data-filter": filter.name },
    h("div", { class: "who" }, h("span", { class: "place", "aria-hidden": "true" }, index + 1), h("h3", {}, h("a", { href: pathOf(filter) }, title)),
      h("span", { class: "row" }, star(filter.name, title), move(-1, "Move up", "↑"), move(1, "Move down", "↓"))),
    h("div", { class: "paintings" }, desk.pictures.map((picture) => {
      const cell = desk.cellFor(filter.name, picture);
      if (cell.firstChild) cell.firstChild.alt = `${picture.name} by ${title}`;
      return cell;
    })));
}

function head(desk, filters, again, outcome) {
  const isReady = filters.length > 1 && desk.pictures.length > 0;
  return h("div", { class: "row spread" }, h("h2", {}, "The sheet, the best first"), h("div", { class: "row" },
    h("button", { type: "button", disabled: !isReady, onclick: () => askDuels(desk, filters, again) }, "Rank them by pairs"),
    h("button", { type: "button", disabled: !filters.length, onclick: () => exportRanking(filters, desk.pictures) }, "Export the ranking"),
    h("button", { type: "button", disabled: !isReady, onclick: () => keepSheet(desk, filters, outcome) }, "Keep it as a picture")));
}

async function show(cell, { painted, signal }) {
  try {
    cell.firstChild.src = await painted(cell.wanted.name, cell.wanted.picture);
    return "painted";
  } catch (fault) {
    if (!signal.aborted) fill(cell, h("p", { class: "small muted" }, fault.message));
    return "failed";
  }
}

const painting = async (name, picture, signal) => URL.createObjectURL(await stylize(picture.small, documentOf(newLook(name)), { signal, quality: 85 }));

/** What was made before under a key; a promise that failed is not kept. */
function memo(made, key, make) {
  if (!made.has(key)) {
    const one = make();
    made.set(key, one);
    one.catch?.(() => made.delete(key));
  }
  return made.get(key);
}

function exportRanking(filters, pictures) {
  const text = `${JSON.stringify(rankingDocument(filters, pictures), null, 2)}\n`;
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href: address, download: "ranking.json" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** The same as one picture with figures: a job of the service makes it. */
async function keepSheet(desk, filters, outcome) {
  const { signal } = desk;
  const bar = progressBar();
  fill(outcome, bar.element);
  try {
    for (const picture of desk.pictures) picture.uri ??= await upload(picture.file, { signal });
    const output = `data://sheets/audition-${new Date().toISOString().replace(/[-:]/g, "").slice(0, 15)}.png`;
    let job = await post("/v1/audition", { sources: [...new Set(desk.pictures.map(({ uri }) => uri))], filters: filters.map(({ name }) => name), output });
    job = await followed(job, bar.show, signal);
    if (signal.aborted) return;
    if (job.state !== "succeeded") throw new Error(job.error?.message ?? "It was cancelled.");
    const address = await addressOf(output);
    fill(outcome, h("div", { class: "card stack", "data-uri": output }, h("div", { class: "scrolling", tabIndex: 0, role: "region", "aria-label": "The sheet as a picture" }, h("img", { src: address, alt: "The sheet" })),
      h("div", {}, h("a", { class: "button main", href: address, download: nameOf(output) }, "Download the sheet"))));
  } catch (fault) {
    if (!signal.aborted) fill(outcome, faulty(fault));
  }
}
