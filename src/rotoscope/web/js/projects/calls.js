// What the pages of projects ask the API.
import { ask, get, listed, post, put, remove } from "../api.js";

const at = ({ name }) => `/v1/projects/${encodeURIComponent(name)}`;

export const projectOf = (name, signal) => get(at({ name }), {}, signal);
/** The job that makes a project of a clip. */
export const makeProject = (name, source) => post("/v1/projects", { name, source });
/** Commits, the newest first; `of`: a branch, or a commit. */
export const logOf = (project, signal, of) => listed(`${at(project)}/log`, { at: of }, signal);
export const diffOf = (project, before, after, signal) => get(`${at(project)}/diff`, { before, after }, signal);
export const sheetOf = async (project, before, after, signal) => (await ask("GET", `${at(project)}/diff/sheet`, { query: { before, after }, signal })).blob();
export const timelineOf = async (project) => (await ask("GET", `${at(project)}/timeline.otio`)).text();
export const forkProject = (project, branch) => post(`${at(project)}/fork`, { branch });
export const switchBranch = (project, branch) => post(`${at(project)}/switch`, { branch });
export const mergeBranch = (project, branch, prefer) => post(`${at(project)}/merge`, { branch, ...(prefer && { prefer }) });
export const restoreState = (project, commit) => post(`${at(project)}/restore`, { commit });
/** Refused while a job works on it. */
export const deleteProject = (project) => remove(at(project));
/** The job that paints it. */
export const paintProject = (project, wanted) => post(`${at(project)}/paint`, wanted);
export const overrideFrame = (project, index, uri) => put(`${at(project)}/frames/${index}/override`, { uri });
export const takeBack = (project, index) => remove(`${at(project)}/frames/${index}/override`);

/** URIs of what was made, by the commit that the job which made it tells. */
export async function madeBy(project, signal) {
  const jobs = await listed("/v1/jobs", { operation: "project-paint", state: "succeeded" }, signal);
  return new Map(jobs.filter(({ params }) => params.project === project.name).map(({ params, result }) => [result.commit, params.output]));
}

/** URI of what was made last as of a version; null: nothing, or nobody knows where. */
export function resultAt(made, log, commit) {
  const known = new Map(log.map((one) => [one.id, one]));
  for (let one = known.get(commit); one; one = known.get(one.parents[0])) if (made.has(one.id)) return made.get(one.id);
  return null;
}
