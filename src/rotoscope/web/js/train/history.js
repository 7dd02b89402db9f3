// How losses fell, from the events of a job.

/**
 * Losses over steps, in the order of steps.
 *
 * A training that goes on after a stop begins at its last checkpoint: steps that it takes anew replace those that
 * were told before.
 */
export class LossHistory {
  #records = [];

  get records() { return this.#records; }

  /** Note what an event says; gives whether there was something new in it. */
  note({ data }) {
    const { steps_done: step, losses } = data.progress ?? {};
    if (step == null || !losses) return false;
    while (this.#records.length && this.#records[this.#records.length - 1].step >= step) this.#records.pop();
    this.#records.push({ step, ...losses });
    return true;
  }
}
