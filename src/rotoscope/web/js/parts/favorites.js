// Filters that somebody likes. They are kept in this browser.
import { fill, h, set } from "../dom.js";

const KEY = "rotoscope.favorites";

/** Something that was kept in this browser as JSON; `otherwise` where there is none, or it cannot be read. */
export function kept(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Keep something in this browser. */
export const keep = (key, value) => localStorage.setItem(key, JSON.stringify(value));

/** Names of the favorites. */
export const favorites = () => new Set(kept(KEY, []));

/** A star to press. `onChange` is called after it was. */
export function star(name, title, onChange) {
  const button = h("button", {
    type: "button", class: "star",
    onclick: () => {
      const now = favorites();
      if (!now.delete(name)) now.add(name);
      keep(KEY, [...now]);
      show();
      onChange?.();
    },
  });
  const show = () => {
    const isOne = favorites().has(name);
    set(button, { "aria-pressed": String(isOne), "aria-label": `Favorite: ${title}` });
    fill(button, isOne ? "★" : "☆");
  };
  show();
  return button;
}
