// Terms and what they are, side by side.
import { h } from "../dom.js";

/** A list of facts; `rows`: pairs of a term and a node or text, those without one are left out. */
export const facts = (rows) =>
  h("dl", { class: "facts" }, rows.filter((row) => row && row[1] != null && row[1] !== "" && row[1] !== false).map(([term, value]) => [h("dt", {}, term), h("dd", {}, value)]));

/** JSON as it came, to be opened. */
export const raw = (value, caption = "As JSON") =>
  h("details", { class: "raw" }, h("summary", {}, caption), h("pre", { tabIndex: 0, role: "region", "aria-label": caption }, JSON.stringify(value, null, 2)));
