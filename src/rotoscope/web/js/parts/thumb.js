// Small pictures of stored files, fetched when they come into view.
import { h } from "../dom.js";
import { isClip, isPicture, shownAt } from "./result.js";

/** A thumbnail of a stored picture or clip; of anything else, a sheet of paper. */
export function thumb(uri, signal, alt = "") {
  const stand = h("span", { class: "thumb", "data-state": "waiting" });
  if (!isPicture(uri) && !isClip(uri)) { stand.dataset.state = "none"; return stand; }
  const seen = new IntersectionObserver(async (entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    seen.disconnect();
    try {
      const src = await shownAt(uri, signal);
      stand.append(isPicture(uri)
        ? h("img", { src, alt, loading: "lazy", onload: () => { stand.dataset.state = "shown"; }, onerror: () => { stand.dataset.state = "none"; } })
        : h("video", { src: `${src}#t=0.1`, muted: true, playsInline: true, preload: "metadata", tabIndex: -1, "aria-label": alt || null, "aria-hidden": alt ? null : "true",
          onloadeddata: () => { stand.dataset.state = "shown"; }, onerror: () => { stand.dataset.state = "none"; } }));
    } catch {
      stand.dataset.state = "none";
    }
  }, { rootMargin: "200px" });
  seen.observe(stand);
  signal.addEventListener("abort", () => seen.disconnect());
  return stand;
}
