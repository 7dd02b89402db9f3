// What a unit costs, and the price plans by which work is sold.
import { get, put, remove } from "../api.js";
import { field, fill, h, tell } from "../dom.js";
import { actionForm, doing, text } from "../parts/form.js";
import { confirmed } from "../parts/question.js";
import { empty } from "../parts/states.js";
import { money } from "../words.js";

const UNITS = {
  cpu_second: "A second of one processor", gpu_second: "A second of one GPU", gb_month: "A gigabyte, stored for 30 days", gb_moved: "A gigabyte, in or out",
  call: "A call of the API", training_hour: "An hour of training", kwh: "A kilowatt hour",
};
const SOLD = { per_picture: ["A picture", "pictures"], per_video_minute: ["A minute of video", "minutes"], per_compute_second: ["A second of computing", "seconds"] };

export async function rates(stand, signal) {
  const found = await get("/v1/rates", {}, signal);
  const again = () => rates(stand, signal);
  const editing = h("div", {});
  const edit = (plan) => { fill(editing, planForm(plan, found.currency, async () => { fill(editing); await again(); })); editing.querySelector("input").focus(); };
  fill(stand,
    h("section", { class: "card stack", "aria-label": "Rates" }, h("h2", {}, "Rates"), costs(found), h("details", {}, h("summary", {}, "Change the rates"), ratesForm(found, again))),
    h("div", { class: "row spread" }, h("h2", {}, "Price plans"), h("button", { type: "button", onclick: () => edit(null) }, "New plan")),
    editing,
    found.plans.length ? h("ul", { class: "rows", "aria-label": "Price plans" }, found.plans.map((plan) => planRow(plan, found.currency, edit, again)))
      : empty("No price plans", "A plan says what clients are asked for a picture, a minute of video, a second of computing."));
}

function costs({ costs: known, currency }) {
  const priced = Object.entries(UNITS).filter(([name]) => known[name]);
  if (!priced.length) return h("p", { class: "muted" }, "Nothing has a rate: all work counts as free.");
  return h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Unit"), h("th", { scope: "col" }, "Costs"))),
    h("tbody", {}, priced.map(([name, caption]) => h("tr", {}, h("th", { scope: "row" }, caption), h("td", {}, exact(known[name], currency))))));
}

/** Small prices keep their digits: `0.000014 EUR`. */
const exact = (micros, currency) => (Math.abs(micros) >= 100_000 || !micros ? money(micros, currency) : `${(micros / 1e6).toFixed(7).replace(/0{1,5}$/, "")} ${currency}`);
const price = (micros) => h("input", { type: "number", min: 0, step: "any", required: true, inputMode: "decimal", value: String(micros / 1e6) });
const micros = (input) => Math.round(input.valueAsNumber * 1e6);

function ratesForm(found, again) {
  const currency = text({ value: found.currency, pattern: "[A-Z]{3}", maxLength: 3, required: true });
  const inputs = Object.fromEntries(Object.keys(UNITS).map((name) => [name, price(found.costs[name])]));
  return actionForm("Put these rates", h("div", { class: "fields" }, field("Currency", currency, "Three letters: USD, EUR"), Object.entries(inputs).map(([name, input]) => field(UNITS[name], input))), async () => {
    await put("/v1/rates", {
      rates: 1, currency: currency.value, costs: Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, micros(input)])),
      plans: Object.fromEntries(found.plans.map((plan) => [plan.name, planText(plan)])),
    });
    tell("These rates count from now on. What is in the ledger keeps its cost.");
    await again();
  }, { label: "Rates" });
}

const planText = (plan) => ({ ...Object.fromEntries(Object.keys(SOLD).map((unit) => [unit, plan[unit].length ? plan[unit] : 0])), wholesale_discount: String(plan.wholesale_discount) });

function planRow(plan, currency, edit, again) {
  const drop = async () => {
    if (!(await confirmed(`Remove the plan ${plan.name}?`, "Nothing is sold by it any more, and no statement made.", "Remove the plan"))) return;
    await remove(`/v1/plans/${plan.name}`);
    await again();
  };
  const tiers = (unit, units) => plan[unit].map(({ above, micros: each }) => h("li", {}, exact(each, currency), above ? h("span", { class: "muted" }, ` beyond ${above.toLocaleString()} ${units}`) : ""));
  const sold = Object.entries(SOLD).filter(([unit]) => plan[unit].some(({ micros: each }) => each > 0));
  return h("li", { class: "card entry" },
    h("div", { class: "about" }, h("h3", {}, plan.name), plan.wholesale_discount ? h("p", { class: "small muted" }, `wholesale is cheaper by ${plan.wholesale_discount} %`) : null,
      sold.length ? h("dl", { class: "facts" }, sold.map(([unit, [caption, units]]) => [h("dt", {}, caption), h("dd", {}, h("ul", { class: "plain" }, tiers(unit, units)))])) : h("p", {}, "Everything is free by it.")),
    h("div", { class: "row" }, h("button", { type: "button", "aria-label": `Change the plan ${plan.name}`, onclick: () => edit(plan) }, "Change"), doing("Remove", drop, { class: "quiet", "aria-label": `Remove the plan ${plan.name}` })));
}

function planForm(plan, currency, done) {
  const name = text({ value: plan?.name ?? "", required: true, pattern: "[a-z0-9][a-z0-9\\-]*", placeholder: "studio", readOnly: Boolean(plan) });
  const discount = h("input", { type: "number", min: 0, max: 100, step: "any", required: true, value: String(plan?.wholesale_discount ?? 0) });
  const sold = Object.entries(SOLD).map(([unit, [caption, units]]) => ({ unit, ...tierEditor(caption, units, currency, plan?.[unit] ?? []) }));
  return h("section", { class: "card stack", "aria-label": plan ? `The plan ${plan.name}` : "A new plan" }, h("h2", {}, plan ? `Change ${plan.name}` : "A new plan"),
    actionForm("Put the plan", [h("div", { class: "fields" }, field("Name", name), field("Wholesale is cheaper by, in percent", discount)), sold.map(({ element }) => element)], async () => {
      await put(`/v1/plans/${encodeURIComponent(name.value)}`, { ...Object.fromEntries(sold.map(({ unit, value }) => [unit, value()])), wholesale_discount: String(discount.valueAsNumber) });
      tell(`Work is sold by ${name.value} from now on.`);
      await done();
    }));
}

/** Prices that change beyond so many; the first is from the beginning. */
function tierEditor(caption, units, currency, tiers) {
  const rows = h("div", { class: "stack tiers" });
  const add = ({ above, micros: each }) => {
    const first = rows.childElementCount === 0;
    const from = h("input", { type: "number", min: first ? 0 : 1, step: 1, required: true, value: String(above), readOnly: first });
    const row = h("div", { class: "row tier" }, field(`Beyond so many ${units}`, from), field(`Each, in ${currency}`, price(each)),
      !first && h("button", { type: "button", class: "quiet", onclick: () => row.remove() }, "Remove"));
    rows.append(row);
  };
  for (const tier of tiers.length ? tiers : [{ above: 0, micros: 0 }]) add(tier);
  const value = () => [...rows.children].map((row) => {
    const [from, each] = row.querySelectorAll("input");
    return { above: from.valueAsNumber, micros: micros(each) };
  });
  const next = () => { const found = value(); add({ above: Math.max(...found.map(({ above }) => above)) + 100, micros: found.at(-1).micros }); };
  return { element: h("fieldset", { class: "stack" }, h("legend", {}, caption), rows, h("div", {}, h("button", { type: "button", class: "quiet", onclick: next }, "Another price beyond so many"))), value };
}
