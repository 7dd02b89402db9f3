// One filter: the image behind it, how it was made, and what can be done with it.
import "../before-after.js";
import { ask, blob, get, remove } from "../api.js";
import { fill, h, tell } from "../dom.js";
import { documentOf, newLook } from "../paint/look.js";
import { smaller, stylize } from "../paint/painter.js";
import { star } from "../parts/favorites.js";
import { lossCharts } from "../parts/losses.js";
import { confirmed } from "../parts/question.js";
import { faulty } from "../parts/states.js";
import { shelfOf, titleOf } from "../parts/shelves.js";
import { bytes, day, span } from "../words.js";
import { SAMPLE, multiplications } from "./cards.js";
import { editForm } from "./edit.js";
import { table } from "./tables.js";

/** Show a filter; `detail` as `GET /v1/filters/{name}` gives it. */
export async function showOne(stand, detail, signal) {
  const title = titleOf(detail);
  document.title = `${title} · Rotoscope`;
  const said = h("div", {});
  const editing = h("div", {});
  const again = (changed) => showOne(stand, changed, signal);
  const versions = h("div", {});
  const losses = detail.card?.training?.losses ?? [];
  fill(stand, h("article", { class: "filter stack" },
    h("p", {}, h("a", { href: "#/filters" }, "All filters")),
    h("div", { class: "filter-head" }, h("div", { class: "stack" }, detail.problem ? null : trial(detail, signal), images(detail, signal)), h("div", { class: "stack" },
      h("div", { class: "row spread" }, h("h1", {}, title), star(detail.name, title)),
      h("p", { class: "muted" }, shelfOf(detail), detail.bundled ? null : h("span", { class: "tag" }, "yours")),
      detail.card?.meaning && h("blockquote", {}, detail.card.meaning),
      !detail.card && detail.title && h("p", {}, detail.title),
      detail.problem && h("p", { class: "fault" }, detail.problem),
      actions(detail, editing, again, said, signal), said, editing, facts(detail))),
    detail.options.length ? optionsOf(detail) : null,
    losses.length > 1 && h("section", { class: "card" }, h("h2", {}, "How it learned"), lossCharts(losses)),
    recipe(detail.card), h("div", { class: "filter-tables" }, measured(detail.card), cost(detail), versions)));
  await showVersions(versions, detail, signal);
}

function images({ samples, card: told }, signal) {
  const styles = [told?.style, ...(told?.more_styles ?? [])].filter(Boolean);
  const figure = (sample, caption) => {
    const image = h("img", { alt: "", width: sample.width, height: sample.height });
    blob(sample.path, {}, signal).then((found) => { image.src = URL.createObjectURL(found); }).catch(() => {});
    return h("figure", { class: sample.name === "texture" ? "texture" : "style" }, image, h("figcaption", {}, caption));
  };
  const shown = samples.filter((sample) => sample.name !== "texture").map((sample) => {
    const style = styles[Number(sample.name.split("-")[1] ?? 1) - 1] ?? {};
    return figure(sample, credit(style));
  });
  const texture = samples.find((sample) => sample.name === "texture");
  return h("section", { class: "images", "aria-label": "The image behind it" }, shown,
    !shown.length && styles.length > 0 && h("p", {}, h("span", { class: "muted" }, "The image behind it: "), credit(styles[0])),
    texture && figure(texture, "Its strokes, painted by itself"),
    !samples.length && !styles.length && h("p", { class: "muted small" }, told ? "Its card has no pictures." : "It is calculated; no image is behind it."));
}

/** The sample picture and its painting, with an edge between them. */
function trial({ name }, signal) {
  const image = (alt) => h("img", { alt, width: 640, height: 427 });
  const [before, after] = [image("The sample picture"), image("The sample picture, painted")];
  const stand = h("before-after", { class: "trial" }, before, after);
  const paint = async () => {
    const photograph = await smaller(await (await fetch(SAMPLE, { signal })).blob(), 960);
    before.src = after.src = URL.createObjectURL(photograph);
    after.src = URL.createObjectURL(await stylize(photograph, documentOf(newLook(name)), { signal }));
    stand.dataset.state = "painted";
  };
  paint().catch(() => stand.remove()); // one that needs options cannot be tried without them
  return stand;
}

/** Title, artist, year and terms of a style image. */
function credit(style) {
  const isAddress = /^https?:\/\//.test(style.source ?? "");
  return [
    h("cite", {}, style.title ?? "Style image"),
    [style.artist, style.year, style.collection].filter(Boolean).map((word) => `, ${word}`).join(""), ". ",
    style.license && h("span", { class: "muted" }, `${style.license}. `),
    style.source && (isAddress ? h("a", { href: style.source, rel: "noreferrer noopener", target: "_blank" }, "Where it was found") : h("span", { class: "muted" }, style.source)),
  ];
}

