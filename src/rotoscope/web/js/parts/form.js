// Forms and buttons that do something: they answer at once, and say in the service's words what went wrong.
import { fill, h, tell } from "../dom.js";
import { faulty } from "./states.js";

/**
 * A form.
 * @param {string} action what the button says
 * @param {Array} controls
 * @param {(form: HTMLFormElement) => Promise<void>} run
 * @param {{label?: string}} [more] label: of the form, where no heading gives one
 */
export function actionForm(action, controls, run, { label } = {}) {
  const said = h("div", {});
  const button = h("button", { class: "main" }, action);
  const form = h("form", {
    class: "stack action", "aria-label": label,
    onsubmit: async (event) => {
      event.preventDefault();
      button.disabled = true;
      fill(said);
      try {
        await run(form);
      } catch (fault) {
        fill(said, faulty(fault));
      } finally {
        button.disabled = false;
      }
    },
  }, controls, said, h("div", {}, button));
  return form;
}

/** A button that does something; what goes wrong is told. */
export function doing(text, run, given = {}) {
  const button = h("button", {
    type: "button", ...given,
    onclick: async () => {
      button.disabled = true;
      try {
        await run();
      } catch (fault) {
        tell(fault.message, 12);
      } finally {
        button.disabled = false;
      }
    },
  }, text);
  return button;
}

/** Boxes of which any may be ticked; `values()` gives those that are. */
export function ticks(caption, choices, ticked) {
  const boxes = choices.map(([value, text, hint]) => {
    const box = h("input", { type: "checkbox", value, checked: ticked.includes(value) });
    return { box, element: h("label", { class: "tick" }, h("span", {}, text, hint && h("span", { class: "small muted" }, ` ${hint}`)), box) };
  });
  return {
    element: h("fieldset", { class: "ticks" }, h("legend", {}, caption), boxes.map(({ element }) => element)),
    values: () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value),
  };
}

/** A text field with its caption; `given` as of `h`. */
export const text = (given) => h("input", { type: "text", autocomplete: "off", spellcheck: false, ...given });
