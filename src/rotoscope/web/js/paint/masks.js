// Where a layer shows: brushed, keyed by color, or drawn; a region follows its shot.
import { upload } from "../uploads.js";
import { choice, field, fill, h, slider, tell } from "../dom.js";
import { percent, timecode } from "../words.js";

const KINDS = {
  picture: { title: "brushed", begin: () => null },
  color: { title: "near a color", begin: () => ({ kind: "color", color: "#3f7d4a", tolerance: 0.15, softness: 0.1 }) },
  luma: { title: "a range of brightness", begin: () => ({ kind: "luma", low: 0.5, high: 1, softness: 0.1 }) },
  linear: { title: "fading along a line", begin: () => ({ kind: "linear", begin: [0.5, 0.3], end: [0.5, 0.6] }) },
  radial: { title: "fading around a point", begin: () => ({ kind: "radial", center: [0.5, 0.5], inner: 0.2, outer: 0.4 }) },
  region: { title: "a region that follows the shot", begin: (desk) => ({ kind: "region", ellipse: { center: [0.5, 0.5], radii: [0.15, 0.25] }, ...(desk.source.isClip && { at: `${desk.at.toFixed(3)}s` }), feather: 0.03 }) },
};
const SLIDERS = {
  color: [["tolerance", "Tolerance", 0, 1], ["softness", "Softness", 0, 1]],
  luma: [["low", "From", 0, 1], ["high", "To", 0, 1], ["softness", "Softness", 0, 1]],
  radial: [["inner", "Fully within", 0, 1.5], ["outer", "Nothing beyond", 0, 1.5]],
};

/**
 * Open the editor of a layer's mask over the stage.
 * @param {Object} desk as in `controls.js`
 * @param {Stage} stage
 * @param {Object} layer whose `mask` is set
 */
export function editMask(desk, stage, layer) {
  const { overlay } = stage;
  if (!overlay.hidden) return; // it is open
  const panel = h("section", { class: "card stack mask-editor", "aria-label": "Mask" });
  const edge = stage.edgeTo(0); // all of the painting is seen while its mask is drawn
  const close = () => { overlay.hidden = true; fill(overlay); panel.remove(); stage.edgeTo(edge); desk.redraw(); };
  const draw = (kind) => {
    if (layer.mask?.kind !== kind) layer.mask = KINDS[kind].begin(desk);
    fill(overlay);
    overlay.hidden = false;
    const changed = () => desk.changed();
    const parts = kind === "picture" ? brush(overlay, stage, layer, changed) : shape(overlay, stage, layer, changed, desk);
    fill(panel,
      h("div", { class: "row spread" }, h("h2", {}, "Mask"), h("button", { type: "button", onclick: close }, "Done")),
      field("Shows", choice(Object.entries(KINDS).map(([key, { title }]) => [key, title]), kind, draw)), parts, edges(layer, changed));
    if (layer.mask) changed();
  };
  stage.element.after(panel);
  draw(layer.mask?.kind in KINDS ? layer.mask.kind : "region");
  panel.querySelector("select").focus();
}

function edges(layer, changed) {
  const of = (name, caption, min, max) => slider(caption, {
    min, max, step: 0.005, value: layer.mask?.[name] ?? 0, told: percent,
    oninput: (value) => { if (layer.mask) { layer.mask[name] = value; changed(); } },
  });
  const invert = h("input", { type: "checkbox", checked: layer.mask?.invert ?? false, onchange: () => { if (layer.mask) { layer.mask.invert = invert.checked; changed(); } } });
  return h("div", { class: "mask-edges" }, of("feather", "Soften its edges", 0, 0.3), of("grow", "Grow", -0.2, 0.2),
    h("label", { class: "tick" }, h("span", {}, "Invert"), invert));
}

/** Painted by hand with a brush, and sent as a picture. */
function brush(overlay, stage, layer, changed) {
  const image = stage.element.querySelector("img");
  const canvas = h("canvas", { width: image.naturalWidth || 1024, height: image.naturalHeight || 576, role: "img", "aria-label": "Paint here with the pointer where the layer shows" });
  const context = canvas.getContext("2d");
  const size = slider("Brush", { min: 0.005, max: 0.2, step: 0.005, value: 0.05, told: percent });
  const erase = h("button", { type: "button", "aria-pressed": "false", onclick: () => erase.setAttribute("aria-pressed", String(erase.getAttribute("aria-pressed") !== "true")) }, "Erase");
  const send = async () => {
    const plain = new OffscreenCanvas(canvas.width, canvas.height);
    const under = plain.getContext("2d");
    under.fillRect(0, 0, plain.width, plain.height);
    under.globalCompositeOperation = "source-over";
    under.filter = "brightness(0) invert(1)";
    under.drawImage(canvas, 0, 0);
    const picture = await plain.convertToBlob({ type: "image/png" });
    try {
      const file = await upload(new File([picture], "mask.png", { lastModified: Date.now() }));
      const { feather = 0.01, grow = 0, invert = false } = layer.mask ?? {};
      layer.mask = { kind: "picture", file, feather, grow, invert };
      changed();
    } catch (fault) {
      tell(fault.message);
    }
  };
  let last = null;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * canvas.width, (event.clientY - box.top) / box.height * canvas.height];
  };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); last = at(event); stroke(last); });
  canvas.addEventListener("pointermove", (event) => { if (last) stroke(at(event)); });
  canvas.addEventListener("pointerup", () => { last = null; send(); });
  const stroke = (to) => {
    Object.assign(context, { lineCap: "round", lineJoin: "round", lineWidth: size.input.valueAsNumber * Math.min(canvas.width, canvas.height) * 2, strokeStyle: "rgb(255 96 40 / 1)" });
    context.globalCompositeOperation = erase.getAttribute("aria-pressed") === "true" ? "destination-out" : "source-over";
    context.beginPath();
    context.moveTo(...last);
    context.lineTo(to[0] + 0.01, to[1]);
    context.stroke();
    last = to;
  };
  canvas.classList.add("brushed");
  overlay.append(canvas);
  return [h("p", { class: "small muted" }, "Paint on the picture where the layer shows."), size,
    h("div", { class: "row" }, erase, h("button", { type: "button", onclick: () => { context.clearRect(0, 0, canvas.width, canvas.height); send(); } }, "Clear"))];
}

