// A list that people put in order: by dragging, and by keys.
import { h } from "../dom.js";

/**
 * A list in an order of one's own.
 * @param {{label: string, items: Object[], row: (item: Object) => Node[], nameOf: (item: Object) => string, onOrder: (items: Object[]) => void}} given
 *   row: what stands in a row beside its handle; onOrder: told the new order
 * @returns {HTMLElement}
 */
export function sortedList({ label, items, row, nameOf, onOrder }) {
  const said = h("p", { class: "visually-hidden", role: "status" });
  const list = h("ol", { class: "rows sorted", "aria-label": label });
  const order = items.map((item) => ({ item }));
  const place = (entry, to) => {
    const from = order.indexOf(entry);
    const at = Math.max(0, Math.min(order.length - 1, to));
    if (from === at) return;
    order.splice(from, 1);
    order.splice(at, 0, entry);
    list.insertBefore(entry.element, order[at + 1]?.element ?? null);
    said.textContent = `${nameOf(entry.item)} is number ${at + 1} of ${order.length}.`;
  };
  const settle = () => onOrder(order.map(({ item }) => item));
  /** Follow the pointer until it is let go; the document listens, since a row that is moved loses a pointer that it had captured. */
  const drag = (entry) => {
    const before = order.indexOf(entry);
    const done = new AbortController();
    const over = () => {
      done.abort();
      entry.element.classList.remove("dragged");
      if (order.indexOf(entry) !== before) settle();
    };
    const move = ({ clientY }) => {
      const from = order.indexOf(entry);
      const below = order.findIndex(({ element }) => { const box = element.getBoundingClientRect(); return clientY < box.top + box.height / 2; });
      place(entry, below < 0 ? order.length - 1 : below > from ? below - 1 : below);
    };
    entry.element.classList.add("dragged");
    for (const [name, heard] of [["pointermove", move], ["pointerup", over], ["pointercancel", over]]) document.addEventListener(name, heard, { signal: done.signal });
  };
  for (const entry of order) {
    const handle = h("button", {
      type: "button", class: "handle-grip", "aria-label": `Move ${nameOf(entry.item)}: arrow up, arrow down`, title: "Drag, or move with the arrow keys",
      onkeydown: (event) => {
        const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const before = order.indexOf(entry);
        place(entry, before + step);
        handle.focus();
        if (order.indexOf(entry) !== before) settle();
      },
      onpointerdown: (event) => { event.preventDefault(); handle.focus(); drag(entry); },
    }, "⠿");
    entry.element = h("li", { class: "card sortable" }, handle, row(entry.item));
  }
  list.append(...order.map(({ element }) => element));
  return h("div", {}, list, said);
}
