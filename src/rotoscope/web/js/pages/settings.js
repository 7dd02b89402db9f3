// Settings: this browser, keys, connectors, webhooks, watched folders.
import { fill, h } from "../dom.js";
import { faulty, loading } from "../parts/states.js";
import { tabs } from "../parts/tabs.js";
import { browser } from "../settings/browser.js";
import { connectors } from "../settings/connectors.js";
import { keys } from "../settings/keys.js";
import { watches } from "../settings/watches.js";
import { webhooks } from "../settings/webhooks.js";

const PARTS = { "": ["This browser", browser], keys: ["Keys", keys], connectors: ["Connectors", connectors], webhooks: ["Webhooks", webhooks], watches: ["Watched folders", watches] };

/** The page; `#/settings/keys` and so on are its parts. */
export async function show(stand, { rest, signal }) {
  const name = rest[0] in PARTS ? rest[0] : "";
  const part = h("div", { class: "stack" }, loading());
  fill(stand, h("div", { class: "desk stack narrower" }, h("h1", {}, "Settings"), tabs("Settings", "settings", Object.entries(PARTS).map(([key, [title]]) => [key, title]), name), part));
  const draw = async () => {
    try {
      await PARTS[name][1](part, signal);
    } catch (fault) {
      if (!signal.aborted) fill(part, faulty(fault, draw));
    }
  };
  await draw();
}
