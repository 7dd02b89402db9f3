// Two versions of a project beside each other: which frames changed, and what they look like.
import { choice, field, fill, h } from "../dom.js";
import { doing } from "../parts/form.js";
import { shownAt, wiped } from "../parts/result.js";
import { faulty, loading } from "../parts/states.js";
import { counted } from "../words.js";
import { diffOf, logOf, resultAt, sheetOf } from "./calls.js";

const KINDS = { repainted: "repainted", retouched: "retouched", recomputed: "painted again, with other last bits" };

/**
 * A comparison of two versions.
 * @param {Object} project
 * @param {{id: string, title: string}[]} log the newest first
 * @param {Map<string, string>} made URIs of results by commit
 * @returns {{element: HTMLElement, show: (before: string, after: string) => Promise<void>}} show: two commits or branches
 */
export function comparison(project, log, made, signal) {
  const commits = log.map(({ id, title }) => [id, `${id.slice(0, 7)} ${title}`]);
  const names = [...commits, ...project.branches.map((branch) => [branch, `the branch ${branch}, as it is now`])];
  const before = choice(names, log[0].parents[0] ?? log[0].id, () => draw());
  const after = choice(names, log[0].id, () => draw());
  const found = h("div", { class: "stack" });
  const element = h("section", { class: "card stack", "aria-label": "Compare versions" }, h("h2", {}, "Compare versions"),
    h("div", { class: "fields" }, field("Before", before), field("After", after)), found);
  const resultOf = async (version) => {
    if (!project.branches.includes(version)) return resultAt(made, log, version);
    const its = await logOf(project, signal, version);
    return resultAt(made, its, its[0].id);
  };
  const draw = async () => {
    const asked = (element.asked = {});
    fill(found, loading("Comparing …"));
    try {
      const diff = await diffOf(project, before.value, after.value, signal);
      const [old, now] = await Promise.all([before.value, after.value].map(resultOf));
      const picture = await pictures(old, now, project, signal);
      if (element.asked === asked) fill(found, picture?.element, changes(diff, picture), said(diff), stills(project, diff, signal));
    } catch (fault) {
      if (!signal.aborted && element.asked === asked) fill(found, faulty(fault, draw));
    }
  };
  const show = async (one, other) => {
    before.value = one;
    after.value = other;
    element.scrollIntoView({ block: "start" });
    await draw();
  };
  return { element, show, draw };
}

/** Frames that changed, each run of them a button that goes there. */
function changes(diff, picture) {
  const runs = Object.entries(KINDS).flatMap(([kind, words]) => diff[kind].map((range) => ({ ...range, words })));
  if (!runs.length) return h("p", {}, "No frame differs.");
  return h("ul", { class: "plain changes", "aria-label": "Frames that changed" }, runs.map((range) => h("li", {},
    h("button", { type: "button", disabled: !picture, onclick: () => picture.goTo(range.first) }, range.told), h("span", { class: "muted small" }, ` ${range.words}`))));
}

/** Changed frames before and after, where their stills are in the commits. */
function stills(project, { before, after, repainted, retouched }, signal) {
  if (!repainted.length && !retouched.length) return null;
  const stand = h("div", {});
  const show = async () => {
    const found = await sheetOf(project, before, after, signal);
    fill(stand, h("img", { class: "whole", src: URL.createObjectURL(found), alt: "Some of the changed frames, before and after" }));
  };
  return h("div", { class: "stack" }, h("div", {}, doing("Stills of changed frames", show, { class: "quiet" })), stand);
}

function said({ looks, results }) {
  if (!Object.keys(looks).length && !results.length) return null;
  return h("ul", { class: "small" },
    Object.entries(looks).map(([name, what]) => h("li", {}, `${what} ${name}`)),
    results.map((result) => h("li", {}, `made ${result.output}, ${counted(result.frames, "frame")}`)));
}

/** The results of both versions, in a wipe or side by side, at one moment. */
async function pictures(old, now, project, signal) {
  if (!old || !now || old === now) return null;
  const video = async (uri, label) => h("video", { src: await shownAt(uri, signal), muted: true, playsInline: true, preload: "auto", "aria-label": label });
  const [one, other] = await Promise.all([video(old, "The version before"), video(now, "The version after")]);
  const stand = h("div", { class: "versions" });
  const at = h("output", {});
  const goTo = (frame) => {
    at.value = `frame ${frame}`;
    for (const video of [one, other]) {
      const seek = () => { video.currentTime = ((frame + 0.5) / project.frames) * video.duration; };
      if (video.readyState) seek();
      else video.addEventListener("loadedmetadata", seek, { once: true });
    }
  };
  const lay = (how) => {
    other.classList.remove("after");
    stand.dataset.how = how;
    fill(stand, how === "wipe" ? wiped(one, other, ["before", "after"]) : [one, other]);
    for (const button of modes.children) button.setAttribute("aria-pressed", String(button.dataset.how === how));
  };
  const modes = h("div", { class: "row groups", role: "group", "aria-label": "Show" }, [["wipe", "Wipe"], ["beside", "Side by side"]].map(([how, text]) =>
    h("button", { type: "button", "data-how": how, onclick: () => lay(how) }, text)));
  const scrub = h("input", { type: "range", min: 0, max: Math.max(0, project.frames - 1), step: 1, value: 0, "aria-label": "Frame", oninput: () => goTo(scrub.valueAsNumber) });
  lay("wipe");
  goTo(0);
  return { element: h("div", { class: "stack" }, h("div", { class: "row spread" }, modes, at), stand, scrub), goTo: (frame) => { scrub.value = frame; goTo(frame); } };
}
