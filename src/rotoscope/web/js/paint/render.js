// From a look to a result: what it will cost, how it is going, and what came out.
import { addressOf, blob, post } from "../api.js";
import { choice, field, fill, h } from "../dom.js";
import { followed } from "../jobs.js";
import { faulty, loading } from "../parts/states.js";
import { progressBar } from "../parts/progress.js";
import { quoted } from "../parts/quoted.js";
import { wipedClips } from "../parts/result.js";
import { money, nameOf, span } from "../words.js";
import { documentOf } from "./look.js";
import { fidelity, flicker } from "./report.js";

const COHERENCE = [["smooth", "smooth: quick, calm"], ["flow", "flow: follows what moves"], ["best", "best: the finest, slowest"], ["off", "off: every frame by itself"]];
const SIZES = [["", "as the source"], ["2160", "2160 pixels (4K)"], ["1080", "1080 pixels"], ["720", "720 pixels"], ["480", "480 pixels"]];

/**
 * Options, quote and the button.
 * @param {Object} desk as in `controls.js`; `outcome` is where the job and its result are shown
 * @param {AbortSignal} signal
 */
export function renderPanel(desk, signal) {
  const { source } = desk;
  const wanted = (desk.wanted ??= { size: "", coherence: "smooth" });
  const small = Math.min(...source.size);
  const sizes = SIZES.filter(([size]) => !size || Number(size) < small);
  const quote = h("div", { class: "small quote", role: "status" });
  const quoting = h("button", { type: "button", onclick: () => showQuote(quote, quoting, desk, signal) }, "What will it take?");
  const outdate = () => { quote.classList.add("muted"); quoting.hidden = false; };
  const set = (name) => (value) => { wanted[name] = value; outdate(); };
  const button = h("button", { type: "button", class: "main", onclick: () => begin(desk, signal) }, source.isClip ? "Paint the whole clip" : "Paint it in full size");
  desk.onChange = outdate;
  return h("section", { class: "card stack", "aria-label": "Paint" },
    h("h2", {}, "Paint"),
    sizes.length > 1 && field("Short side", choice(sizes, wanted.size, set("size"))),
    source.isClip && field("Coherence", choice(COHERENCE, wanted.coherence, set("coherence"))),
    quote, h("div", { class: "row" }, button, quoting));
}

/** The request of the job that paints this. */
function requestOf({ source, look, wanted }) {
  return {
    source: source.uri, look: documentOf(look),
    ...(wanted.size && { size: Number(wanted.size) }),
    ...(source.isClip && { coherence: wanted.coherence, score: true }),
  };
}

function outputFor({ source, look }) {
  const painted = look.layers.map((layer) => String(layer.filter).replace(/[^a-z0-9-]+/g, "-")).join("-");
  const moment = new Date().toISOString().replace(/[-:]/g, "").slice(0, 15);
  const stem = source.name.replace(/\.[^.]*$/, "");
  const suffix = source.isClip ? "mp4" : /\.(png|webp|jpe?g)$/i.exec(source.name)?.[1].toLowerCase() ?? "png";
  return `data://painted/${stem}-${painted}-${moment}.${suffix}`;
}

/** A few frames are painted to know; what they say is shown until the look is another one. */
async function showQuote(stand, button, desk, signal) {
  const { score: _, ...request } = requestOf(desk);
  fill(stand, loading("Painting a few frames to know …"));
  button.hidden = true;
  try {
    const job = await followed(await post("/v1/quotes", request, { headers: { Prefer: "wait=20" }, signal }), () => {}, signal);
    if (signal.aborted) return;
    if (job.state !== "succeeded") throw new Error(job.error?.message ?? "The quote was cancelled.");
    fill(stand, quoted(job.result));
    stand.classList.remove("muted");
  } catch (fault) {
    if (signal.aborted) return;
    fill(stand, fault.message);
    button.hidden = false;
  }
}

async function begin(desk, signal) {
  const stand = h("div", { class: "stack" });
  fill(desk.outcome, h("h2", {}, "Result"), stand);
  desk.outcome.hidden = false;
  desk.outcome.scrollIntoView({ block: "nearest" });
  const bar = progressBar();
  const partial = h("div", {});
  try {
    fill(stand, loading("Handing it over …"));
    let job = await post(desk.source.isClip ? "/v1/renders" : "/v1/stylize", { ...requestOf(desk), output: outputFor(desk) });
    const cancel = h("button", { type: "button", class: "quiet", onclick: () => post(`/v1/jobs/${job.id}/cancel`) }, "Cancel");
    fill(stand, bar.element, partial, h("div", { class: "row spread" }, h("a", { href: `#/jobs/${job.id}` }, "Its job"), cancel));
    bar.show(job);
    let segments = 0;
    job = await followed(job, (now) => {
      bar.show(now);
      const { segments_done: done, segments_expected: expected } = now.progress;
      if (done > segments && done < expected) {
        segments = done;
        showPartial(partial, now, signal);
      }
    }, signal);
    if (signal.aborted) return;
    if (job.state === "succeeded") await showResult(stand, desk, job, signal);
    else fill(stand, faulty(new Error(job.error?.message ?? "It was cancelled; what was painted is kept for the next time.")));
  } catch (fault) {
    if (!signal.aborted) fill(stand, faulty(fault));
  }
}

/** As far as it is painted without a gap. */
async function showPartial(stand, job, signal) {
  const found = await blob(`/v1/jobs/${job.id}/partial`, {}, signal).catch(() => null);
  if (!found || signal.aborted) return;
  const video = h("video", { src: URL.createObjectURL(found), muted: true, loop: true, autoplay: true, playsInline: true, "aria-label": "What is painted so far" });
  fill(stand, video);
}

async function showResult(stand, desk, job, signal) {
  const uri = job.params.output;
  const address = await addressOf(uri);
  const name = nameOf(uri);
  const result = desk.source.isClip ? wipedClips(await addressOf(desk.source.uri), address) : await pictureResult(desk, uri, signal);
  const report = h("dl", { class: "report" });
  fill(stand, h("div", { class: "result stack", "data-uri": uri }, result, report,
    h("div", { class: "row" }, h("a", { class: "button main", href: address, download: name }, "Download"),
      h("a", { href: `#/jobs/${job.id}` }, "Its job"))));
  const cost = [h("dt", {}, "took"), h("dd", {}, span((new Date(job.ended) - new Date(job.started)) / 1000))];
  if (job.cost_micros) cost.push(h("dt", {}, "cost"), h("dd", {}, money(job.cost_micros, job.currency)));
  fill(report, cost, desk.source.isClip ? flicker(job) : null);
  if (desk.source.isClip) report.append(...await fidelity(desk.source.uri, uri, signal));
}

async function pictureResult(desk, uri, signal) {
  const [before, after] = await Promise.all([
    blob(`/v1/media/${desk.source.medium.id}/frame`, { index: 0, width: 1600, format: "jpeg" }, signal),
    blob("/v1/files/content", { uri }, signal),
  ]);
  const image = (found, alt) => h("img", { src: URL.createObjectURL(found), alt });
  return h("before-after", {}, image(before, "The photograph"), image(after, "The painting in full size"));
}
