// What a training will take; nothing is shown by a service that quotes none.
import { ask } from "../api.js";
import { fill, h } from "../dom.js";
import { money, span } from "../words.js";

const WAIT_SECONDS = 20;

/**
 * The part with the quote.
 * @param {() => Object|null} requestOf what would be asked; null: nothing yet
 * @param {AbortSignal} signal
 */
export function quotePart(requestOf, signal) {
  const element = h("p", { class: "small muted quote", role: "status", hidden: true });
  let asked = null;
  const show = async () => {
    const request = requestOf();
    const mine = (asked = {});
    element.hidden = !request;
    if (!request) return;
    fill(element, "Working out what it takes …");
    try {
      const answer = await ask("POST", "/v1/quotes", { json: { operation: "train", params: request }, headers: { Prefer: `wait=${WAIT_SECONDS}` }, signal });
      const quote = await answer.json();
      if (asked === mine) fill(element, toldOf(quote));
    } catch (fault) {
      if (asked === mine && !signal.aborted) element.hidden = true;
    }
  };
  return { element, show };
}

function toldOf({ result }) {
  return [result?.seconds && `about ${span(result.seconds)}`, result?.cost_micros != null && money(result.cost_micros, result.currency)].filter(Boolean).join(" · ");
}
