// Losses over the steps of a training: one small curve for each.
import { fill, h } from "../dom.js";

const WIDTH = 240;
const HEIGHT = 72;
const TITLES = {
  style: "Style", content: "Content", total_variation: "Smoothness", range: "Range", lattice: "Lattice", stability: "Stability", color: "Color",
};
const HINTS = {
  style: "how far its strokes are from the style image's", content: "how far what is shown is from the photograph", stability: "how much it changes when nothing does",
  total_variation: "how rough it is", range: "how far values leave what a picture can hold", lattice: "how much of a grid is seen", color: "how far its colors are from the photograph's",
};

/**
 * Charts of losses.
 * @param {Object[]} records each with `step`, and losses by name; in the order of steps
 * @returns {Element} `show(records)` brings it up to date
 */
export function lossCharts(records) {
  const stand = h("div", { class: "losses" });
  stand.show = (now) => {
    const names = [...new Set(now.flatMap((record) => Object.keys(record)))].filter((name) => name !== "step");
    fill(stand, names.sort((one, other) => rank(one) - rank(other)).map((name) => chart(name, now.filter((record) => record[name] != null))));
  };
  stand.show(records);
  return stand;
}

function chart(name, records) {
  const title = TITLES[name] ?? name.replaceAll("_", " ");
  const values = records.map((record) => record[name]);
  const [first, last] = [values[0], values[values.length - 1]];
  const told = `${title}: from ${figure(first)} to ${figure(last)} over ${records[records.length - 1].step.toLocaleString()} steps`;
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": told, preserveAspectRatio: "none" },
    svg("path", { class: "ground", d: `M0 ${HEIGHT - 1}H${WIDTH}` }), svg("path", { class: "curve", d: pathOf(records.map(({ step }) => step), values) }));
  return h("figure", { class: "loss", title: HINTS[name] ?? "" },
    h("figcaption", { class: "row spread" }, h("span", {}, title), h("output", {}, figure(last))), drawing);
}

/** A line through the values; high is the largest of them, low is 0 or, where all are far from it, the smallest. */
function pathOf(steps, values) {
  const [most, least] = [Math.max(...values), Math.min(...values)];
  const base = least > most / 2 ? least - (most - least) * 0.2 : 0;
  const [begin, end] = [steps[0], steps[steps.length - 1]];
  const points = values.map((value, index) => {
    const x = end > begin ? ((steps[index] - begin) / (end - begin)) * WIDTH : WIDTH / 2;
    const y = most > base ? HEIGHT - 3 - ((value - base) / (most - base)) * (HEIGHT - 6) : HEIGHT / 2;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return points.length === 1 ? `M${points[0]}h0` : `M${points.join("L")}`;
}

function svg(tag, given, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const ORDER = Object.keys(TITLES);
const rank = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
const figure = (value) => Number(value.toPrecision(3)).toString();
