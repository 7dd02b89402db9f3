// What came out: a picture or a clip beside its source, and what is painted of it so far.
import "../before-after.js";
import { addressOf, blob } from "../api.js";
import { fill, h } from "../dom.js";

const PICTURE = /\.(jpe?g|png|webp|gif|avif)$/i;
const CLIP = /\.(mp4|m4v|webm|mov|mkv)$/i;

export const isPicture = (uri) => PICTURE.test(uri ?? "");
export const isClip = (uri) => CLIP.test(uri ?? "");

/** An address at which an element of a page can show a stored file: one of this service. */
export async function shownAt(uri, signal) {
  const address = await addressOf(uri);
  return address.startsWith("/") ? address : URL.createObjectURL(await blob("/v1/files/content", { uri }, signal));
}

/** Two elements with an edge between them, and words on either side of it. */
export const wiped = (before, after, said = ["source", "result"]) =>
  h("before-after", { "data-before": said[0], "data-after": said[1] }, before, after);

/** Two pictures with an edge between them. */
export const wipedPictures = (before, after, said, [first, second] = ["The source", "The painting"]) =>
  wiped(h("img", { src: before, alt: first }), h("img", { src: after, alt: second }), said);

/** Source and result one over the other, in time with each other. */
export function wipedClips(before, after, said) {
  const video = (src, label, sounds) => h("video", { src, muted: !sounds, playsInline: true, loop: true, preload: "auto", "aria-label": label });
  const first = video(before, "The source", true);
  const second = video(after, "The result", false);
  const play = h("button", { type: "button", onclick: () => (first.paused ? first.play() : first.pause()) }, "Play");
  first.addEventListener("play", () => { play.textContent = "Pause"; });
  first.addEventListener("pause", () => { play.textContent = "Play"; });
  const stand = h("div", { class: "stack" }, wiped(first, second, said), h("div", { class: "row" }, play));
  first.addEventListener("error", () => { // the browser does not know this kind of video; the result it does
    second.controls = true;
    second.muted = false;
    second.classList.remove("after");
    fill(stand, second, h("p", { class: "small muted" }, "This browser cannot show the source itself."));
  }, { once: true });
  return stand;
}

/** A clip that grows while it is painted; `refresh(job)` fetches what there is now. */
export function growingClip(signal) {
  const video = h("video", { muted: true, loop: true, autoplay: true, playsInline: true, controls: true, "aria-label": "What is painted so far" });
  const element = h("figure", { class: "growing", hidden: true }, video, h("figcaption", { class: "small muted" }, "What is painted so far, without its sound"));
  let asking = false;
  const refresh = async (job) => {
    if (asking) return;
    asking = true;
    const found = await blob(`/v1/jobs/${job.id}/partial`, {}, signal).catch(() => null);
    asking = false;
    if (!found || signal.aborted) return;
    const old = video.src;
    const at = video.currentTime;
    video.src = URL.createObjectURL(found);
    video.currentTime = at;
    if (old) URL.revokeObjectURL(old);
    element.hidden = false;
  };
  return { element, refresh };
}
