// Pictures that filters are compared on: dropped ones, frames of a clip, or the sample.
import { blob, post } from "../api.js";
import { fill, h } from "../dom.js";
import { smaller } from "../paint/painter.js";
import { sourceOf } from "../paint/source.js";
import { dropZone } from "../parts/drop.js";
import { sending } from "../parts/sending.js";
import { faulty } from "../parts/states.js";
import { timecode } from "../words.js";

const SIDE = 480;
const MOMENTS = [0.2, 0.5, 0.8];

/**
 * The part of the page with the pictures; they come into `desk.pictures`: `{name, small, file | uri, address}`.
 * @param {Object} desk
 * @param {() => void} onChange
 */
export function picturePart(desk, onChange) {
  const row = h("ul", { class: "compared", "aria-label": "Pictures" });
  const said = h("div", { role: "status" });
  const draw = () => fill(row, desk.pictures.map((picture) => h("li", {},
    h("img", { src: picture.address, alt: picture.name }), h("span", { class: "small muted" }, picture.name),
    h("button", { type: "button", class: "quiet", "aria-label": `Leave out ${picture.name}`, onclick: () => { desk.pictures = desk.pictures.filter((one) => one !== picture); draw(); onChange(); } }, "Leave out"))));
  const add = (pictures) => {
    desk.pictures = [...desk.pictures.filter((one) => !one.isSample), ...pictures];
    draw();
    onChange();
  };
  const take = async (files) => {
    fill(said);
    for (const file of files) {
      try {
        add(await (file.type.startsWith("video/") ? framesOf(file, said, desk.signal) : picturesOf(file)));
        fill(said);
      } catch (fault) {
        if (!desk.signal.aborted) fill(said, faulty(fault.name === "InvalidStateError" ? new Error(`${file.name} is no picture that this browser can open. Give JPEG, PNG or WebP, or a video.`) : fault));
      }
    }
  };
  const begin = async () => {
    const file = new File([await (await fetch("samples/lagoon.jpg", { signal: desk.signal })).blob()], "lagoon.jpg", { type: "image/jpeg" });
    if (!desk.pictures.length) add((await picturesOf(file)).map((picture) => ({ ...picture, isSample: true })));
  };
  const element = h("section", { class: "stack", "aria-label": "Pictures to compare on" },
    dropZone({ isLow: true, title: "Drop pictures or a clip of yours", multiple: true, accept: "image/*,video/*", action: "Choose pictures", onFiles: take, text: "Pictures stay here but for small copies that are painted; a clip is sent, and gives three frames." }), said, row);
  return { element, begin };
}

async function picturesOf(file) {
  const small = await smaller(file, SIDE);
  return [{ name: file.name, file, small, address: URL.createObjectURL(small) }];
}

async function framesOf(file, said, signal) {
  const uri = await sending(file, said, { signal });
  const source = sourceOf(await post("/v1/media", { uri }, { signal }));
  return Promise.all(MOMENTS.map(async (share) => {
    const at = source.seconds * share;
    const found = await blob(`/v1/media/${source.medium.id}/frame`, { at: at.toFixed(3), width: Math.min(SIDE, source.size[0]), format: "jpeg", quality: 90 }, signal);
    return { name: `${source.name}, ${timecode(at)}`, uri, small: found, address: URL.createObjectURL(found) };
  }));
}
