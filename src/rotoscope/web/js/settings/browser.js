// What this browser has: its key, how the studio looks, and where the API is told.
import { appear, appearance } from "../appearance.js";
import { get } from "../api.js";
import { choice, field, fill, h } from "../dom.js";
import { signOut } from "../main.js";
import { facts } from "../parts/facts.js";
import { confirmed } from "../parts/question.js";
import { moment } from "../words.js";

export async function browser(stand, signal) {
  const own = await get("/v1/keys/self", {}, signal);
  const leave = async () => {
    if (await confirmed("Sign out of this browser?", "The key is forgotten here and goes on working elsewhere. To come back you enter it, or another one.", "Sign out")) signOut();
  };
  fill(stand,
    h("section", { class: "card stack", "aria-label": "This browser's key" },
      h("h2", {}, "This browser's key"),
      facts([["name", own.name], ["begins with", h("code", {}, `${own.hint}…`)], ["may", own.scopes.join(", ")], ["made", moment(own.created)], ["ends", own.expires ? moment(own.expires) : "when it is revoked"]]),
      h("div", {}, h("button", { type: "button", onclick: leave }, "Sign out"))),
    h("section", { class: "card stack", "aria-label": "Appearance" },
      h("h2", {}, "Appearance"),
      field("Colors of the studio", choice([["auto", "as the system says"], ["light", "light"], ["dark", "dark"]], appearance(), appear))),
    h("section", { class: "card stack", "aria-label": "The API" },
      h("h2", {}, "The API"),
      h("p", {}, "Everything the studio does, a program can do with a key. The pages of the API show each path, and let you try it."),
      h("div", { class: "row" }, h("a", { class: "button", href: "/docs" }, "Read the API's pages"), h("a", { href: "/openapi.json" }, "OpenAPI document"))));
}
