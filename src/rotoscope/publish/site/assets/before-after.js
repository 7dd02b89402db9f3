// <before-after>: two pictures in one place, and a line between them that is moved by mouse, finger or keys.
// Without this module the two stand beside each other.

class BeforeAfter extends HTMLElement {
  connectedCallback() {
    const [before, after] = this.querySelectorAll("figure");
    if (!before || !after || this.querySelector("input")) return;
    const range = document.createElement("input");
    Object.assign(range, { type: "range", min: 0, max: 100, step: 1, value: 50 });
    range.setAttribute("aria-label", this.dataset.label);
    const show = () => {
      this.style.setProperty("--wipe", `${range.value}%`);
      range.setAttribute("aria-valuetext", `${range.value} percent`);
    };
    range.addEventListener("input", show);
    this.append(range);
    show();
    this.setAttribute("ready", "");
  }
}

customElements.define("before-after", BeforeAfter);
