// What a training is asked: its style, its words, its content, and how long.
import { post } from "../api.js";
import { choice, field, fill, h, slider } from "../dom.js";
import { dropZone } from "../parts/drop.js";
import { sending } from "../parts/sending.js";
import { faulty, loading } from "../parts/states.js";
import { quotePart } from "./quote.js";
import { stylePart, thumbnailOf } from "./styles.js";

const COLORS = [["style", "the style picture's"], ["photo", "the photograph's own"]];
const NETWORKS = [["vgg19", "vgg19: the finest"], ["vgg16", "vgg16"], ["squeezenet1_1", "squeezenet1_1: small and quick"]];
const NORMALIZATIONS = [["", "what the file says"], ["torchvision", "torchvision's way"], ["caffe", "Caffe's way: the original VGG weights, and Keras's"]];
const times = (value) => `× ${(2 ** value).toFixed(2)}`;

/** The form; `onJob` is called with the job that was made. */
export function trainingForm(onJob, signal) {
  const desk = { styles: [], parts: {} };
  const quote = quotePart(() => (desk.styles.length ? requestOf(desk) : null), signal);
  const words = wordsPart(desk);
  const styles = stylePart(desk, () => { words.suggest(); quote.outdate(); }, signal);
  const said = h("div", { role: "status" });
  const form = h("form", { class: "training", "aria-label": "A training", onsubmit: (event) => { event.preventDefault(); begin(desk, said, onJob, signal); }, oninput: quote.outdate, onchange: quote.outdate },
    h("div", { class: "stack" }, styles, words.element),
    h("div", { class: "stack" }, lengthPart(desk), contentPart(desk, quote.outdate, signal), turnPart(desk), networkPart(desk, signal), quote.element, said,
      h("div", { class: "row" }, h("button", { class: "main" }, "Begin training"), quote.button)));
  return form;
}

function wordsPart(desk) {
  const text = (more) => h("input", { type: "text", maxLength: 200, ...more });
  const { parts } = desk;
  Object.assign(parts, {
    title: text(), name: text({ required: true, maxLength: 64, pattern: "[a-z0-9]+(-[a-z0-9]+)*", title: "Lower-case letters and digits, words joined by hyphens: great-wave" }),
    meaning: h("textarea", { rows: 2, maxLength: 2000 }), tags: text(), artist: text(), year: text(), license: text(), source: text(),
    shows: h("input", { type: "checkbox" }),
  });
  const suggested = new Map();
  const offer = (input, value) => { // what somebody wrote stays
    if (input.value === (suggested.get(input) ?? "")) input.value = value;
    suggested.set(input, value);
  };
  const credit = h("fieldset", {}, h("legend", {}, "The picture itself"), h("div", { class: "fields" },
    field("Made by", parts.artist), field("Year", parts.year), field("Its terms", parts.license, "Such as CC0, or public domain."), field("Where it was found", parts.source)),
  h("label", { class: "tick" }, parts.shows, h("span", {}, "Show it, small, on the card: its terms allow that")));
  const suggest = () => {
    const first = desk.styles[0]?.name ?? "";
    offer(parts.title, titleFrom(first));
    offer(parts.name, nameFrom(first));
    credit.hidden = desk.styles.length > 1;
  };
  const element = h("section", { class: "card stack", "aria-labelledby": "words-title" }, h("h2", { id: "words-title" }, "What it is called"),
    h("div", { class: "fields" }, field("Title", parts.title), field("Name in the palette", parts.name)),
    field("Meaning", parts.meaning, "Why this picture, in your words. It stands on the card."), field("Tags", parts.tags, "With commas between them."), credit);
  return { element, suggest };
}

