// Connectors: places that URIs lead to, with the fields that each kind needs.
import { post, remove } from "../api.js";
import { choice, field, fill, h, tell } from "../dom.js";
import { actionForm, doing, text, ticks } from "../parts/form.js";
import { pagedList } from "../parts/paged.js";
import { confirmed } from "../parts/question.js";
import { empty } from "../parts/states.js";

const FREE = { anonymous: "nothing: it is public", environment: "the keys of the machine that serves (only who runs the service)" };
const OAUTH = { "an access token": ["token"], "a refresh token": ["refresh_token", "client_id", "client_secret?"] };
/** Of each scheme: what it is, its place, its options, and the ways in with the secrets of each. */
const SCHEMES = {
  s3: { title: "S3, or a store that speaks its protocol", place: "Bucket, or bucket/folder", options: ["region", "endpoint"], ways: { "access keys": ["access_key_id", "secret_access_key", "session_token?"] }, free: true },
  gs: { title: "Google Cloud Storage", place: "Bucket, or bucket/folder", options: ["endpoint"], ways: { "a service account": ["service_account"] }, free: true },
  az: { title: "Azure Blob Storage", place: "Container, or container/folder", options: ["account!", "endpoint"], ways: { "an account key": ["account_key"], "a shared access signature": ["sas_token"] }, free: true },
  dropbox: { title: "Dropbox", place: "Folder; empty: all of it", options: [], ways: OAUTH },
  gdrive: { title: "Google Drive", place: "Id of a folder; empty: My Drive", options: [], ways: OAUTH },
};
const CAPTIONS = {
  region: "Region", endpoint: "Endpoint, where it is not the maker's own", account: "Storage account", access_key_id: "Access key id", secret_access_key: "Secret access key",
  session_token: "Session token", service_account: "JSON of the service account", account_key: "Account key", sas_token: "Shared access signature", token: "Access token",
  refresh_token: "Refresh token", client_id: "The app's key", client_secret: "The app's secret",
};
const HINTS = { region: "such as eu-central-1", endpoint: "https://minio.example.org" };

export async function connectors(stand, signal) {
  const list = pagedList({
    path: "/v1/connectors", signal, label: "Connectors", row: (one) => row(one, () => list.load()),
    none: () => empty("No connectors yet", "data:// and https:// are there without. Add a bucket, a Dropbox or a Google Drive, and its files can be sources and outputs."),
  });
  fill(stand, h("h2", {}, "Your connectors"), list.element, h("section", { class: "card stack", "aria-label": "Add a connector" }, h("h2", {}, "Add a connector"), adder(() => list.load())));
  await list.load();
}

function row(connector, reload) {
  const said = h("p", { class: "small", role: "status" });
  const test = async () => {
    said.className = "small muted";
    fill(said, "Trying …");
    const { works, told } = await post(`/v1/connectors/${connector.id}/test`);
    said.className = `small ${works ? "good" : "bad"}`;
    fill(said, h("strong", {}, works ? "It works." : "It does not work."), " ", told);
  };
  const drop = async () => {
    if (!(await confirmed(`Delete ${connector.title || connector.uri}?`, "The connector and its secrets are forgotten. The files stay where they are.", "Delete the connector"))) return;
    await remove(`/v1/connectors/${connector.id}`);
    tell("The connector is gone; the files stay where they are.");
    await reload();
  };
  return h("li", { class: "card entry" },
    h("div", { class: "about" }, h("h3", {}, connector.title || SCHEMES[connector.scheme].title), h("p", {}, h("code", { class: "uri" }, connector.uri)),
      h("p", { class: "small muted" }, `may ${connector.rights.join(" and ")}`, connector.place && !connector.uri.includes(connector.place) ? ` · ${connector.place}` : "",
        connector.secrets.length ? ` · keeps ${connector.secrets.map((name) => CAPTIONS[name].toLowerCase()).join(", ")}` : ""), said),
    h("div", { class: "row" }, doing("Test", test, { "aria-label": `Test ${connector.uri}` }), doing("Delete", drop, { class: "quiet", "aria-label": `Delete ${connector.uri}` })));
}

function adder(added) {
  const stand = h("div", {});
  const scheme = choice(Object.entries(SCHEMES).map(([name, { title }]) => [name, title]), "s3", () => draw());
  const draw = () => fill(stand, schemeForm(scheme.value, added));
  draw();
  return h("div", { class: "stack" }, field("Kind", scheme), stand);
}

function schemeForm(scheme, added) {
  const { place: placed, options, ways, free } = SCHEMES[scheme];
  const place = text({ required: Boolean(free), placeholder: free ? "my-bucket/drone" : "" });
  const label = text({ pattern: "[a-z0-9][a-z0-9\\-]{0,39}", placeholder: "archive" });
  const title = text({ maxLength: 200, placeholder: "The archive" });
  const rights = ticks("What may be done there", [["read", "read"], ["write", "write"]], ["read", "write"]);
  const told = Object.fromEntries(options.map((name) => [plain(name), text({ required: name.endsWith("!"), placeholder: HINTS[plain(name)] ?? "" })]));
  const secrets = h("div", { class: "fields" });
  let given = {};
  const enter = (name) => {
    given = Object.fromEntries((ways[name] ?? []).map((secret) => [plain(secret), secretField(secret)]));
    fill(secrets, Object.entries(given).map(([secret, control]) => field(CAPTIONS[secret], control)));
  };
  const way = choice([...Object.keys(ways).map((name) => [name, name]), ...(free ? Object.entries(FREE) : [])], Object.keys(ways)[0], enter);
  enter(way.value);
  return actionForm("Add the connector", [
    h("div", { class: "fields" }, field(placed, place), Object.entries(told).map(([name, control]) => field(CAPTIONS[name], control)), field("Title", title),
      field("Label", label, `With one, its URIs begin with ${scheme}+label://; needed where there are several of a kind.`)),
    rights.element, field("What lets one in", way), secrets,
  ], async () => {
    const optional = filled(told);
    if (way.value in FREE) optional[way.value] = true;
    const made = await post("/v1/connectors", {
      scheme, place: place.value.trim(), title: title.value.trim(), rights: rights.values(), ...(label.value && { label: label.value.trim() }), options: optional, secrets: filled(given),
    });
    tell(`URIs that begin with ${made.uri} lead there now.`);
    await added();
    enter(way.value);
    for (const control of [place, label, title, ...Object.values(told)]) control.value = "";
  }, { label: "A connector" });
}

function secretField(secret) {
  if (secret === "service_account") return h("textarea", { class: "code", required: true, rows: 4, spellcheck: false });
  return h("input", { type: "password", autocomplete: "new-password", required: !secret.endsWith("?") });
}

const plain = (name) => name.replace(/[!?]$/, "");
const filled = (controls) => Object.fromEntries(Object.entries(controls).filter(([, control]) => control.value.trim()).map(([name, control]) => [name, control.value.trim()]));
