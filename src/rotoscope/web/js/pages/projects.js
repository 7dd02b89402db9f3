// Projects: all of them, or one.
import { showProject } from "../projects/one.js";
import { showProjects } from "../projects/list.js";

/** The page; `#/projects/NAME` is that of one project. */
export async function show(stand, { rest, signal }) {
  if (rest[0]) await showProject(stand, rest[0], signal);
  else await showProjects(stand, signal);
}
