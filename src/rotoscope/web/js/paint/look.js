// What is wanted, as the studio keeps it, and the look file that it becomes. No page, no network.

/** A layer as it begins. `strength` is a number, or keyframes `[{at, to}]`; `filters` are keyframes `[{at, name}]`. */
export const newLayer = (filter) => ({
  filter, strength: 1, filters: null, fade: 1, easing: "linear", mask: null, blend: "normal", paints: "photo", colors: null,
});

/** A look as it begins. */
export const newLook = (filter) => ({ layers: [newLayer(filter)], strokeScale: 1, colors: "style", hold: 1 });

/** The document that the API takes: `docs/look.schema.json`. Layers without a filter are left out. */
export function documentOf(look) {
  return {
    look: 1,
    stroke_scale: look.strokeScale,
    colors: look.colors,
    ...(look.hold > 1 && { hold: look.hold }),
    layers: look.layers.filter((layer) => layer.filter).map(layerOf),
  };
}

function layerOf(layer) {
  return {
    filter: layer.filters ? Object.fromEntries(inTime(layer.filters).map(({ at, name }) => [seconds(at), name])) : layer.filter,
    ...(layer.filters && { fade: seconds(layer.fade) }),
    strength: isKeyed(layer) ? Object.fromEntries(inTime(layer.strength).map(({ at, to }) => [seconds(at), to])) : layer.strength,
    ...((isKeyed(layer) || layer.filters) && { easing: layer.easing }),
    ...(layer.mask && { mask: layer.mask }),
    ...(layer.blend !== "normal" && { blend: layer.blend }),
    ...(layer.paints !== "photo" && { paints: layer.paints }),
    ...(layer.colors && { colors: layer.colors }),
  };
}

/** The state that a document stands for; what the studio has no control for comes back as it was only in the document. */
export function lookOf(document) {
  return {
    layers: document.layers.map((layer) => {
      const isFilters = typeof layer.filter === "object" && !Array.isArray(layer.filter);
      const filters = isFilters ? Object.entries(layer.filter).map(([at, name]) => ({ at: secondsOf(at), name })) : null;
      return {
        ...newLayer(filters ? filters[0].name : layer.filter), filters,
        strength: typeof layer.strength === "object"
          ? Object.entries(layer.strength).map(([at, to]) => ({ at: secondsOf(at), to: to.to ?? to }))
          : layer.strength ?? 1,
        fade: layer.fade == null ? 1 : secondsOf(layer.fade), easing: layer.easing ?? "linear", mask: layer.mask ?? null,
        blend: layer.blend ?? "normal", paints: layer.paints ?? "photo", colors: layer.colors ?? null,
      };
    }),
    strokeScale: document.stroke_scale ?? 1, colors: document.colors ?? "style", hold: document.hold ?? 1,
  };
}

export const isKeyed = (layer) => Array.isArray(layer.strength);
/** Whether what is painted depends on when: then one frame alone cannot tell it. */
export const dependsOnTime = (look) =>
  look.layers.some((layer) => isKeyed(layer) || layer.filters || layer.mask?.kind === "region" || layer.mask?.kind === "video");
export const inTime = (keys) => [...keys].sort((one, other) => one.at - other.at);
/** Set a keyframe at a time, in place of one that was there. */
export const withKey = (keys, key) => inTime([...keys.filter((one) => Math.abs(one.at - key.at) > 0.02), key]);

const seconds = (value) => `${Math.round(value * 1000) / 1000}s`;
/** `2.5`, `500ms`, `3s`, `1:02.5`. */
export function secondsOf(text) {
  if (typeof text === "number") return text;
  if (text.endsWith("ms")) return Number.parseFloat(text) / 1000;
  return text.replace(/s$/, "").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}
