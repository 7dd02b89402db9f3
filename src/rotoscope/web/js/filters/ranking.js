// The order in which somebody likes filters. It is kept in this browser.
import { favorites, keep, kept } from "../parts/favorites.js";

const KEY = "rotoscope.ranking";

/** Names as they were ranked before, best first; those that never were come last, in their own order. */
export function ranked(names) {
  const places = new Map(kept(KEY, []).map((name, place) => [name, place]));
  return [...names].sort((one, other) => (places.get(one) ?? Infinity) - (places.get(other) ?? Infinity) || names.indexOf(one) - names.indexOf(other));
}

/** Keep an order; names that are not in it stay behind it. */
export function keepRanking(names) {
  keep(KEY, [...names, ...kept(KEY, []).filter((name) => !names.includes(name))]);
}

/** An order in which one stands so many places further up (negative) or down. */
export function moved(names, name, by) {
  const rest = names.filter((one) => one !== name);
  const to = Math.min(rest.length, Math.max(0, names.indexOf(name) + by));
  return [...rest.slice(0, to), name, ...rest.slice(to)];
}

/**
 * Questions that lead to an order: each asks for the better of two.
 *
 * Yields `[one, other]` and is given the name of the better one; returns the names, best first. A new name is
 * held against the middle of those that are in order, so a dozen filters take some thirty questions at most.
 */
export function* duels(names) {
  const order = [];
  for (const name of names) {
    let [from, to] = [0, order.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((yield [name, order[middle]]) === name) to = middle;
      else from = middle + 1;
    }
    order.splice(from, 0, name);
  }
  return order;
}

/** How many questions `duels` asks of so many names at most. */
export function duelsFor(count) {
  let sum = 0;
  for (let known = 1; known < count; known += 1) sum += Math.ceil(Math.log2(known + 1));
  return sum;
}

/** The ranking as a document, for other programs. */
export function rankingDocument(filters, pictures) {
  const stars = favorites();
  return {
    ranking: filters.map((filter, index) => ({ place: index + 1, filter: filter.name, title: filter.title, digest: filter.digest, favorite: stars.has(filter.name) })),
    pictures: pictures.map((picture) => picture.name),
    made: new Date().toISOString(),
  };
}