/** `Great_Wave-final.jpg` → `Great Wave final`. */
const titleFrom = (file) => {
  const words = file.replace(/\.[^.]*$/, "").replace(/[_\W]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
/** The same as a name: `great-wave-final`. */
const nameFrom = (file) => file.replace(/\.[^.]*$/, "").normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 64).replace(/-+$/, "");

function lengthPart({ parts }) {
  parts.long = h("input", { type: "number", min: 1, step: "any", value: 30, required: true });
  parts.unit = choice([["minutes", "minutes"], ["steps", "steps"]], "minutes");
  parts.unit.setAttribute("aria-label", "Minutes or steps");
  return h("section", { class: "card stack", "aria-labelledby": "long-title" }, h("h2", { id: "long-title" }, "How long"),
    h("div", { class: "row lasting" }, field("It trains for", parts.long), parts.unit),
    h("p", { class: "small muted" }, "After a few minutes one sees where it goes. It can be stopped at any time, and what there is kept; where nothing gets better any more, it ends by itself."));
}

function contentPart({ parts }, changed, signal) {
  parts.content = h("input", { type: "text", placeholder: "data://photos/, data://in/flight.mp4" });
  const said = h("div", { role: "status" });
  const send = async ([file]) => {
    try {
      parts.content.value = await sending(file, said, { signal });
      fill(said);
      changed();
    } catch (fault) {
      if (!signal.aborted) fill(said, faulty(fault));
    }
  };
  const own = h("div", { class: "stack", hidden: true }, field("Its URI", parts.content, "A folder ends with a slash."),
    dropZone({ isLow: true, title: "Or drop a video of yours", accept: "video/*", action: "Choose a video", onFiles: send }), said);
  parts.whose = choice([["drawn", "drawn photographs, which come along"], ["own", "photographs or a video of your own"]], "drawn", (value) => { own.hidden = value !== "own"; });
  return h("section", { class: "card stack", "aria-labelledby": "content-title" }, h("h2", { id: "content-title" }, "What it practices on"),
    field("Content", parts.whose), own);
}

function turnPart({ parts }) {
  parts.weight = slider("Style weight", { min: -2, max: 2, step: 0.1, value: 0, told: times });
  parts.scale = slider("Stroke scale", { min: -2, max: 2, step: 0.1, value: 0, told: times });
  parts.colors = choice(COLORS, "style");
  return h("section", { class: "card stack", "aria-labelledby": "turn-title" }, h("h2", { id: "turn-title" }, "How it paints"),
    parts.weight, parts.scale, field("Colors", parts.colors));
}

function networkPart({ parts }, signal) {
  parts.features = choice(NETWORKS, "vgg19");
  parts.weights = h("input", { type: "text", placeholder: "fetched once, from a pinned address" });
  parts.normalization = choice(NORMALIZATIONS, "");
  parts.scratch = h("input", { type: "checkbox" });
  const said = h("div", { role: "status" });
  const send = async ([file]) => {
    try {
      parts.weights.value = await sending(file, said, { signal });
      fill(said);
    } catch (fault) {
      if (!signal.aborted) fill(said, faulty(fault));
    }
  };
  return h("details", { class: "card" }, h("summary", {}, "The feature network"), h("div", { class: "stack" },
    h("p", { class: "small muted" }, "It compares paintings with the style picture. Without a network connection, give its weights: a .safetensors file, or one of torchvision's."),
    field("Network", parts.features), field("URI of its weights", parts.weights),
    dropZone({ isLow: true, title: "Or drop its weights", accept: ".safetensors,.pth", action: "Choose weights", onFiles: send }), said,
    field("Pictures are prepared for them", parts.normalization),
    h("label", { class: "tick" }, parts.scratch, h("span", {}, "Start from random weights"))));
}

/** What the API is asked; empty fields are left out. */
function requestOf({ styles, parts }) {
  const of = (input) => input.value.trim() || undefined;
  const isOne = styles.length === 1;
  const image = isOne ? { title: of(parts.title), artist: of(parts.artist), year: of(parts.year), license: of(parts.license), source: of(parts.source), thumbnail: parts.shows.checked ? styles[0].thumbnail : undefined } : {};
  const known = Object.values(image).some(Boolean);
  return JSON.parse(JSON.stringify({ // leaves out what is undefined
    styles: styles.map(({ uri }) => ({ uri })), name: of(parts.name), title: of(parts.title), meaning: of(parts.meaning),
    tags: parts.tags.value.split(",").map((tag) => tag.trim()).filter(Boolean),
    ...(known && { style_image: image }),
    ...(parts.whose.value === "own" && { content: of(parts.content) }),
    [parts.unit.value]: parts.unit.value === "steps" ? Math.round(parts.long.valueAsNumber) : parts.long.valueAsNumber,
    ...(parts.weight.input.valueAsNumber !== 0 && { style_weight: power(parts.weight) }),
    ...(parts.scale.input.valueAsNumber !== 0 && { stroke_scale: power(parts.scale) }),
    colors: parts.colors.value, features: parts.features.value, feature_weights: of(parts.weights), normalization: of(parts.normalization),
    ...(parts.scratch.checked && { from_scratch: true }),
  }));
}

const power = (part) => Math.round(2 ** part.input.valueAsNumber * 100) / 100;

async function begin(desk, said, onJob, signal) {
  if (!desk.styles.length) {
    fill(said, faulty(new Error("There is no style picture yet. Drop one, or choose a file.")));
    return;
  }
  fill(said, loading("Handing it over …"));
  try {
    if (desk.parts.shows.checked) desk.styles[0].thumbnail ??= await thumbnailOf(desk.styles[0].small);
    onJob(await post("/v1/trainings", requestOf(desk), { signal }));
  } catch (fault) {
    if (!signal.aborted) fill(said, faulty(fault));
  }
}
