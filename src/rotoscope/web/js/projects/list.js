// All projects, and a new one.
import { listed } from "../api.js";
import { choice, field, fill, h } from "../dom.js";
import { followed } from "../jobs.js";
import { actionForm, text } from "../parts/form.js";
import { pagedList } from "../parts/paged.js";
import { progressBar } from "../parts/progress.js";
import { empty } from "../parts/states.js";
import { counted, moment, nameOf } from "../words.js";
import { makeProject } from "./calls.js";

/** The list, and the form that makes one. */
export async function showProjects(stand, signal) {
  const list = pagedList({
    path: "/v1/projects", signal, label: "Projects", row: (project) => row(project),
    none: () => empty("No projects yet", "A project keeps every look that was tried on a clip, with its history: go back, try something on a branch, see what changed."),
  });
  const maker = h("section", { class: "card stack", "aria-label": "Make a project" }, h("h2", {}, "Make a project"));
  fill(stand, h("div", { class: "desk stack narrower" }, h("h1", {}, "Projects"), list.element, maker));
  await Promise.all([list.load(), fillMaker(maker, signal)]);
}

const row = (project) => h("li", { class: "card entry" }, h("div", { class: "about" }, h("h2", {}, h("a", { href: `#/projects/${encodeURIComponent(project.name)}` }, project.name)),
  h("p", { class: "small muted" }, `${project.source ? nameOf(project.source) : project.file} · ${counted(project.frames, "frame")} · branch ${project.branch} · ${moment(project.changed)}`),
  h("p", { class: "small" }, project.title)));

async function fillMaker(stand, signal) {
  const media = (await listed("/v1/media", {}, signal)).filter((medium) => medium.info?.video && medium.info.kind !== "still").reverse();
  const name = text({ required: true, maxLength: 63, pattern: "[a-z0-9][a-z0-9\\-]*", placeholder: "flight" });
  const said = h("div", { class: "stack" });
  const medium = choice([...media.map(({ uri }) => [uri, uri]), ["", "another URI"]], media[0]?.uri ?? "", () => { own.hidden = medium.value !== ""; });
  const uri = text({ placeholder: "data://in/drone.mp4" });
  const own = h("div", { hidden: media.length > 0 }, field("URI of the clip", uri));
  stand.append(actionForm("Make the project", [h("div", { class: "fields" }, field("Name", name, "Small letters, digits and hyphens"), field("Clip", medium)), own, said], async () => {
    const job = await makeProject(name.value.trim(), medium.value || uri.value.trim());
    const bar = progressBar();
    fill(said, bar.element, h("a", { href: `#/jobs/${job.id}` }, "Its job"));
    const over = await followed(job, (now) => bar.show(now), signal);
    if (signal.aborted) return;
    fill(said);
    if (over.state !== "succeeded") throw new Error(over.error?.message ?? "It was cancelled.");
    location.hash = `#/projects/${encodeURIComponent(over.result.project)}`;
  }));
}
