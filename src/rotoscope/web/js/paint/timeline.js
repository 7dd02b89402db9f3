// How a layer changes: keyframes of its strength, and filters that follow each other.
import { choice, field, fill, h, slider } from "../dom.js";
import { percent, timecode } from "../words.js";
import { inTime, isKeyed, withKey } from "./look.js";

const EASINGS = [["linear", "evenly"], ["ease", "gently"], ["ease-in", "slow first"], ["ease-out", "slow last"], ["hold", "at once"]];

/** The timeline of the layer at hand. */
export function timeline(desk) {
  const layer = desk.look.layers[desk.active];
  const stand = h("section", { class: "card timeline stack", "aria-label": "Timeline" });
  const lanes = h("div", {});
  const again = () => { draw(); desk.changed(); };
  const relane = () => { if (lanes.isConnected) fill(lanes, lane(desk, layer)); };
  desk.onMoment = relane;
  const draw = () => fill(stand,
    h("div", { class: "row spread" }, h("h2", {}, "Over time"), h("div", { class: "row" },
      h("button", { type: "button", onclick: () => { addStrength(desk, layer); again(); desk.redraw(); } }, "Keyframe for strength here"),
      h("button", { type: "button", disabled: !layer.filter, onclick: () => { addFilter(desk, layer); again(); } }, "Another filter from here"))),
    isKeyed(layer) || layer.filters ? fill(lanes, lane(desk, layer)) : h("p", { class: "muted small" }, "The look is the same from beginning to end. Go to a moment and set a keyframe, and it changes from one to the next."),
    isKeyed(layer) && strengths(desk, layer, again, relane),
    layer.filters && filters(desk, layer, again),
    (isKeyed(layer) || layer.filters) && field("Goes from keyframe to keyframe", choice(EASINGS, layer.easing, (value) => { layer.easing = value; again(); })));
  draw();
  return stand;
}

function addStrength(desk, layer) {
  const { at, source } = desk;
  if (!isKeyed(layer)) layer.strength = [{ at: at > source.seconds / 2 ? 0 : source.seconds, to: layer.strength }];
  layer.strength = withKey(layer.strength, { at: round(at), to: nearest(layer.strength, at).to });
}

function addFilter(desk, layer) {
  layer.filters ??= [{ at: 0, name: layer.filter }];
  const at = desk.at < 0.05 ? desk.source.seconds / 2 : desk.at;
  layer.filters = withKey(layer.filters, { at: round(at), name: layer.filter });
}

/** A picture of it: the curve of strength above, blocks of filters below. */
function lane(desk, layer) {
  const length = desk.source.seconds || 1;
  const left = (at) => `${(100 * Math.min(1, at / length)).toFixed(2)}%`;
  const marks = isKeyed(layer) ? layer.strength.map(({ at, to }) => h("button", {
    type: "button", class: "mark", title: `${timecode(at)}: ${percent(to)}`, "aria-label": `Go to ${timecode(at)}, strength ${percent(to)}`,
    style: { left: left(at), bottom: `${to * 100}%` }, onclick: () => goTo(desk, at),
  })) : [];
  const ends = isKeyed(layer) ? curve(inTime(layer.strength), length) : null;
  const blocks = layer.filters ? layer.filters.map(({ at, name }, index) => h("span", {
    class: "block", style: { left: left(at), right: `calc(100% - ${left(layer.filters[index + 1]?.at ?? length)})` },
  }, desk.titleOf(name))) : [];
  const now = h("span", { class: "now", style: { left: left(desk.at) } });
  return h("div", { class: "lanes" }, h("div", { class: "curve", hidden: !marks.length }, ends, marks), h("div", { class: "blocks", hidden: !blocks.length }, blocks), now);
}

/** Straight lines from key to key: a picture of the way, whatever the easing. */
function curve(keys, length) {
  const points = [{ at: 0, to: keys[0].to }, ...keys, { at: length, to: keys.at(-1).to }];
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" })) drawn.setAttribute(name, value);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", points.map(({ at, to }) => `${(100 * at / length).toFixed(2)},${(100 - 100 * to).toFixed(2)}`).join(" "));
  drawn.append(line);
  return drawn;
}

function strengths(desk, layer, again, relane) {
  const rows = inTime(layer.strength).map((key) => h("li", { class: "key" },
    h("button", { type: "button", class: "quiet", onclick: () => goTo(desk, key.at) }, timecode(key.at)),
    slider("Strength", { value: key.to, told: percent, oninput: (value) => { key.to = value; desk.changed(); relane(); } }),
    h("button", {
      type: "button", class: "quiet", "aria-label": `Remove the keyframe at ${timecode(key.at)}`,
      onclick: () => { const rest = layer.strength.filter((one) => one !== key); layer.strength = rest.length ? rest : key.to; again(); desk.redraw(); },
    }, "Remove")));
  return h("ol", { class: "keys", "aria-label": "Keyframes of strength" }, rows);
}

function filters(desk, layer, again) {
  const names = desk.filterNames();
  const rows = inTime(layer.filters).map((key) => h("li", { class: "key" },
    h("button", { type: "button", class: "quiet", onclick: () => goTo(desk, key.at) }, timecode(key.at)),
    field("Filter", choice(names, key.name, (value) => { key.name = value; again(); })),
    layer.filters.length > 1 && h("button", {
      type: "button", class: "quiet", "aria-label": `Remove the filter at ${timecode(key.at)}`,
      onclick: () => { const rest = layer.filters.filter((one) => one !== key); layer.filters = rest.length > 1 ? rest : null; layer.filter = rest[0].name; again(); desk.redraw(); },
    }, "Remove")));
  const fade = slider("Cross-fade before each", { min: 0, max: Math.max(1, Math.round(desk.source.seconds)), step: 0.1, value: layer.fade, told: (value) => `${value.toFixed(1)} s`, oninput: (value) => { layer.fade = value; desk.changed(); } });
  return h("div", { class: "stack" }, h("ol", { class: "keys", "aria-label": "Filters over time" }, rows), fade);
}

function goTo(desk, at) { desk.at = at; desk.moved(); desk.redraw(); }
const nearest = (keys, at) => [...keys].sort((one, other) => Math.abs(one.at - at) - Math.abs(other.at - at))[0];
const round = (value) => Math.round(value * 1000) / 1000;
