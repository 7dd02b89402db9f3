// <before-after>: two pictures, or two videos, one over the other, with an edge that is dragged or moved by keys.
//
// The first child is before, the second after. Without this script they simply follow each other.

class BeforeAfter extends HTMLElement {
  connectedCallback() {
    if (this.querySelector(":scope > input")) return;
    const [before, after] = this.children;
    after?.classList.add("after");
    const made = (tag, name, text = "") => Object.assign(document.createElement(tag), { className: name, textContent: text });
    const edge = made("input", "");
    Object.assign(edge, { type: "range", min: 0, max: 100, step: 0.5, value: this.dataset.at ?? 50 });
    edge.setAttribute("aria-label", this.dataset.label ?? "Where the painting begins");
    const move = () => {
      this.style.setProperty("--at", `${edge.value}%`);
      edge.setAttribute("aria-valuetext", `${Math.round(edge.value)} % photograph`);
    };
    edge.addEventListener("input", move);
    this.append(
      made("span", "said left", this.dataset.before ?? "photograph"),
      made("span", "said right", this.dataset.after ?? "painting"), made("span", "handle"), edge);
    this.querySelectorAll(":scope > span").forEach((part) => part.setAttribute("aria-hidden", "true"));
    move();
    if (before instanceof HTMLVideoElement && after instanceof HTMLVideoElement) keepTogether(before, after);
  }
}

/** Let the second video do what the first does. */
function keepTogether(leader, follower) {
  const follow = () => {
    if (Math.abs(follower.currentTime - leader.currentTime) > 0.05) follower.currentTime = leader.currentTime;
  };
  leader.addEventListener("play", () => { follow(); follower.play().catch(() => {}); });
  leader.addEventListener("pause", () => { follower.pause(); follow(); });
  leader.addEventListener("seeked", follow);
  leader.addEventListener("timeupdate", follow);
  leader.addEventListener("ratechange", () => { follower.playbackRate = leader.playbackRate; });
}

customElements.define("before-after", BeforeAfter);
