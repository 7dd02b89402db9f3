// A long list, a page at a time.
import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { faulty, loading } from "./states.js";

export const PAGE = 50;

/**
 * A list of what a path answers, with a button for more.
 * @param {{path: string, query?: Object, row: (item: Object) => Node, none: () => Node, signal: AbortSignal,
 *   tag?: string, label: string, size?: number}} given
 *   row: one entry; none: what is shown where there is nothing; tag: of what holds the rows (ul, ol, tbody …)
 * @returns {{element: HTMLElement, rows: HTMLElement, load: () => Promise<void>}} load: from the beginning
 */
export function pagedList({ path, query = {}, row, none, signal, tag = "ul", label, size = PAGE }) {
  const rows = h(tag, { class: "rows", "aria-label": label });
  const foot = h("div", { class: "row foot" });
  const element = h("div", { class: "stack" }, rows, foot);
  const more = async (after) => {
    fill(foot, loading());
    try {
      const page = await get(path, { limit: size, ...query, after }, signal);
      if (!after) fill(rows);
      rows.append(...page.items.map(row));
      fill(foot, page.next && h("button", { type: "button", onclick: () => more(page.next) }, "Show more"),
        !rows.childElementCount && none());
    } catch (fault) {
      if (!signal.aborted) fill(foot, faulty(fault, () => more(after)));
    }
  };
  return { element, rows, load: () => more(null) };
}
