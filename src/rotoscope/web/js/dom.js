// Elements without markup in strings: nothing that a person or a file says is ever read as HTML.

/**
 * An element.
 * @param {string} tag
 * @param {Object} [given] properties: `class`, `on…` listeners, `style` as an object of custom properties,
 *   attributes with a dash or a lower-case name that the element does not have as a property, else properties.
 * @param {...(Node|string|number|null|undefined|Array)} children null and undefined are left out
 */
export function h(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  set(element, given);
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

/** Set properties, attributes and listeners, as `h` takes them. */
export function set(element, given) {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (name === "class") element.className = value;
    else if (name === "style") for (const [key, to] of Object.entries(value)) element.style.setProperty(key, to);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.includes("-")) element[name] = value;
    else if (value === null || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
  return element;
}

/** Put these in place of what is inside. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

let notices;
/** Tell something that needs no answer; it goes by itself. */
export function tell(text, seconds = 6) {
  notices ??= document.getElementById("notices");
  const said = h("p", {}, text);
  notices.append(said);
  setTimeout(() => said.remove(), seconds * 1000);
}

/** Calls `run` once when nothing came for a while; `cancel` forgets it. */
export function settled(run, milliseconds) {
  let waiting;
  const call = (...given) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => run(...given), milliseconds);
  };
  call.cancel = () => clearTimeout(waiting);
  return call;
}

/**
 * Calls `run` at once, and while one is under way remembers that it is to run again, once, as soon as that one is done:
 * what is shown follows a control that is being turned as quickly as it can. After `patience` milliseconds nobody waits any more.
 * @param {() => Promise<void>} run
 */
export function following(run, patience) {
  let underWay = false, again = false;
  const go = async () => {
    underWay = true;
    try {
      do {
        again = false;
        await Promise.race([run(), new Promise((done) => setTimeout(done, patience))]);
      } while (again);
    } finally { underWay = false; }
  };
  return () => { if (underWay) again = true; else go(); };
}

/** A labeled field: a caption above a control. */
export function field(caption, control, hint) {
  return h("label", { class: "field" }, h("span", {}, caption), control, hint && h("span", { class: "small muted" }, hint));
}

/** A drop-down. `choices`: pairs of value and text, or values. */
export function choice(choices, value, onchange) {
  const select = h("select", { onchange: () => onchange?.(select.value) });
  for (const one of choices) {
    const [key, text] = Array.isArray(one) ? one : [one, one];
    select.append(h("option", { value: key, selected: key === value }, text));
  }
  return select;
}

/** A slider that says its value. */
export function slider(caption, { min = 0, max = 1, step = 0.01, value, told = String, oninput }) {
  const said = h("output", {}, told(value));
  const input = h("input", {
    type: "range", min, max, step, value, "aria-label": caption, "aria-valuetext": told(value),
    oninput: () => {
      said.value = told(input.valueAsNumber);
      input.setAttribute("aria-valuetext", said.value);
      oninput?.(input.valueAsNumber);
    },
  });
  const whole = h("div", { class: "field" }, h("span", { class: "row spread" }, caption, said), input); // a label would name the output
  whole.input = input;
  return whole;
}
