// Pictures of what a look makes: asked for one after the other, and never those that nobody waits for any more.
import { Problem, ask, blob, listed, pause, post, put } from "../api.js";
import { dependsOnTime, documentOf } from "./look.js";

const SIDE = 1024;
const BUSY_TRIES = 4;

/** Paints one frame of a source with a look, for the eye: at most 1024 pixels. */
export class Painter {
  #source;
  #draft = null;
  #abort = null;

  /** @param {Object} source as `source.js` gives it */
  constructor(source) { this.#source = source; }

  /** The photograph at a time, as a blob. */
  async frame(at, signal) {
    const { medium, size } = this.#source;
    return blob(`/v1/media/${medium.id}/frame`, { ...when(this.#source, at), width: widthFor(size), format: "jpeg", quality: 90 }, signal);
  }

  /**
   * The painting, as a blob; null: another one was asked for meanwhile.
   * @param {Object} look
   * @param {number} at seconds
   * @param {Blob} frame the photograph at that time
   */
  async paint(look, at, frame) {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    try {
      const found = dependsOnTime(look) && this.#source.isClip
        ? await this.#preview(look, at, abort.signal)
        : await stylize(frame, documentOf(look), { signal: abort.signal });
      return abort.signal.aborted ? null : found;
    } catch (fault) {
      if (abort.signal.aborted) return null;
      throw fault;
    }
  }

  /** The same by a look that was put away: it knows the clip before and after the frame. */
  async #preview(look, at, signal) {
    const { medium, size } = this.#source;
    const wanted = { name: `draft of ${medium.id}`, document: documentOf(look) };
    this.#draft ??= putAway(wanted); // once, however many ask at the same time
    const id = await this.#draft.catch((fault) => { this.#draft = null; throw fault; });
    await put(`/v1/looks/${id}`, wanted, { signal });
    return blob(`/v1/looks/${id}/preview`, { medium: medium.id, ...when(this.#source, at), width: widthFor(size), format: "jpeg", quality: 90 }, signal);
  }
}

/**
 * Paint a picture of at most 1,024 pixels, to look at it.
 * @param {Blob} picture
 * @param {Object} look a look's document
 * @returns {Promise<Blob>}
 */
export async function stylize(picture, look, { signal, quality = 90 } = {}) {
  for (let tried = 1; ; tried += 1) {
    const form = new FormData();
    form.append("look", JSON.stringify(look));
    form.append("format", "jpeg");
    form.append("preview", "true");
    form.append("quality", String(quality));
    form.append("picture", picture, "frame.jpg");
    try {
      return await (await ask("POST", "/v1/images:stylize", { body: form, signal })).blob();
    } catch (fault) {
      if (!(fault instanceof Problem && fault.code === "busy") || tried === BUSY_TRIES) throw fault;
      await pause(1000 * (Number(fault.retryAfter) || 1), signal);
    }
  }
}

/** A picture made smaller: at most so many pixels along its long side. */
export async function smaller(picture, side) {
  const drawn = await createImageBitmap(picture);
  const scale = Math.min(1, side / Math.max(drawn.width, drawn.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(drawn.width * scale)), Math.max(1, Math.round(drawn.height * scale)));
  canvas.getContext("2d").drawImage(drawn, 0, 0, canvas.width, canvas.height);
  drawn.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
}

/** The id of the look of that name, which is there from then on. */
async function putAway(wanted) {
  const known = (await listed("/v1/looks")).find((look) => look.name === wanted.name);
  return (known ?? (await post("/v1/looks", wanted))).id;
}

const widthFor = ([width, height]) => Math.round(Math.min(1, SIDE / Math.max(width, height)) * width);
const when = (source, at) => (source.isClip ? { at: at.toFixed(3) } : { index: 0 });
