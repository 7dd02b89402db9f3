// What a training will take: a few steps of it are trained to know.
import { post } from "../api.js";
import { fill, h } from "../dom.js";
import { followed } from "../jobs.js";
import { quoted } from "../parts/quoted.js";
import { loading } from "../parts/states.js";

/**
 * The part with the quote; it is asked for by a button, since it takes a few steps of training.
 * @param {() => Object|null} requestOf what would be asked; null: nothing yet
 * @param {AbortSignal} signal
 * @returns {{button: Element, element: Element, outdate: () => void}}
 */
export function quotePart(requestOf, signal) {
  const element = h("div", { class: "quote small", role: "status" });
  const button = h("button", { type: "button", onclick: () => show() }, "What will it take?");
  const outdate = () => { element.classList.add("muted"); button.hidden = false; };
  const show = async () => {
    const request = requestOf();
    if (!request) {
      fill(element, "First give a style picture.");
      return;
    }
    fill(element, loading("Training a few steps to know …"));
    button.hidden = true;
    try {
      const asked = await post("/v1/quotes/trainings", request, { headers: { Prefer: "wait=20" }, signal });
      const job = await followed(asked, () => {}, signal);
      if (signal.aborted) return;
      if (job.state !== "succeeded") throw new Error(job.error?.message ?? "The quote was cancelled.");
      fill(element, quoted(job.result));
      element.classList.remove("muted");
    } catch (fault) {
      if (signal.aborted) return;
      fill(element, fault.message);
      button.hidden = false;
    }
  };
  return { button, element, outdate };
}
