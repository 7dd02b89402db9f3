// Photograph and painting, one over the other, as often as the machine can.
import "../before-after.js";
import { h } from "../dom.js";
import { sizeFor } from "./source.js";

const SMOOTHING = 0.8;

/** Paints a source with an engine, again and again where it moves. */
export class LiveStage {
  #engine;
  #signal;
  #onFault;
  #before = h("canvas", { role: "img", "aria-label": "The photograph" });
  #after = h("canvas", { role: "img", "aria-label": "The painting" });
  #said = h("p", { class: "small muted stage-said", role: "status" });
  #source = null;
  #painted = null;
  #round = 0;
  #pace = null;
  element;
  /** Pixels of the short side. */
  short = 256;
  /** How much of the painting shows, 0 to 1. */
  strength = 1;

  constructor(engine, onFault, signal) {
    this.#engine = engine;
    this.#onFault = onFault;
    this.#signal = signal;
    this.element = h("section", { class: "stage live-stage", "aria-label": "Live", hidden: true },
      h("before-after", { class: "wipe", "data-at": 25 }, this.#before, this.#after), this.#said);
    signal.addEventListener("abort", () => this.#source?.close());
  }

  get source() { return this.#source; }

  /** Show another source. */
  show(source) {
    this.#source?.close();
    this.#source = source;
    this.element.hidden = false;
    this.#pace = null;
    this.again();
  }

  /** Paint anew: another filter, or another size. */
  again() {
    this.#round += 1;
    if (this.#source) this.#run(this.#round);
  }

  /** Show it with another strength. */
  blend() {
    if (this.#painted) this.#compose();
  }

  /** What is shown now, as a PNG. */
  snapshot() {
    return new Promise((done) => { this.#after.toBlob(done, "image/png"); });
  }

  async #run(round) {
    try {
      do {
        await this.#once(round);
        if (this.#source.moves) await new Promise(requestAnimationFrame);
      } while (this.#source.moves && round === this.#round && !this.#signal.aborted);
    } catch (fault) {
      if (round === this.#round && !this.#signal.aborted) this.#onFault(fault);
    }
  }

  async #once(round) {
    const began = performance.now();
    const source = this.#source;
    const [width, height] = sizeFor(source.size, this.short);
    const [across, down] = this.#engine.fixedSize ?? [width, height];
    const taken = new OffscreenCanvas(width, height);
    taken.getContext("2d").drawImage(source.drawn, 0, 0, width, height);
    const fit = new OffscreenCanvas(across, down);
    const context = fit.getContext("2d", { willReadFrequently: true });
    context.drawImage(taken, 0, 0, across, down);
    const { image } = await this.#engine.paint(context.getImageData(0, 0, across, down));
    if (round !== this.#round || this.#signal.aborted) return;
    context.putImageData(image, 0, 0);
    this.#painted = { taken, painting: fit, width, height };
    this.#compose();
    this.#tell(performance.now() - began, width, height);
  }

  #compose() {
    const { taken, painting, width, height } = this.#painted;
    for (const canvas of [this.#before, this.#after]) if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    this.element.style.setProperty("--ratio", `${width} / ${height}`);
    this.#before.getContext("2d").drawImage(taken, 0, 0);
    const context = this.#after.getContext("2d");
    context.globalAlpha = 1;
    context.drawImage(taken, 0, 0);
    context.globalAlpha = this.strength;
    context.drawImage(painting, 0, 0, width, height);
  }

  #tell(took, width, height) {
    this.#pace = this.#pace === null ? took : SMOOTHING * this.#pace + (1 - SMOOTHING) * took;
    const pace = this.#source.moves ? `${(1000 / this.#pace).toFixed(1)} frames a second` : `painted in ${Math.round(took)} ms`;
    this.#said.textContent = `${width} × ${height} · ${pace}`;
    Object.assign(this.element.dataset, { painted: Number(this.element.dataset.painted ?? 0) + 1, took: Math.round(took), side: Math.min(width, height) });
  }
}
