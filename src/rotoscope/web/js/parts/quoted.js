// A quote in words.
import { money, percent, span } from "../words.js";

/** What something takes and costs; `quote` as the result of `POST /v1/quotes` is. */
export function quoted({ elapsed_seconds: seconds, cost, retail, plan, currency, share }) {
  const between = ({ likely_micros: likely, low_micros: low, high_micros: high }) =>
    `${money(likely, currency)} (${money(low)} to ${money(high)})`;
  return [
    `About ${span(seconds)}, give or take ${percent(share)}.`,
    cost.high_micros ? ` Costs ${between(cost)}.` : "",
    plan ? ` Sold for ${between(retail)} by the plan ${plan}.` : "",
  ].join("");
}
