// What is painted: dropped, chosen, named by URI, used before, or one of the samples.
import { blob, get, post } from "../api.js";
import { fill, h } from "../dom.js";
import { dropZone } from "../parts/drop.js";
import { sending } from "../parts/sending.js";
import { faulty, loading } from "../parts/states.js";
import { picture } from "./stage.js";
import { upload } from "../uploads.js";
import { counted, nameOf, timecode } from "../words.js";

const SAMPLES = [
  ["samples/lagoon.jpg", "lagoon.jpg", "the sample picture"],
  ["samples/flight.mp4", "flight.mp4", "the sample clip"],
];

/** A registered medium as the pages use it. */
export function sourceOf(medium) {
  const { video, kind } = medium.info;
  const frames = video.frame_count_from_content ?? video.frame_count_from_header ?? 1;
  return {
    medium, uri: medium.uri, name: nameOf(medium.uri), size: video.frame_size, frames,
    isClip: kind !== "still" && frames > 1,
    seconds: fraction(video.duration_seconds_from_content ?? video.duration_seconds_from_header) ?? 0,
    rate: fraction(video.average_rate) ?? 25,
  };
}

/** `41/15` as a number. */
function fraction(text) {
  if (text == null) return null;
  const [above, below = "1"] = String(text).split("/");
  return Number(above) / Number(below);
}

/** Register what a URI holds. */
export const register = async (uri) => sourceOf(await post("/v1/media", { uri }));

/**
 * The place to choose a source.
 * @param {(source: Object) => void} onSource called with what was chosen
 * @param {AbortSignal} signal ends an upload
 */
export function sourceChooser(onSource, signal) {
  const stand = h("div", { class: "stack" });
  const said = h("div", { role: "status" });
  const chosen = async (begin, what) => {
    fill(said, loading(what));
    try {
      onSource(await begin());
    } catch (fault) {
      if (!signal.aborted) fill(said, faulty(fault));
    }
  };
  const uri = h("input", { type: "text", name: "uri", placeholder: "data://in/drone.mp4", "aria-label": "URI of a picture or video", required: true });
  const send = ([file]) => chosen(async () => {
    const sent = await sending(file, said, { signal });
    fill(said, loading("Looking at it …"));
    return register(sent);
  }, `Sending ${file.name} …`);
  const drop = dropZone({
    title: "Drop a photo or a video here", accept: "image/*,video/*,.mkv,.mts,.mxf,.heic,.tif,.tiff", onFiles: send,
    text: "Nothing is changed in what you give. Sending goes on where it stopped, even after the page was closed.",
  }, SAMPLES.map(([path, name, text]) => h("button", { type: "button", onclick: () => chosen(() => sample(path, name, signal), `Fetching ${text} …`) }, `Try ${text}`)));
  const named = h("form", { class: "row by-uri", onsubmit: (event) => { event.preventDefault(); chosen(() => register(uri.value.trim()), "Looking at it …"); } },
    uri, h("button", {}, "Open"));
  const recent = h("div", {});
  showRecent(recent, onSource, signal);
  return fill(stand, drop, said, h("details", {}, h("summary", {}, "Open by URI"), named), recent);
}

async function sample(path, name, signal) {
  const known = (await get("/v1/media", { limit: 200 }, signal)).items.find((medium) => medium.uri.endsWith(`/samples/${name}`));
  if (known) return sourceOf(known);
  const file = new File([await (await fetch(path, { signal })).blob()], name);
  try {
    return await register(await upload(file, { name, signal, folder: "data://samples/" }));
  } catch (fault) {
    if (fault.status === 409) return register(`data://samples/${name}`); // it was sent before, and forgotten as a medium
    throw fault;
  }
}

async function showRecent(stand, onSource, signal) {
  const { items } = await get("/v1/media", { limit: 200 }, signal).catch(() => ({ items: [] }));
  const latest = items.filter((medium) => medium.info?.video).slice(-8).reverse();
  if (!latest.length) return;
  fill(stand, h("h2", {}, "Used before"), h("ul", { class: "grid recent" }, latest.map((medium) => {
    const source = sourceOf(medium);
    const shown = h("img", { alt: "", hidden: true });
    blob(`/v1/media/${medium.id}/frame`, { index: 0, width: 320 }, signal).then((found) => picture(shown, found)).catch(() => {});
    return h("li", {}, h("button", { type: "button", class: "tile", onclick: () => onSource(source) }, h("span", { class: "thumb" }, shown),
      h("span", { class: "name" }, source.name), h("span", { class: "muted small" }, about(source))));
  })));
}

/** `1280 × 720, 96 frames, 0:04.0`. */
export function about(source) {
  const size = source.size.join(" × ");
  return source.isClip ? `${size}, ${counted(source.frames, "frame")}, ${timecode(source.seconds)}` : size;
}