function actions(detail, editing, again, said, signal) {
  const own = !detail.bundled && detail.digest;
  return h("div", { class: "row" },
    h("a", { class: "button main", href: `#/paint?filter=${encodeURIComponent(detail.name)}` }, "Paint with it"),
    detail.digest && h("a", { class: "button", href: `#/live?filter=${encodeURIComponent(detail.name)}` }, "Try it live"),
    h("a", { class: "button", href: `#/filters?view=compare&filter=${encodeURIComponent(detail.name)}` }, "Compare"),
    detail.digest && h("button", { type: "button", onclick: () => download(detail, said, signal) }, "Download the file"),
    own && h("button", { type: "button", onclick: () => fill(editing, editForm(detail, again, () => fill(editing))) }, "Edit"),
    own && h("button", { type: "button", class: "quiet", onclick: () => erase(detail, said) }, "Delete"));
}

async function download({ name }, said, signal) {
  try {
    const found = await (await ask("GET", `/v1/filters/${encodeURIComponent(name)}/file`, { signal })).blob();
    const address = URL.createObjectURL(found);
    h("a", { href: address, download: `${name}.onnx` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    tell(`${name}.onnx, ${bytes(found.size)}: its card is in it.`);
  } catch (fault) {
    fill(said, faulty(fault));
  }
}

async function erase(detail, said) {
  const title = titleOf(detail);
  if (!(await confirmed(`Delete ${title}?`, "Its file goes for good. Looks that name it cannot paint any more; what was painted stays.", "Delete it"))) return;
  try {
    await remove(`/v1/filters/${encodeURIComponent(detail.name)}`);
    tell(`${title} was deleted.`);
    location.hash = "#/filters";
  } catch (fault) {
    fill(said, faulty(fault));
  }
}

function facts({ name, kind, card: told, size_bytes: size, digest, tags }) {
  const rows = [
    ["Name", h("code", {}, name)], ["Kind", kind === "neural" ? "neural" : `${kind}, calculated`], ["Made by", told?.author],
    ["Terms", told?.license ?? (told ? "not stated" : null)], ["Made on", told?.created && day(told.created)],
    ["Trained", told?.training && training(told.training)], ["Tags", tags.join(", ")], ["Size", size && bytes(size)],
    ["Digest", digest && h("code", { class: "digest" }, digest)],
  ];
  return table(null, rows);
}

const training = ({ steps, seconds, device, device_title: title }) =>
  [steps && `${steps.toLocaleString()} steps`, seconds && `in ${span(seconds)}`, (title ?? device) && `on ${title ?? device}`].filter(Boolean).join(" ");

function recipe(told) {
  const rows = rowsOf(told?.recipe);
  return rows.length ? h("section", { class: "card" }, h("h2", {}, "Recipe"), h("dl", { class: "recipe" },
    rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))))) : null;
}

const measured = (told) => table("Measured", rowsOf(told?.metrics));
/** Names as words: `style_weight` → `style weight`. */
const rowsOf = (named) => Object.entries(named ?? {}).map(([name, value]) => [name.replaceAll("_", " "), typeof value === "number" ? Number(value.toPrecision(4)).toLocaleString(undefined, { maximumSignificantDigits: 4 }) : String(value)]);

function cost({ card: told }) {
  if (!told) return null;
  const { padding, fixed_size: fixed, imported } = told;
  return table("Painting", [
    ["Parameters", told.cost && told.cost.parameters.toLocaleString()],
    ["Work", told.cost && multiplications(told.cost.multiply_adds_per_pixel)],
    ["Border", `${padding.margin} pixels, ${padding.mode}`],
    ["Sides in multiples of", padding.multiple > 1 ? `${padding.multiple} pixels` : null],
    ["Paints at", fixed && fixed.join(" × ")],
    ...rowsOf(imported).map(([key, value]) => [`Imported: ${key}`, value]),
  ]);
}

function optionsOf({ options, name }) {
  return h("section", { class: "card" }, h("h2", {}, "Options"),
    h("p", { class: "small muted" }, "Given with its name, as in ", h("code", {}, `${name}:${options[0].name}=${options[0].default ?? "…"}`), "."),
    h("dl", { class: "options" }, options.map((option) => h("div", {}, h("dt", {}, h("code", {}, option.name)),
      h("dd", {}, option.description, " ", h("span", { class: "muted" }, `${option.values}; ${option.default == null ? "must be given" : `by default ${option.default}`}.`))))));
}

async function showVersions(stand, { name, digest }, signal) {
  if (!digest) return;
  const { items } = await get(`/v1/filters/${encodeURIComponent(name)}/versions`, {}, signal);
  fill(stand, table("Versions", items.map((one) => [`${one.version ?? "–"}${one.is_current ? ", in use" : ""}`, [one.created ? day(one.created) : "day not stated", " ", h("code", {}, (one.digest ?? "").slice(0, 12))]])));
}
