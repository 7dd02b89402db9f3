// What a page shows while it has nothing to show yet: loading, nothing there, something wrong.
import { h } from "../dom.js";

/** Something is on its way. */
export const loading = (what = "Loading …") =>
  h("p", { class: "loading", role: "status" }, h("span", { class: "spinner", "aria-hidden": "true" }), what);

/** Nothing is there; says what to do about it. */
export const empty = (title, text, ...actions) =>
  h("div", { class: "empty" }, h("h2", {}, title), h("p", {}, text), actions.length ? h("div", { class: "row", style: { "justify-content": "center" } }, actions) : null);

/** Something went wrong, in the service's words; `again` tries once more. */
export function faulty(fault, again) {
  const details = (fault.errors ?? []).map((one) => h("li", {}, h("code", {}, one.where), ": ", one.told));
  return h("div", { class: "fault", role: "alert" },
    h("p", {}, fault.message), details.length ? h("ul", { class: "small" }, details) : null,
    again && h("button", { type: "button", onclick: () => again() }, "Try again"));
}
