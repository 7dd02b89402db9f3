// Live: filters in this browser, on the webcam or a picture, before anything is sent.
import { get, post } from "../api.js";
import { choice, field, fill, h, settled, slider } from "../dom.js";
import { Engine, fetchRuntime, runtimeFacts, threadsHere } from "../live/engine.js";
import { pictureSource, still, webcamSource } from "../live/source.js";
import { LiveStage } from "../live/stage.js";
import { dropZone } from "../parts/drop.js";
import { palette, titleOf } from "../parts/shelves.js";
import { faulty, loading } from "../parts/states.js";
import { upload } from "../uploads.js";
import { bytes, counted, percent } from "../words.js";

const FIRST = "great-wave";
const SIDES = { min: 144, max: 480, step: 16, value: 256 };

/** The page; `#/live?filter=NAME` begins with that filter. */
export async function show(stand, { query, signal }) {
  const [filters, facts] = await Promise.all([palette(signal), runtimeFacts(signal)]);
  const neural = filters.filter((filter) => filter.kind === "neural");
  const wanted = query.get("filter");
  const other = filters.find((filter) => filter.name === wanted && filter.kind !== "neural");
  const below = h("div", {});
  fill(stand, h("div", { class: "stack" }, h("h1", {}, "Live"),
    h("p", { class: "narrow" }, "Filters run in this browser, on your webcam or a picture. Nothing of what they see is sent anywhere."),
    other && h("p", { class: "fault" }, `${titleOf(other)} is calculated by the service, not by a network, so it cannot run here. The page Paint has it.`), below));
  const begin = () => start(below, facts, neural, neural.some((filter) => filter.name === wanted) ? wanted : FIRST, signal);
  if (facts.is_here) await begin();
  else fill(below, offer(facts, begin));
}

/** What is fetched, and from where, before it is. */
function offer({ version, bytes: size, host, files }, begin) {
  return h("section", { class: "card narrow", "aria-labelledby": "offer-title" }, h("h2", { id: "offer-title" }, "One thing is missing"),
    h("p", {}, `Filters run with ONNX Runtime Web ${version}, ${bytes(size)}. The service fetches it once from ${host}, checks that it is the very file it knows, and keeps it for everybody who uses this service.`),
    h("p", {}, h("button", { type: "button", class: "main", onclick: begin }, "Fetch it")),
    h("p", { class: "small muted" }, `Where that host cannot be reached, put ${files.join(", ")} of the npm package onnxruntime-web ${version} into the folder onnxruntime-web-${version} of the service's cache folder.`));
}

async function start(stand, facts, neural, name, signal) {
  fill(stand, loading("Making filters ready to run here …"));
  try {
    const place = await fetchRuntime(facts, signal);
    const desk = { neural, name, signal, said: h("div", { role: "status" }), engine: new Engine(place, signal) };
    desk.stage = new LiveStage(desk.engine, (fault) => fill(desk.said, faulty(fault)), signal);
    const left = h("div", { class: "stack live-left" }, desk.said, desk.stage.element, sources(desk));
    fill(stand, h("div", { class: "live" }, left, controls(desk)));
    await choose(desk, name);
    if (!desk.stage.source) desk.stage.show(await sample(signal));
  } catch (fault) {
    if (!signal.aborted) fill(stand, faulty(fault, () => start(stand, facts, neural, name, signal)));
  }
}

/** Paint with another filter. */
async function choose(desk, name) {
  const { signal } = desk;
  desk.name = name;
  desk.stage.element.setAttribute("aria-busy", "true");
  try {
    const detail = await get(`/v1/filters/${encodeURIComponent(name)}`, {}, signal);
    await desk.engine.use(detail, signal);
    fill(desk.said);
    desk.stage.again();
    history.replaceState(null, "", `#/live?filter=${encodeURIComponent(name)}`);
    desk.stage.element.dataset.filter = name;
  } catch (fault) {
    if (!signal.aborted) fill(desk.said, faulty(fault));
  } finally {
    desk.stage.element.removeAttribute("aria-busy");
  }
}

async function sample(signal) {
  const found = await (await fetch("samples/lagoon.jpg", { signal })).blob();
  return pictureSource(new File([found], "lagoon.jpg"));
}

function sources(desk) {
  const from = async (make) => {
    try {
      const source = await make();
      if (desk.signal.aborted) { source.close(); return; }
      fill(desk.said);
      desk.stage.show(source);
    } catch (fault) {
      const isPicture = fault.name === "InvalidStateError";
      fill(desk.said, faulty(isPicture ? new Error("That is no picture that this browser can open. Give JPEG, PNG or WebP.") : fault));
    }
  };
  return dropZone({ isLow: true, title: "Drop a picture here", accept: "image/*", action: "Choose a picture", onFiles: ([file]) => from(() => pictureSource(file)), text: "It stays in this browser." },
    h("button", { type: "button", class: "main", onclick: () => from(webcamSource) }, "Use the webcam"),
    h("button", { type: "button", onclick: () => from(() => sample(desk.signal)) }, "Use the sample picture"));
}

function controls(desk) {
  const { stage } = desk;
  const picked = choice(desk.neural.map((filter) => [filter.name, titleOf(filter)]), desk.name, (name) => choose(desk, name));
  const resize = settled(() => stage.again(), 60);
  const threads = threadsHere();
  return h("section", { class: "card stack", "aria-label": "Controls" },
    field("Filter", picked),
    slider("Strength", { value: 1, told: percent, oninput: (value) => { stage.strength = value; stage.blend(); } }),
    slider("Short side", { ...SIDES, told: (value) => `${value} pixels`, oninput: (value) => { stage.short = value; resize(); } }),
    h("div", { class: "row" },
      h("button", { type: "button", class: "main", onclick: () => paintInFull(desk) }, "Paint it in full"),
      h("button", { type: "button", onclick: () => save(desk) }, "Save what is shown")),
    h("p", { class: "small muted" }, "Painting in full sends this picture to the service, and opens it on the page Paint."),
    h("p", { class: "small muted" }, `Runs on ${counted(threads, "thread")} of this machine's processor. Filters that are calculated (film, halftone …) are on the page Paint.`));
}

async function save({ stage, name }) {
  const address = URL.createObjectURL(await stage.snapshot());
  h("a", { href: address, download: `${name}-live.png` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Send the source as it is now, and open it on the page Paint. */
async function paintInFull({ stage, name, said, signal }) {
  if (!stage.source) return;
  try {
    const picture = await still(stage.source);
    fill(said, loading("Sending the picture …"));
    const file = new File([picture], stage.source.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg", lastModified: Date.now() });
    const medium = await post("/v1/media", { uri: await upload(file, { signal }) }, { signal });
    location.hash = `#/paint/${medium.id}?filter=${encodeURIComponent(name)}`;
  } catch (fault) {
    if (!signal.aborted) fill(said, faulty(fault));
  }
}
