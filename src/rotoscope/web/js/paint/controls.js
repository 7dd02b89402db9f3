// Strength, strokes and colors of a look, and its layers.
import { choice, field, h, slider } from "../dom.js";
import { percent, timecode } from "../words.js";
import { isKeyed, newLayer } from "./look.js";

const COLORS = [["style", "as the filter paints"], ["photo", "the photograph's own"], ["matched", "brought near the photograph's"]];
const BLENDS = ["normal", "multiply", "screen", "overlay", "hard-light", "soft-light", "lighten", "darken", "difference", "color", "luminosity"];

/**
 * The controls beside the stage.
 * @param {Object} desk what the page shares: `look`, `active` (number of the layer at hand), `source`, `at`, `changed()`,
 *   `editMask(layer)`, `redraw()`
 */
export function controls(desk) {
  const layer = desk.look.layers[desk.active];
  const strength = isKeyed(layer)
    ? h("p", { class: "small muted" }, "Strength goes by the timeline below.")
    : slider("Strength", { value: layer.strength, told: percent, oninput: (value) => { layer.strength = value; desk.changed(); } });
  const stroke = slider("Stroke scale", {
    min: -2, max: 2, step: 0.1, value: Math.log2(desk.look.strokeScale), told: (value) => `× ${(2 ** value).toFixed(2)}`,
    oninput: (value) => { desk.look.strokeScale = Math.round(2 ** value * 100) / 100; desk.changed(); },
  });
  const colors = choice(COLORS, desk.look.colors, (value) => { desk.look.colors = value; desk.changed(); });
  return h("section", { class: "controls stack card", "aria-label": "Look" },
    h("h2", {}, layer.filter ? desk.titleOf(layer.filter) : "Choose a filter"),
    strength, stroke, field("Colors", colors), layers(desk), moreOf(desk, layer));
}

function layers(desk) {
  const rows = desk.look.layers.map((layer, index) => h("li", { class: "row spread" },
    h("button", {
      type: "button", class: "layer", "aria-pressed": String(index === desk.active),
      onclick: () => { desk.active = index; desk.redraw(); },
    }, `${index + 1}. ${layer.filter ? desk.titleOf(layer.filter) : "no filter yet"}`, layer.mask ? ` · ${layer.mask.kind} mask` : ""),
    desk.look.layers.length > 1 && h("button", {
      type: "button", class: "quiet", "aria-label": `Remove layer ${index + 1}`,
      onclick: () => { desk.look.layers.splice(index, 1); desk.active = Math.min(desk.active, desk.look.layers.length - 1); desk.redraw(); desk.changed(); },
    }, "Remove")));
  return h("fieldset", { class: "layers stack" }, h("legend", {}, "Layers, from the bottom"), h("ol", {}, rows),
    h("div", {}, h("button", {
      type: "button", class: "quiet",
      onclick: () => { desk.look.layers.push(newLayer(null)); desk.active = desk.look.layers.length - 1; desk.redraw(); },
    }, "Add a layer")));
}

function moreOf(desk, layer) {
  const isUpper = desk.active > 0;
  return h("div", { class: "stack" },
    h("div", { class: "row" },
      h("button", { type: "button", onclick: () => desk.editMask(layer) }, layer.mask ? "Edit its mask" : "Add a mask"),
      layer.mask && h("button", { type: "button", class: "quiet", onclick: () => { layer.mask = null; desk.redraw(); desk.changed(); } }, "Show it everywhere")),
    isUpper && field("Meets what is below", choice(BLENDS, layer.blend, (value) => { layer.blend = value; desk.changed(); })),
    isUpper && field("Paints", choice([["photo", "the photograph"], ["below", "what the layers below made"]], layer.paints, (value) => { layer.paints = value; desk.changed(); })),
    desk.source.isClip && field("Holds each painting for", choice([["1", "1 frame"], ["2", "2 frames, as animators draw"], ["3", "3 frames"]], String(desk.look.hold), (value) => { desk.look.hold = Number(value); desk.changed(); })));
}

/** Where in the clip one is; only for clips. */
export function scrubber(desk) {
  const bar = slider("Moment", {
    min: 0, max: Math.max(0, desk.source.seconds - 1 / desk.source.rate), step: 1 / desk.source.rate, value: desk.at, told: timecode,
    oninput: (value) => { desk.at = value; desk.moved(); desk.onMoment?.(); },
  });
  bar.classList.add("scrubber");
  return bar;
}
