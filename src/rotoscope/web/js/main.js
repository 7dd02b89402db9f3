// The frame of the studio: which page is shown, and who is let in.
import "./appearance.js";
import { Problem, forgetKey, get, keepKey, key, post } from "./api.js";
import { fill, h } from "./dom.js";
import { faulty, loading } from "./parts/states.js";

const PAGES = {
  paint: "Paint",
  live: "Live",
  filters: "Filters",
  train: "Train",
  jobs: "Jobs",
  projects: "Projects",
  collections: "Collections",
  costs: "Costs",
  settings: "Settings",
};
const main = document.getElementById("main");
const nav = document.getElementById("nav");
let leaving = new AbortController();

/** Where the address leads: page, the rest of the path, and its query. */
function place() {
  const [path, search = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/").map(decodeURIComponent);
  return { name: name in PAGES ? name : "paint", rest, query: new URLSearchParams(search) };
}

async function show() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const { name, rest, query } = place();
  mark(name);
  if (!(await isLetIn(signal))) return;
  document.title = `${PAGES[name]} · Rotoscope`;
  const stand = h("div", { class: "page" });
  fill(main, fill(stand, loading()));
  try {
    const page = await import(`./pages/${name}.js`);
    if (signal.aborted) return;
    await page.show(stand, { rest, query, signal });
  } catch (fault) {
    if (!signal.aborted) fill(stand, h("h1", {}, PAGES[name]), faulty(fault, show));
  }
}

function mark(name) {
  fill(nav, h("ul", {}, Object.entries(PAGES).map(([key, title]) => h("li", {},
    h("a", { href: `#/${key}`, "aria-current": key === name ? "page" : null }, title)))));
  nav.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Whether there is a key that works; else the page that asks for one is shown. */
async function isLetIn(signal) {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) {
    history.replaceState(null, "", "#/paint");
    try {
      keepKey((await post("/v1/start", { token })).key);
    } catch (fault) {
      if (!key()) { askForKey(fault.message); return false; }
    }
    mark("paint");
  }
  if (!key()) { askForKey(); return false; }
  if (main.dataset.checked === key()) return true;
  try {
    await get("/v1/keys/self", {}, signal);
    main.dataset.checked = key();
    return true;
  } catch (fault) {
    if (signal.aborted) return false;
    if (fault instanceof Problem && fault.status === 401) askForKey("This key is not known here, or was revoked.");
    else fill(main, h("div", { class: "page stack" }, h("h1", {}, "The studio cannot open"), faulty(fault, show)));
    return false;
  }
}

function askForKey(why) {
  document.title = "Sign in · Rotoscope";
  const given = h("input", { type: "password", name: "key", autocomplete: "current-password", required: true, placeholder: "rk_…" });
  const form = h("form", {
    class: "card stack",
    onsubmit: (event) => { event.preventDefault(); keepKey(given.value.trim()); delete main.dataset.checked; show(); },
  },
    why && h("p", { class: "fault", role: "alert" }, why),
    h("label", { class: "field" }, h("span", {}, "Your key"), given),
    h("div", {}, h("button", { class: "main" }, "Open the studio")));
  fill(main, h("div", { class: "page narrow stack" },
    h("h1", {}, "Welcome to the studio"),
    h("p", {}, "Whoever paints here shows a key. The first start of ", h("code", {}, "rotoscope serve"),
      " prints a link that brings one along; open that link in this browser. If you have a key already, enter it. It stays in this browser."),
    form));
  given.focus();
}

addEventListener("hashchange", show);
addEventListener("rotoscope-key-refused", () => { if (main.dataset.checked) { delete main.dataset.checked; show(); } });
document.getElementById("skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
/** Forget the key of this browser. */
export function signOut() { forgetKey(); delete main.dataset.checked; show(); }
show();
