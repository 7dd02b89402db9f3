// The big picture: the photograph and its painting with an edge between them, at one moment of the clip.
import "../before-after.js";
import { fill, h } from "../dom.js";
import { faulty } from "../parts/states.js";

/** Shows what a painter paints, as fast as it can, and says so. */
export class Stage {
  #painter;
  #before = h("img", { alt: "The photograph" });
  #after = h("img", { alt: "The painting" });
  #said = h("p", { class: "stage-said small muted", role: "status" });
  #fault = h("div", {});
  #frame = null;
  #turn = 0;
  #frameAt = null;
  #signal;

  /** What is on the page. */
  element;
  /** Where masks are drawn; over the picture. */
  overlay = h("div", { class: "overlay", hidden: true });

  constructor(painter, source, signal) {
    this.#painter = painter;
    this.#signal = signal;
    const [width, height] = source.size;
    const wipe = h("before-after", { class: "wipe", style: { "--ratio": `${width} / ${height}` } }, this.#before, this.#after);
    this.element = h("section", { class: "stage", "aria-label": "Preview" }, h("div", { class: "wiped", style: { "--ratio": `${width} / ${height}` } }, wipe, this.overlay), this.#said, this.#fault);
  }

  /** The photograph that is shown, as a blob. */
  get frame() { return this.#frame; }

  /** Move the edge between photograph and painting; gives where it was, 0 to 100. */
  edgeTo(share) {
    const edge = this.element.querySelector("before-after > input");
    const was = edge.valueAsNumber;
    edge.value = share;
    edge.dispatchEvent(new Event("input"));
    return was;
  }

  /** Show the photograph at a time; nothing happens where it is shown already. */
  async goTo(at) {
    if (this.#frameAt === at) return;
    this.#frameAt = at;
    const frame = await this.#painter.frame(at, this.#signal);
    if (this.#frameAt !== at) return;
    this.#frame = frame;
    await picture(this.#before, frame);
  }

  /** Paint what is shown. */
  async paint(look, at) {
    const began = performance.now();
    const turn = (this.#turn += 1);
    this.element.setAttribute("aria-busy", "true");
    const slow = setTimeout(() => { this.#said.textContent = "Painting …"; }, 400);
    try {
      await this.goTo(at);
      if (!look.layers.some((layer) => layer.filter)) { await picture(this.#after, this.#frame); return; }
      const painted = await this.#painter.paint(look, at, this.#frame);
      if (!painted) return;
      await picture(this.#after, painted);
      fill(this.#fault);
      const took = Math.round(performance.now() - began);
      this.#said.textContent = `Painted in ${took} ms`;
      this.element.dataset.painted = String(Number(this.element.dataset.painted ?? 0) + 1);
      this.element.dataset.took = String(took);
    } catch (fault) {
      if (!this.#signal.aborted) fill(this.#fault, faulty(fault, () => this.paint(look, at)));
    } finally {
      clearTimeout(slow);
      if (turn === this.#turn) this.element.removeAttribute("aria-busy");
    }
  }
}

/** Put a blob into an image, and wait until it can be seen. */
export async function picture(image, found) {
  const old = image.src;
  image.src = URL.createObjectURL(found);
  image.hidden = false;
  await image.decode().catch(() => {});
  if (old.startsWith("blob:")) URL.revokeObjectURL(old);
}
