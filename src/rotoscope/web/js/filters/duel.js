// Two paintings at a time: which is the better one?
import { fill, h, tell } from "../dom.js";
import { titleOf } from "../parts/shelves.js";
import { duels, duelsFor } from "./ranking.js";

/**
 * Ask until all filters are in order.
 * @param {Object} desk with `pictures` and `painted`
 * @param {Object[]} filters
 * @param {(names: string[]) => void} onOrder
 */
export function askDuels(desk, filters, onOrder) {
  const questions = duels(filters.map((filter) => filter.name));
  const most = duelsFor(filters.length);
  const body = h("div", { class: "duel" });
  const said = h("p", { class: "small muted", role: "status" });
  const dialog = h("dialog", { class: "wide", "aria-labelledby": "duel-title", onclose: () => dialog.remove() },
    h("div", { class: "row spread" }, h("h2", { id: "duel-title" }, "Which do you like better?"), h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Leave")), body, said);
  let asked = 0;
  const next = (better) => {
    const { value, done } = questions.next(better);
    if (done) {
      dialog.close();
      onOrder(value);
      tell("The sheet is in your order now.");
      return;
    }
    const picture = desk.pictures[asked % desk.pictures.length];
    asked += 1;
    said.textContent = `Question ${asked} of ${most} at most; ${picture.name}`;
    fill(body, value.map((name, side) => contender(desk, filters.find((filter) => filter.name === name), picture, side, next)));
    body.querySelector("button").focus();
  };
  document.body.append(dialog);
  desk.signal.addEventListener("abort", () => dialog.close(), { once: true });
  dialog.showModal();
  next();
}

function contender(desk, filter, picture, side, next) {
  const image = h("img", { alt: `${picture.name} by ${titleOf(filter)}`, src: picture.address });
  desk.painted(filter.name, picture).then((address) => { image.src = address; }).catch((fault) => { if (!desk.signal.aborted) tell(fault.message); });
  return h("button", { type: "button", class: "tile", onclick: () => next(filter.name) }, h("span", { class: "thumb" }, image), h("span", { class: "name" }, titleOf(filter)), h("span", { class: "muted small" }, side ? "the right one" : "the left one"));
}
