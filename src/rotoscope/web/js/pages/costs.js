// Costs: what was used, budgets, rates and plans, statements.
import { get } from "../api.js";
import { budgets } from "../costs/budgets.js";
import { rates } from "../costs/rates.js";
import { statements } from "../costs/statements.js";
import { usage } from "../costs/usage.js";
import { fill, h } from "../dom.js";
import { faulty, loading } from "../parts/states.js";
import { tabs } from "../parts/tabs.js";

const PARTS = { "": ["Usage", usage], budgets: ["Budgets", budgets], rates: ["Plans and rates", rates], statements: ["Statements", statements] };

/** The page; `#/costs/budgets` and so on are its parts. */
export async function show(stand, { rest, signal }) {
  const name = rest[0] in PARTS ? rest[0] : "";
  const part = h("div", { class: "stack" }, loading());
  fill(stand, h("div", { class: "desk stack narrower" }, h("h1", {}, "Costs"), tabs("Costs", "costs", Object.entries(PARTS).map(([key, [title]]) => [key, title]), name), part));
  const draw = async () => {
    try {
      await PARTS[name][1](part, signal, await get("/v1/rates", {}, signal));
    } catch (fault) {
      if (!signal.aborted) fill(part, faulty(fault, draw));
    }
  };
  await draw();
}
