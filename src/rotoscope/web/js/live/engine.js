// A filter that paints in this browser.
import { Problem, ask } from "../api.js";

const MOST_THREADS = 4;

/** What is known of the runtime before it is fetched: `version`, `bytes`, `host`, `is_here`, `files`. */
export const runtimeFacts = async (signal) => (await ask("GET", "/studio/runtime/", { signal })).json();

/** Have the service fetch the runtime's files, where it has not; they come into the browser's cache. */
export async function fetchRuntime({ version, files }, signal) {
  const place = placeOf(version);
  for (const name of files) {
    const answer = await fetch(place + name, { signal });
    if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => ({})));
    await answer.arrayBuffer();
  }
  return place;
}

const placeOf = (version) => new URL(`/studio/runtime/${version}/`, location.origin).href;

/** Threads that a filter may use here; several only where the page is isolated from others. */
export const threadsHere = () => (crossOriginIsolated ? Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency ?? 1)) : 1);

/** Paints pictures with one filter at a time. */
export class Engine {
  #worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  #waiting = new Map();
  #asked = 0;
  #place;
  #card = null;

  /** @param {string} place where the runtime's files are, as `fetchRuntime` gives it */
  constructor(place, signal) {
    this.#place = place;
    this.#worker.addEventListener("message", ({ data }) => this.#settle(data));
    this.#worker.addEventListener("error", (event) => this.#giveUp(event.message ?? "The worker cannot be started."));
    signal.addEventListener("abort", () => this.#worker.terminate());
  }

  /** Use this filter from now on; `detail` as `GET /v1/filters/{name}` gives it. */
  async use(detail, signal) {
    const file = await (await ask("GET", `/v1/filters/${encodeURIComponent(detail.name)}/file`, { signal })).arrayBuffer();
    const { padding } = detail.card;
    await this.#ask("open", { place: this.#place, file, card: { padding }, threads: threadsHere() }, [file]);
    this.#card = detail.card;
  }

  /** The only size that the filter takes, `[width, height]`; null: any. */
  get fixedSize() { return this.#card?.fixed_size ?? null; }

  /**
   * Paint a picture.
   * @param {ImageData} image its pixels are taken away
   * @returns {Promise<{image: ImageData, milliseconds: number}>}
   */
  async paint({ data, width, height }) {
    const { pixels, milliseconds } = await this.#ask("paint", { pixels: data.buffer, width, height }, [data.buffer]);
    return { image: new ImageData(new Uint8ClampedArray(pixels), width, height), milliseconds };
  }

  #ask(action, given, transfer) {
    const id = ++this.#asked;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#worker.postMessage({ id, action, given }, transfer);
    });
  }

  #settle({ id, answer, fault }) {
    const { done, failed } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (fault === undefined) done(answer);
    else failed(new Error(`This browser cannot run the filter: ${fault}`));
  }

  #giveUp(why) {
    for (const { failed } of this.#waiting.values()) failed(new Error(`This browser cannot run filters: ${why}`));
    this.#waiting.clear();
  }
}
