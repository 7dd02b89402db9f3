// One project: where it stands, its history, its branches, and what can be done with it.
import { listed } from "../api.js";
import { choice, field, fill, h, slider, tell } from "../dom.js";
import { followed } from "../jobs.js";
import { dropZone } from "../parts/drop.js";
import { handOver } from "../parts/downloads.js";
import { facts } from "../parts/facts.js";
import { actionForm, doing, text } from "../parts/form.js";
import { progressBar } from "../parts/progress.js";
import { confirmed } from "../parts/question.js";
import { shownAt } from "../parts/result.js";
import { faulty } from "../parts/states.js";
import { upload } from "../uploads.js";
import { counted, moment, nameOf, percent } from "../words.js";
import { deleteProject, forkProject, logOf, madeBy, overrideFrame, paintProject, projectOf, restoreState, resultAt, switchBranch, takeBack, timelineOf } from "./calls.js";
import { comparison } from "./compare.js";
import { merger } from "./merging.js";

/** The page of a project. */
export async function showProject(stand, name, signal) {
  const [project, log, made] = await Promise.all([projectOf(name, signal), logOf({ name }, signal), madeBy({ name }, signal)]);
  document.title = `${name} · Rotoscope`;
  const again = () => showProject(stand, name, signal);
  const compare = log.length > 1 ? comparison(project, log, made, signal) : null;
  fill(stand, h("div", { class: "desk stack project" },
    h("p", { class: "small" }, h("a", { href: "#/projects" }, "All projects")),
    h("div", { class: "row spread" }, h("h1", {}, name), h("div", { class: "row" }, branches(project, again), doing("Delete", () => drop(project), { class: "quiet" }))),
    h("div", { class: "columns" },
      h("div", { class: "stack" }, latest(resultAt(made, log, project.commit), signal), compare?.element, painter(project, again, signal), retouch(project, again, signal)),
      h("div", { class: "stack" }, standing(project), past(project, log, compare, again), forker(project, again), merger(project, compare, again)))));
  if (compare) await compare.draw();
}

async function drop(project) {
  if (!(await confirmed(`Delete ${project.name}?`, "Its looks, stills and whole history are gone for good. The clip stays, and so do the videos made of it.", "Delete the project"))) return;
  await deleteProject(project);
  tell(`The project ${project.name} is gone.`);
  location.hash = "#/projects";
}

const standing = (project) => h("section", { class: "card", "aria-label": "Where it stands" }, h("h2", {}, "Where it stands"), facts([
  ["clip", h("code", { class: "uri" }, project.source ?? project.file)], ["frames", counted(project.frames, "frame")], ["painted", percent(project.frames ? project.painted / project.frames : 0)],
  ["retouched", project.retouched ? counted(project.retouched, "frame") : null],
]), spans(project), h("div", { class: "row" }, doing("Timeline for editing programs (.otio)", async () => { handOver(await timelineOf(project), `${project.name}.otio`, "application/json"); tell(`${project.name}.otio is an OpenTimelineIO file: editing programs open it.`); }, { class: "quiet" })));

