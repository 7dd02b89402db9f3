// What the pages of projects ask the API.
import { get, listed, post } from "../api.js";

const at = (project) => `/v1/projects/${encodeURIComponent(project.name)}`;

export const projectOf = (name, signal) => get(`/v1/projects/${encodeURIComponent(name)}`, {}, signal);
export const makeProject = (name, source) => post("/v1/projects", { name, source });
export const logOf = (project, signal) => listed(`${at(project)}/commits`, {}, signal);
export const diffOf = (project, before, after, signal) => get(`${at(project)}/diff`, { before, after }, signal);
export const forkProject = (project, branch) => post(`${at(project)}/fork`, { branch });
export const switchBranch = (project, branch) => post(`${at(project)}/switch`, { branch });
export const mergeBranch = (project, branch, prefer) => post(`${at(project)}/merge`, { branch, ...(prefer && { prefer }) });
export const paintProject = (project, wanted) => post(`${at(project)}/paint`, wanted);
export const overrideFrame = (project, index, picture) => post(`${at(project)}/override`, { index, ...(picture && { picture }) });

/** URI of what was made last as of a version; null: nothing yet. */
export async function resultAt(project, commit, log, signal) {
  const first = log.at(-1).id;
  if (commit === first) return null;
  const { results } = await diffOf(project, first, commit, signal);
  return results.at(-1)?.output ?? null;
}
