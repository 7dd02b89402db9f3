// Jobs: all of them, or one.
import { fill } from "../dom.js";
import { JobList } from "../job/list.js";
import { showJob } from "../job/one.js";

/** The page; `#/jobs/ID` is that of one job. */
export async function show(stand, { rest, query, signal }) {
  if (rest[0]) {
    await showJob(stand, rest[0], signal);
    return;
  }
  const list = new JobList(query, signal);
  fill(stand, list.element);
  await list.load();
}