/** Which look lies over which frames, as a band. */
const spans = ({ timeline, frames }) => (timeline.length ? h("ol", { class: "spans plain", "aria-label": "Looks over the clip" }, timeline.map(({ first, stop, look }) =>
  h("li", { style: { "--share": String((stop - first) / frames) } }, h("strong", {}, look.replace(/^looks\//, "").replace(/\.yaml$/, "")), h("span", { class: "small muted" }, ` frames ${first} to ${stop - 1}`)))) : null);

function branches(project, again) {
  const select = choice(project.branches, project.branch, async (branch) => {
    try {
      await switchBranch(project, branch);
      tell(`On the branch ${branch} now.`);
      await again();
    } catch (fault) {
      tell(fault.message, 12);
      select.value = project.branch;
    }
  });
  return h("label", { class: "inline" }, h("span", {}, "Branch"), select);
}

/** What was made last. */
function latest(uri, signal) {
  if (!uri) return null;
  const stand = h("section", { class: "card stack", "aria-label": "Made last" }, h("h2", {}, "Made last"));
  shownAt(uri, signal).then((src) => {
    stand.append(h("video", { class: "whole", src, controls: true, playsInline: true, "aria-label": `The result, ${nameOf(uri)}` }),
      h("div", {}, h("a", { class: "button", href: src, download: nameOf(uri) }, "Download")));
  }).catch((fault) => { if (!signal.aborted) stand.append(faulty(fault)); });
  return stand;
}

/** The history, the newest first. */
function past(project, log, compare, again) {
  const bring = async (commit) => {
    if (!(await confirmed("Bring this state back?", `Files are as they were after “${commit.title}”. It is a new commit: nothing is lost.`, "Bring it back"))) return;
    await restoreState(project, commit.id);
    tell("That state is back, as a new commit.");
    await again();
  };
  return h("section", { class: "card", "aria-label": "History" }, h("h2", {}, "History"), h("ol", { class: "happened" }, log.map((commit) => {
    const { title } = commit;
    const more = commit.message.slice(title.length).trim();
    const parent = commit.parents[0];
    return h("li", {}, h("span", { class: "small muted" }, `${moment(commit.when)} · ${commit.author.replace(/ <.*>$/, "")} · `, h("code", {}, commit.id.slice(0, 7))), h("span", {}, title),
      more && h("details", { class: "small" }, h("summary", {}, "More"), h("pre", { tabIndex: 0 }, more)),
      parent && compare && h("button", { type: "button", class: "quiet small", "aria-label": `What changed with ${title}`, onclick: () => compare.show(parent, commit.id) }, "What changed"),
      commit.id !== project.commit && doing("Bring it back", () => bring(commit), { class: "quiet small", "aria-label": `Bring back ${title}` }));
  })));
}

function painter(project, again, signal) {
  const stand = h("section", { class: "card stack", "aria-label": "Paint" }, h("h2", {}, "Paint"));
  const followedJob = h("div", {});
  const begin = text({ placeholder: "0:05" });
  const end = text({ placeholder: "0:12" });
  const strength = slider("Strength", { value: 1, told: percent });
  const stills = h("input", { type: "checkbox" });
  listed("/v1/filters", {}, signal).then((found) => {
    const filter = choice(found.filter((one) => !one.problem).map((one) => [one.name, one.title ?? one.name]), "great-wave");
    stand.append(actionForm("Paint it", [
      h("div", { class: "fields" }, field("Filter", filter), field("From", begin, "Empty: from the beginning"), field("Until", end, "Empty: to the end")), strength,
      h("label", { class: "tick" }, h("span", {}, "Keep every painted frame as a still, too"), stills)], async () => {
      const stamp = new Date().toISOString().replace(/[-:]/g, "").slice(0, 15);
      const job = await paintProject(project, {
        output: `data://projects/${project.name}/${filter.value}-${stamp}.mp4`, filter: filter.value, strength: strength.input.valueAsNumber,
        ...(begin.value && { start: begin.value.trim() }), ...(end.value && { stop: end.value.trim() }), ...(stills.checked && { with_frames: true }),
      });
      await follow(followedJob, job, again, signal);
    }), followedJob);
  }).catch((fault) => { if (!signal.aborted) stand.append(faulty(fault)); });
  return stand;
}

async function follow(stand, job, again, signal) {
  const bar = progressBar();
  fill(stand, bar.element, h("a", { href: `#/jobs/${job.id}` }, "Its job"));
  bar.show(job);
  const over = await followed(job, (now) => bar.show(now), signal);
  if (signal.aborted) return;
  if (over.state === "succeeded") { tell("Painted, and committed."); await again(); }
  else fill(stand, faulty(new Error(over.error?.message ?? "It was cancelled.")), h("a", { href: `#/jobs/${job.id}` }, "Its job"));
}

/** Another picture in place of one painted frame. */
function retouch(project, again, signal) {
  const index = h("input", { type: "number", min: 0, max: project.frames - 1, step: 1, required: true, value: "0" });
  const said = h("div", { role: "status" });
  const give = async ([file]) => {
    try {
      fill(said, `Sending ${file.name} …`);
      await overrideFrame(project, index.valueAsNumber, await upload(file, { signal }));
      tell(`Frame ${index.value} is shown as you retouched it. Paint again, and it is in the result.`);
      await again();
    } catch (fault) {
      fill(said, faulty(fault));
    }
  };
  return h("section", { class: "card stack", "aria-label": "Retouch a frame" }, h("h2", {}, "Retouch a frame"),
    field("Number of the frame, from 0", index), dropZone({ isLow: true, title: "Drop the retouched still here: it takes the place of the painted frame.", action: "Choose a still", accept: "image/png,image/jpeg,image/webp,image/tiff", onFiles: give }),
    said, h("div", {}, doing("Show the painted frame again", async () => { await takeBack(project, index.valueAsNumber); tell("The painted frame is shown again, from the next painting on."); await again(); }, { class: "quiet" })));
}

function forker(project, again) {
  const name = text({ required: true, pattern: "[A-Za-z0-9][A-Za-z0-9_\\-]*", placeholder: "bolder" });
  return h("section", { class: "card stack", "aria-label": "Fork" }, h("h2", {}, "Fork"), h("p", { class: "small" }, "Try something on a branch of its own; this one stays as it is."),
    actionForm("Fork", [field("Name of the branch", name)], async () => { await forkProject(project, name.value.trim()); tell(`On the new branch ${name.value.trim()} now.`); await again(); }));
}
