// Budgets: what work may cost in a month, or at all.
import { listed, patch, post, remove } from "../api.js";
import { choice, field, fill, h, tell } from "../dom.js";
import { actionForm, doing } from "../parts/form.js";
import { pagedList } from "../parts/paged.js";
import { confirmed } from "../parts/question.js";
import { empty } from "../parts/states.js";
import { day, money, percent } from "../words.js";

export async function budgets(stand, signal, { currency }) {
  const keys = new Map((await listed("/v1/keys", {}, signal).catch(() => [])).filter((key) => !key.revoked).map((key) => [key.id, key.name]));
  const list = pagedList({
    path: "/v1/budgets", signal, label: "Budgets", row: (budget) => row(budget, keys, () => list.load()),
    none: () => empty("No budgets yet", "With a budget, work stops cleanly when it has cost so much. What is painted is kept, and goes on when there is more."),
  });
  const limit = amount("10");
  const period = choice([["month", "each month"], ["ever", "at all"]], "month");
  const key = choice([["", "all of your work"], ...keys], "");
  fill(stand, h("h2", {}, "Your budgets"), list.element, h("section", { class: "card stack", "aria-label": "Make a budget" }, h("h2", {}, "Make a budget"),
    actionForm("Make the budget", h("div", { class: "fields" }, field(`At most, in ${currency}`, limit), field("Counts", period), field("Of", key)), async () => {
      await post("/v1/budgets", { limit_micros: micros(limit), period: period.value, ...(key.value && { key: key.value }) });
      tell("From now on, work stops when it has cost that much.");
      await list.load();
    })));
  await list.load();
}

const amount = (value) => h("input", { type: "number", min: 0.000001, step: "any", required: true, inputMode: "decimal", value });
const micros = (input) => Math.round(input.valueAsNumber * 1e6);

function row(budget, keys, reload) {
  const name = budget.key ? `the key ${keys.get(budget.key) ?? budget.key}` : "all of your work";
  const share = budget.spent_micros / budget.limit_micros;
  const change = async () => {
    const limit = amount(String(budget.limit_micros / 1e6));
    if (!(await confirmed("Change the budget", `${money(budget.spent_micros, budget.currency)} of it is used.`, "Change it", field(`At most, in ${budget.currency}`, limit)))) return;
    await patch(`/v1/budgets/${budget.id}`, { limit_micros: micros(limit) });
    tell("Changed.");
    await reload();
  };
  const drop = async () => {
    if (!(await confirmed(`Remove the budget of ${name}?`, "Nothing limits this work any more.", "Remove the budget"))) return;
    await remove(`/v1/budgets/${budget.id}`);
    await reload();
  };
  return h("li", { class: "card entry" },
    h("div", { class: "about stack" }, h("h3", {}, `${money(budget.limit_micros, budget.currency)} ${budget.period === "month" ? "a month" : "at all"}`, share >= 1 && h("span", { class: "tag bad" }, "used up")),
      h("p", { class: "small muted" }, `for ${name}`),
      h("div", { class: "meter", role: "meter", "aria-label": `Used of the budget of ${name}`, "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": String(Math.min(100, Math.round(share * 100))), "data-full": String(share >= 1), style: { "--share": String(Math.min(1, share)) } }),
      h("p", { class: "small" }, `${money(budget.spent_micros, budget.currency)} used, ${percent(share)}; ${money(Math.max(0, budget.left_micros), budget.currency)} left`, budget.until ? h("span", { class: "muted" }, `; begins anew on ${day(budget.until)}`) : "")),
    h("div", { class: "row" }, doing("Change", change), doing("Remove", drop, { class: "quiet" })));
}
