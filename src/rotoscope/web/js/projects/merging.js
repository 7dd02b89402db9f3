// One branch into another; where both changed the same, the person chooses, and can look first.
import { choice, field, fill, h, tell } from "../dom.js";
import { actionForm, doing } from "../parts/form.js";
import { mergeBranch } from "./calls.js";

const CONFLICT = "project-conflict";

/**
 * The form that merges; null: there is no other branch.
 * @param {Object} project
 * @param {{show: (before: string, after: string) => Promise<void>}|null} compare shows what differs
 * @param {() => Promise<void>} again shows the project anew
 */
export function merger(project, compare, again) {
  const others = project.branches.filter((branch) => branch !== project.branch);
  if (!others.length) return null;
  const branch = choice(others, others[0], () => fill(asked));
  const asked = h("div", {});
  const merge = async (prefer) => {
    await mergeBranch(project, branch.value, prefer);
    tell(`${branch.value} is merged into ${project.branch}.`);
    await again();
  };
  return h("section", { class: "card stack", "aria-label": "Merge" }, h("h2", {}, "Merge"),
    h("p", { class: "small" }, `What was done on another branch comes into ${project.branch}, frame by frame. Where both changed the same, you are asked.`),
    actionForm(`Merge into ${project.branch}`, [field("Branch", branch)], async () => {
      fill(asked);
      try {
        await merge(null);
      } catch (fault) {
        if (fault.code !== CONFLICT) throw fault;
        fill(asked, question(project.branch, branch.value, fault.errors, merge, compare));
        asked.firstChild.focus();
      }
    }), asked);
}

/** Which of two versions stays, where there can be only one. */
function question(ours, theirs, conflicts, merge, compare) {
  const keep = (branch, prefer) => doing(`Keep that of ${branch}`, () => merge(prefer));
  return h("div", { class: "fault stack", role: "alert", tabIndex: -1 },
    h("h3", {}, `Both ${ours} and ${theirs} changed the same`),
    h("ul", {}, conflicts.map(({ told }) => h("li", {}, told))),
    h("p", {}, `Nothing was merged yet: both branches are as they were. Whose version stays? The other one is not lost: it stays in the history of ${theirs}.`),
    h("div", { class: "row" }, keep(ours, "ours"), keep(theirs, "theirs"),
      compare && doing("Look at both first", () => compare.show(ours, theirs), { class: "quiet" })));
}
