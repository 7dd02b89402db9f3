// What is known of a result: whether it is the video that went in, and how much it flickers.
import { ask } from "../api.js";
import { h } from "../dom.js";

/** Rows on flicker, from a job that measured it. */
export function flicker(job) {
  const score = job.result?.score;
  return score ? [h("dt", {}, "flicker"), h("dd", {}, JSON.stringify(score))] : [];
}

/** Rows on fidelity: the result is held against its source. */
export async function fidelity(source, result, signal) {
  try {
    const answer = await ask("POST", "/v1/check", { json: { source, result }, headers: { Prefer: "wait=30" }, signal });
    const job = await answer.json();
    return [h("dt", {}, "fidelity"), h("dd", {}, JSON.stringify(job.result))];
  } catch (fault) {
    return [h("dt", {}, "fidelity"), h("dd", {}, fault.message)];
  }
}
