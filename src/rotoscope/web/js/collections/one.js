// One collection: its story, its works in their order, and its site.
import { listed, remove } from "../api.js";
import { fill, h, tell } from "../dom.js";
import { doing } from "../parts/form.js";
import { confirmed } from "../parts/question.js";
import { aboutForm } from "./about.js";
import { adder } from "./adding.js";
import { publisher } from "./publishing.js";
import { readCollection } from "./saving.js";
import { worksList } from "./works.js";

/** The page of a collection. */
export async function showCollection(stand, name, signal) {
  const path = `/v1/collections/${encodeURIComponent(name)}`;
  const works = h("div", { class: "stack" });
  const heading = h("h1", {});
  const about = h("div", {});
  const draw = async () => {
    const read = await readCollection(path, signal);
    const all = await listed(`${path}/works`, {}, signal);
    const collection = read.now;
    document.title = `${collection.title} · Rotoscope`;
    fill(heading, collection.title);
    fill(works, worksList(path, all, read.etag, draw, signal));
    fill(about, aboutForm(path, read, all, draw));
  };
  const drop = async () => {
    if (!(await confirmed("Delete this collection?", "Its title, story and order are gone. The pictures and clips of its works stay, and so do sites.", "Delete the collection"))) return;
    await remove(path);
    tell("The collection is gone.");
    location.hash = "#/collections";
  };
  await draw();
  fill(stand, h("div", { class: "desk stack" }, h("p", { class: "small" }, h("a", { href: "#/collections" }, "All collections")),
    h("div", { class: "row spread" }, heading, doing("Delete", drop, { class: "quiet" })),
    h("div", { class: "columns even" }, h("div", { class: "stack" }, works, adder(path, draw, signal)), h("div", { class: "stack" }, about, publisher(name, signal)))));
}