/** Made of numbers: points are moved on the picture or by sliders. */
function shape(overlay, stage, layer, changed, desk) {
  const { mask } = layer;
  const drawn = svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" });
  overlay.append(drawn);
  const show = () => { drawn.replaceChildren(...outline(mask)); };
  const refresh = () => { show(); changed(); };
  const parts = (SLIDERS[mask.kind] ?? []).map(([name, caption, min, max]) => slider(caption, {
    min, max, value: mask[name], told: (value) => value.toFixed(2), oninput: (value) => { mask[name] = value; refresh(); },
  }));
  if (mask.kind === "color") parts.unshift(colorPart(drawn, stage, mask, refresh));
  for (const [caption, point] of pointsOf(mask)) parts.push(pointPart(caption, point, refresh));
  if (mask.kind === "region") parts.push(...regionPart(mask, refresh, desk));
  drag(drawn, mask, () => { parts.forEach((part) => part.again?.()); refresh(); });
  show();
  return parts;
}

function colorPart(drawn, stage, mask, refresh) {
  const input = h("input", { type: "color", value: mask.color, oninput: () => { mask.color = input.value; refresh(); } });
  drawn.addEventListener("click", async (event) => {
    const box = drawn.getBoundingClientRect();
    const picture = await createImageBitmap(stage.frame);
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    context.drawImage(picture, -Math.floor((event.clientX - box.left) / box.width * picture.width), -Math.floor((event.clientY - box.top) / box.height * picture.height));
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    mask.color = input.value = `#${[red, green, blue].map((value) => value.toString(16).padStart(2, "0")).join("")}`;
    refresh();
  });
  return field("Color; click the picture to take one", input);
}

function pointPart(caption, point, refresh) {
  const sliders = ["across", "down"].map((word, index) => slider(`${caption}, ${word}`, {
    value: point[index], told: percent, oninput: (value) => { point[index] = value; refresh(); },
  }));
  const whole = h("div", { class: "mask-edges" }, sliders);
  whole.again = () => sliders.forEach((one, index) => { one.input.value = point[index]; one.querySelector("output").value = percent(point[index]); });
  return whole;
}

function regionPart(mask, refresh, desk) {
  const { radii } = mask.ellipse;
  const sliders = ["Width", "Height"].map((word, index) => slider(word, {
    min: 0.01, value: radii[index], told: percent, oninput: (value) => { radii[index] = value; refresh(); },
  }));
  const text = mask.at ? `Drawn on the frame at ${timecode(Number.parseFloat(mask.at))}; carried through its shot by what moves in it.` : "Drawn on this picture.";
  const here = desk.source.isClip && h("button", { type: "button", class: "quiet", onclick: () => { mask.at = `${desk.at.toFixed(3)}s`; refresh(); tell("The region belongs to this moment now."); } }, "It is drawn on this moment");
  return [h("div", { class: "mask-edges" }, sliders), h("p", { class: "small muted" }, text), here || null].filter(Boolean);
}

/** The points that can be moved, with what they are called. */
function pointsOf(mask) {
  if (mask.kind === "linear") return [["Fully at", mask.begin], ["Nothing at", mask.end]];
  if (mask.kind === "radial") return [["Middle", mask.center]];
  if (mask.kind === "region") return [["Middle", mask.ellipse.center]];
  return [];
}

function outline(mask) {
  const dots = pointsOf(mask).map(([, [x, y]]) => svg("path", { class: "dot", d: `M${x} ${y}h0` }));
  if (mask.kind === "linear") dots.unshift(svg("line", { class: "line", x1: mask.begin[0], y1: mask.begin[1], x2: mask.end[0], y2: mask.end[1] }));
  if (mask.kind === "region") {
    const { center: [cx, cy], radii: [rx, ry] } = mask.ellipse;
    dots.unshift(svg("ellipse", { class: "line", cx, cy, rx, ry }));
  }
  return dots;
}

/** Move the point that is nearest to the pointer. */
function drag(drawn, mask, moved) {
  let held = null;
  const at = (event) => {
    const box = drawn.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((value) => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000);
  };
  const move = (event) => { if (held) { [held[0], held[1]] = at(event); moved(); } };
  drawn.addEventListener("pointerdown", (event) => {
    const [x, y] = at(event);
    const far = (point) => Math.hypot(point[0] - x, point[1] - y);
    held = pointsOf(mask).map(([, point]) => point).sort((one, other) => far(one) - far(other))[0] ?? null;
    drawn.setPointerCapture(event.pointerId);
    move(event);
  });
  drawn.addEventListener("pointermove", move);
  drawn.addEventListener("pointerup", () => { held = null; });
}

function svg(tag, given) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  return element;
}
