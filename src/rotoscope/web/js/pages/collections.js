// Collections: all of them, or one.
import { showCollections } from "../collections/list.js";
import { showCollection } from "../collections/one.js";

/** The page; `#/collections/NAME` is that of one collection. */
export async function show(stand, { rest, signal }) {
  if (rest[0]) await showCollection(stand, rest[0], signal);
  else await showCollections(stand, signal);
}
