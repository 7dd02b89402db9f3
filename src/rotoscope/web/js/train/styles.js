// The style pictures of a training.
import { fill, h } from "../dom.js";
import { smaller } from "../paint/painter.js";
import { dropZone } from "../parts/drop.js";
import { sending } from "../parts/sending.js";
import { faulty } from "../parts/states.js";

const MOST = 16;
const CARD_SIDE = 256;
const CARD_CHARACTERS = 32_768;

/** The part where style pictures are dropped; they come into `desk.styles`: `{name, uri, small, address}`. */
export function stylePart(desk, onChange, signal) {
  const row = h("ul", { class: "compared", "aria-label": "Style pictures" });
  const said = h("div", { role: "status" });
  const changed = () => { draw(); onChange(); };
  const draw = () => fill(row, desk.styles.map((style) => h("li", {},
    h("img", { src: style.address, alt: style.name }), h("span", { class: "small muted" }, style.name),
    h("button", { type: "button", class: "quiet", "aria-label": `Leave out ${style.name}`, onclick: () => { desk.styles = desk.styles.filter((one) => one !== style); changed(); } }, "Leave out"))));
  const take = async (files) => {
    for (const file of files.slice(0, MOST - desk.styles.length)) {
      try {
        const uri = await sending(file, said, { signal });
        const small = await smaller(file, CARD_SIDE * 2).catch(() => null); // one that only the service can open
        desk.styles.push({ name: file.name, uri, small, address: small ? URL.createObjectURL(small) : "icon.svg" });
        fill(said);
        changed();
      } catch (fault) {
        if (!signal.aborted) fill(said, faulty(fault));
        return;
      }
    }
  };
  return h("section", { class: "stack", "aria-label": "Style" }, dropZone({
    title: "Drop a style picture here", multiple: true, accept: "image/*", action: "Choose a picture", onFiles: take,
    text: "A painting, a print, a fabric: strokes and colors count, not what is shown. Several are learned together.",
  }), said, row);
}

/** A picture as a card holds it: a small WebP as a data URI. */
export async function thumbnailOf(picture) {
  for (const quality of [0.85, 0.7, 0.5, 0.3]) {
    const drawn = await createImageBitmap(await smaller(picture, CARD_SIDE));
    const canvas = new OffscreenCanvas(drawn.width, drawn.height);
    canvas.getContext("2d").drawImage(drawn, 0, 0);
    const text = await asText(await canvas.convertToBlob({ type: "image/webp", quality }));
    if (text.length <= CARD_CHARACTERS) return text;
  }
  return undefined;
}

const asText = (found) => new Promise((done) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result);
  reader.readAsDataURL(found);
});
