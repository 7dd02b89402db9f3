// Paint: a photo or a clip, a filter, and a result.
import { get } from "../api.js";
import { fill, following, h, settled } from "../dom.js";
import { controls, scrubber } from "../paint/controls.js";
import { newLook } from "../paint/look.js";
import { looksPanel, remember, remembered } from "../paint/looks.js";
import { editMask } from "../paint/masks.js";
import { Painter } from "../paint/painter.js";
import { renderPanel } from "../paint/render.js";
import { about, sourceChooser, sourceOf } from "../paint/source.js";
import { Stage } from "../paint/stage.js";
import { Strip } from "../paint/strip.js";
import { timeline } from "../paint/timeline.js";
import { titleOf } from "../parts/shelves.js";
import { loading } from "../parts/states.js";

const FIRST_FILTER = "great-wave";

/** The page; `#/paint/MEDIUM?filter=NAME` opens at once. */
export async function show(stand, { rest, query, signal }) {
  if (rest[0]) {
    await work(stand, sourceOf(await get(`/v1/media/${rest[0]}`, {}, signal)), query.get("filter"), signal);
    return;
  }
  const wanted = query.get("filter");
  fill(stand, h("div", { class: "stack" }, h("h1", {}, "Paint"), sourceChooser((source) => {
    location.hash = `#/paint/${source.medium.id}${wanted ? `?filter=${encodeURIComponent(wanted)}` : ""}`;
  }, signal)));
}

async function work(stand, source, filter, signal) {
  fill(stand, loading("Opening the palette …"));
  const painter = new Painter(source);
  const stage = new Stage(painter, source, signal);
  const titles = new Map();
  const beside = h("div", { class: "beside stack" });
  const below = h("div", { class: "below stack" });
  const outcome = h("section", { class: "card outcome stack", hidden: true, "aria-label": "Result" });
  const repaint = following(() => stage.paint(desk.look, desk.at), 400);
  const desk = {
    source, outcome, look: newLook(null), active: 0, at: source.isClip ? Math.min(source.seconds / 2, 3) : 0,
    titleOf: (name) => titles.get(name) ?? String(name),
    filterNames: () => [...titles],
    changed: () => { remember(source.medium, desk.look); repaint(); desk.onChange?.(); },
    moved: settled(() => { stage.paint(desk.look, desk.at); desk.onMove?.(); }, 60),
    use: (look) => { Object.assign(desk, { look, active: 0 }); desk.redraw(); desk.changed(); },
    redraw: () => { draw(); strip.mark(desk.look.layers[desk.active].filter); },
    editMask: (layer) => editMask(desk, stage, layer),
  };
  const looks = looksPanel(desk, signal);
  const strip = new Strip((chosen) => {
    const layer = desk.look.layers[desk.active];
    layer.filter = chosen.name;
    layer.filters = null;
    desk.redraw();
    desk.changed();
  }, signal);
  for (const one of await strip.load()) titles.set(one.name, titleOf(one));
  const draw = () => {
    fill(beside, controls(desk), renderPanel(desk, signal), looks);
    fill(below, source.isClip ? [scrubber(desk), timeline(desk)] : null);
  };
  const kept = filter ? null : remembered(source.medium);
  if (kept) desk.look = kept;
  else desk.look.layers[0].filter = titles.has(filter) ? filter : titles.has(FIRST_FILTER) ? FIRST_FILTER : [...titles.keys()][0];
  desk.redraw();
  fill(stand, h("div", { class: "paint" },
    h("div", { class: "row spread head" }, h("h1", {}, source.name), h("p", { class: "muted" }, about(source), " · ", h("a", { href: "#/paint" }, "another source"))),
    h("div", { class: "left stack" }, stage.element, outcome, below, strip.element), beside));
  await stage.goTo(desk.at);
  stage.paint(desk.look, desk.at).then(() => strip.paintFrom(stage.frame));
  if (source.isClip) desk.onMove = settled(() => stage.frame && strip.paintFrom(stage.frame), 1200);
}

