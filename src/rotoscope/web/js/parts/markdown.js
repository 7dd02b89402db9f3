// Markdown as elements: what a story is written in. HTML in it stays the text that it is.
import { h } from "../dom.js";

const INLINE = /(\*\*|__)(?<strong>.+?)\1|(\*|_)(?<em>.+?)\3|`(?<code>[^`]+)`|(?<picture>!?)\[(?<text>[^\]]*)\]\((?<to>[^)\s]+)[^)]*\)/;

/** The blocks of a text: headings, lists, quotes, code, paragraphs. `level`: of its highest headings. */
export function markdown(text, level = 3) {
  const depths = [...text.matchAll(/^(#{1,6})\s/gm)].map(([, signs]) => signs.length);
  return blocks(text, level - Math.min(...depths, 6));
}

function blocks(text, shift) {
  return text.replaceAll("\r\n", "\n").split(/\n{2,}/).map((block) => block.replace(/^\n+|\s+$/g, "")).filter(Boolean).map((block) => blockOf(block, shift));
}

function blockOf(block, shift) {
  const lines = block.split("\n");
  const heading = /^(#{1,6})\s+(.*)$/.exec(block);
  if (heading && lines.length === 1) return h(`h${Math.min(6, shift + heading[1].length)}`, {}, inline(heading[2]));
  if (/^(```|~~~)/.test(block)) return h("pre", { tabIndex: 0 }, lines.slice(1).join("\n").replace(/\n?(```|~~~)$/, ""));
  if (lines.every((line) => /^\s*[-*+]\s/.test(line))) return h("ul", {}, lines.map((line) => h("li", {}, inline(line.replace(/^\s*[-*+]\s+/, "")))));
  if (lines.every((line) => /^\s*\d+[.)]\s/.test(line))) return h("ol", {}, lines.map((line) => h("li", {}, inline(line.replace(/^\s*\d+[.)]\s+/, "")))));
  if (lines.every((line) => /^>/.test(line))) return h("blockquote", {}, blocks(lines.map((line) => line.replace(/^>\s?/, "")).join("\n"), shift));
  if (/^(-{3,}|\*{3,})$/.test(block)) return h("hr", {});
  return h("p", {}, lines.flatMap((line, index) => [index ? " " : null, ...inline(line)]));
}

function inline(text) {
  const found = INLINE.exec(text);
  if (!found) return [text];
  const { strong, em, code, picture, text: caption, to } = found.groups;
  const element = strong ? h("strong", {}, inline(strong)) : em ? h("em", {}, inline(em)) : code ? h("code", {}, code) : picture ? h("span", { class: "tag" }, `the work ${caption || to}`) : linkTo(to, caption);
  return [text.slice(0, found.index), element, ...inline(text.slice(found.index + found[0].length))];
}

const linkTo = (to, caption) => (/^https?:\/\//.test(to) ? h("a", { href: to, rel: "noreferrer", target: "_blank" }, inline(caption)) : h("span", {}, inline(caption)));
