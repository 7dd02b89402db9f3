// Statements: what is owed for a time under a price plan.
import { get } from "../api.js";
import { choice, field, fill, h } from "../dom.js";
import { KINDS } from "../job/told.js";
import { actionForm } from "../parts/form.js";
import { csv, handOver } from "../parts/downloads.js";
import { empty } from "../parts/states.js";
import { counted, day, money, span } from "../words.js";
import { asQuery, daysChooser } from "./span.js";

const STEP = 50;
const COLUMNS = ["job", "operation", "filter", "pictures", "video_seconds", "compute_seconds", "cost_micros", "price_micros"];

export async function statements(stand, signal, { plans }) {
  if (!plans.length) {
    fill(stand, empty("No price plans", "A statement is made under a price plan.", h("a", { class: "button", href: "#/costs/rates" }, "Make a plan")));
    return;
  }
  const plan = choice(plans.map(({ name }) => name), plans[0].name);
  const wholesale = h("input", { type: "checkbox" });
  const days = daysChooser("month", () => {});
  const made = h("div", {});
  fill(stand, h("section", { class: "card", "aria-label": "Make a statement" }, actionForm("Make the statement", [
    h("div", { class: "row" }, days.element, field("Price plan", plan)), h("label", { class: "tick" }, h("span", {}, "At wholesale"), wholesale)], async () => {
    const found = await get("/v1/statements", { plan: plan.value, wholesale: wholesale.checked, ...asQuery(days.range()) }, signal);
    fill(made, shown(found));
    made.scrollIntoView({ block: "nearest" });
  })), made);
}

/** What a line is for: a job, or pictures that were painted while somebody waited. */
function worked({ job, operation }) {
  const name = KINDS[operation] ?? operation;
  return job ? h("a", { href: `#/jobs/${job}` }, name) : name;
}

function shown(found) {
  const { currency, lines, plan } = found;
  const stem = `statement-${plan}-${found.since.slice(0, 10)}-${new Date(new Date(found.until) - 1).toISOString().slice(0, 10)}`;
  const last = new Date(new Date(found.until) - 1).toISOString();
  const body = h("tbody", {});
  const foot = h("div", { class: "row foot" });
  const more = (begin) => {
    body.append(...lines.slice(begin, begin + STEP).map((line) => h("tr", {},
      h("th", { scope: "row" }, worked(line), line.filter && h("div", { class: "small muted" }, line.filter)),
      [line.pictures.toLocaleString(), span(line.video_seconds), span(line.compute_seconds), money(line.price_micros, currency)].map((value) => h("td", {}, value)))));
    fill(foot, begin + STEP < lines.length && h("button", { type: "button", onclick: () => more(begin + STEP) }, "Show more"));
  };
  more(0);
  return h("section", { class: "card stack statement", "aria-label": "Statement" },
    h("div", { class: "row spread" }, h("h2", {}, `${day(found.since)} to ${day(last)}`), h("strong", { class: "owed" }, money(found.price_micros, currency))),
    h("p", { class: "small muted" }, `${counted(lines.length, "line")} under the plan ${plan}${found.wholesale ? ", at wholesale" : ""}; it cost ${money(found.cost_micros, currency)} to make.`),
    h("div", { class: "row" },
      h("button", { type: "button", onclick: () => handOver(csv([COLUMNS, ...lines.map((line) => COLUMNS.map((name) => line[name]))]), `${stem}.csv`, "text/csv") }, "Download as CSV"),
      h("button", { type: "button", onclick: () => handOver(JSON.stringify(found, null, 2), `${stem}.json`, "application/json") }, "Download as JSON")),
    lines.length ? h("div", { class: "scrolling", tabIndex: 0, role: "region", "aria-label": "Lines of the statement" }, h("table", {}, h("thead", {}, h("tr", {}, ["Work", "Pictures", "Video", "Computing", "Price"].map((head) => h("th", { scope: "col" }, head)))), body)) : h("p", { class: "muted" }, "Nothing was done in that time."),
    foot);
}
