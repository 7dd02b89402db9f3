// Jobs in people's words: what was asked, how it stands, what to do about an error.
import { h } from "../dom.js";
import { money, nameOf, percent } from "../words.js";

/** Operations by name, as they are chosen from. */
export const OPERATIONS = {
  renders: "Painted clips", stylize: "Painted pictures and stills", train: "Trainings", audition: "Auditions", check: "Comparisons",
  score: "Measured flicker", inspect: "Looks into files", separate: "Separated clips", assemble: "Assembled clips", flow: "Flow",
  optimize: "Optimized paintings", texture: "Textures", quote: "Quotes", "quote-training": "Quotes of trainings", publish: "Published sites", "project-begin": "New projects", "project-paint": "Painted projects",
};
/** Kinds of work that the ledger knows: jobs, and pictures that are painted while somebody waits. */
export const KINDS = { ...OPERATIONS, picture: "Pictures painted at once", "picture-url": "Pictures behind URLs", "picture-preview": "Previews of pictures" };
export const STATES = { queued: "waiting", running: "at work", succeeded: "done", failed: "failed", cancelled: "cancelled" };

const TITLES = {
  renders: painted, stylize: painted,
  separate: ({ source }) => `Separate ${name(source)} into frames`,
  assemble: ({ source }) => `Assemble ${name(source)} into a clip`,
  inspect: ({ source }) => `Look into ${name(source)}`,
  check: ({ result, source }) => `Compare ${name(result)} with ${name(source)}`,
  score: ({ result }) => `Measure the flicker of ${name(result)}`,
  audition: ({ sources = [], filters }) => `Try ${filters ? counting(filters, "filter") : "all filters"} on ${several(sources)}`,
  flow: ({ source }) => `Show what moves in ${name(source)}`,
  optimize: ({ source, styles = [] }) => `Paint ${name(source)} after ${several(styles.map((style) => style.source ?? style.uri ?? ""))} by optimizing`,
  texture: ({ styles = [] }) => `Make a texture of ${several(styles.map((style) => style.source ?? style.uri ?? ""))}`,
  train: (params) => `Train the filter ${params.title ?? params.name}`,
  quote: (params) => `Quote for ${name(params.source)}${lookWords(params) ? ` with ${lookWords(params)}` : ""}`,
  "quote-training": (params) => `Quote for training ${params.title ?? params.name}`,
  "project-begin": ({ name: made, source }) => `Make the project ${made ?? name(source)}`,
  "project-paint": (params) => `Paint the project ${params.project}${lookWords(params) ? ` with ${lookWords(params)}` : ""}`,
  publish: ({ collections = [], title }) => `Publish ${title ?? collections.join(", ")}`,
};

/** What a job is, as a heading. */
export function titleOf({ operation, params }) {
  const told = TITLES[operation]?.(params);
  if (told) return told;
  const subject = params.source ?? params.project ?? params.collection ?? params.name;
  return `${operation[0].toUpperCase()}${operation.slice(1).replaceAll("-", " ")}${subject ? ` · ${name(String(subject))}` : ""}`;
}

function painted(params) {
  const look = lookWords(params);
  return `Paint ${name(params.source)}${look ? ` with ${look}` : ""}`;
}

/** The filters of a job's parameters. */
export function lookWords({ filter, look }) {
  if (filter) return [filter].flat().join(", then ");
  if (typeof look === "string") return "a stored look";
  return (look?.layers ?? []).map(({ filter: one }) => (typeof one === "string" ? one : Array.isArray(one) ? one.join(", then ") : Object.values(one ?? {}).join(" → "))).join(" + ");
}

const COHERENCE = { off: "off: every frame by itself", smooth: "smooth", flow: "flow: follows what moves", best: "best" };
const COLORS = { photo: "the photograph's own", matched: "brought near the photograph's" };

/** Rows on what was asked for: pairs of term and value. */
export function askedFor({ params, budget_micros: budget, currency, priority }) {
  const layers = params.look?.layers ?? [];
  return [
    ["source", uriOf(params.source)],
    ["pictures", params.sources && h("ul", { class: "plain" }, params.sources.map((source) => h("li", {}, uriOf(source))))],
    ["result", params.result && uriOf(params.result)],
    [layers.length > 1 ? "layers" : "look", lookWords(params)],
    ["strength", params.strength != null && params.strength !== 1 && percent(params.strength)],
    ["stroke scale", params.stroke_scale && `× ${params.stroke_scale}`],
    ["colors", COLORS[params.colors]],
    ["short side", params.size && `${params.size} pixels`],
    ["from", params.start], ["until", params.stop],
    ["coherence", COHERENCE[params.coherence]],
    ["codec", params.codec],
    ["output", uriOf(params.output)],
    ["budget", budget != null && money(budget, currency)],
    ["priority", priority !== 100 && `${priority} (lower goes first)`],
  ];
}

const uriOf = (uri) => uri && h("code", { class: "uri" }, uri);
const name = (uri) => (uri ? nameOf(uri) : "something");
const counting = (list, word) => `${list.length} ${word}${list.length === 1 ? "" : "s"}`;
const several = (uris) => (uris.length === 1 ? name(uris[0]) : `${uris.length} pictures`);

/** How a job stands: a colored dot and a word. */
export const stateMark = (state) => h("span", { class: `state state-${state}` }, h("span", { class: "dot", "aria-hidden": "true" }), STATES[state] ?? state);

const ADVICE = {
  "budget-exhausted": "What was painted is kept. Give it a larger budget, and it goes on from there.",
  "output-exists": "Something lies at its output already. Paint it again from the start, and the studio chooses a new name.",
  "open-error": "The source cannot be read as a picture or a clip. Open it in another program to see whether it is whole, and send it again.",
  "stored-file-not-found": "Put the file where the job looks for it, then try again; or choose another source.",
  "unknown-filter": "The filter is not in your palette, or no longer. Import it, or choose another.",
  "worker-lost": "A process ended while it worked. Try again: what is done is not done again.",
  "store-unavailable": "The place where the files lie does not answer. Look whether its connector works, then try again.",
  "machine-differs": "Another machine painted the first part. Try again once that machine is at work, or start anew.",
};

/** What to do about an error. */
export const adviceFor = ({ code, retryable }) => ADVICE[code]
  ?? (retryable ? "This may pass. Try again: what is done is not done again." : "Trying again alone does not help. Change what the message says, and start anew.");
