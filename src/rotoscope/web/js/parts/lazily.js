// Work that is done for what is in view, a little at a time.

/** Does something for elements once they come into view. An element's `data-state` says how far it is. */
export class Lazily {
  #work;
  #signal;
  #atOnce;
  #elements = new Set();
  #waiting = [];
  #atWork = 0;
  #round = 0;
  #seen;

  /**
   * @param {(element: Element) => Promise<string>} work gives the element's state: `painted`, `failed` …
   * @param {AbortSignal} signal
   * @param {number} [atOnce]
   */
  constructor(work, signal, atOnce = 2) {
    this.#work = work;
    this.#signal = signal;
    this.#atOnce = atOnce;
    this.#seen = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) this.#ask(target);
    }, { rootMargin: "200px" });
    signal.addEventListener("abort", () => this.#seen.disconnect());
  }

  /** Do it for this element too. */
  watch(element) {
    this.#elements.add(element);
    this.#seen.observe(element);
  }

  /** Do it anew for all that were watched. */
  again() {
    this.#waiting = [];
    this.#round += 1;
    for (const element of this.#elements) {
      delete element.dataset.state;
      this.#seen.unobserve(element);
      this.#seen.observe(element);
    }
  }

  #ask(element) {
    if (element.dataset.state) return;
    element.dataset.state = "waiting";
    this.#waiting.push(element);
    this.#next();
  }

  /** Whoever was seen last is looked at now; what a search has hidden waits. */
  #take() {
    const at = Math.max(0, this.#waiting.findLastIndex((element) => element.isConnected));
    return this.#waiting.splice(at, 1)[0];
  }

  async #next() {
    if (this.#atWork >= this.#atOnce || !this.#waiting.length || this.#signal.aborted) return;
    this.#atWork += 1;
    const element = this.#take();
    const round = this.#round;
    try {
      const state = await this.#work(element);
      if (round === this.#round && !this.#signal.aborted) element.dataset.state = state;
    } finally {
      this.#atWork -= 1;
      this.#next();
    }
  }
}
