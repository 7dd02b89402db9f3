// Jobs, followed until they end.
import { follow, get } from "./api.js";

const FINAL = new Set(["succeeded", "failed", "cancelled"]);
export const isOver = (job) => FINAL.has(job.state);

/**
 * Tell how a job is going, from now until it has ended.
 * @param {Object} job
 * @param {(job: Object, event: Object|null) => void} onChange
 * @param {AbortSignal} signal
 * @returns {Promise<Object>} the job as it ended
 */
export async function followed(job, onChange, signal) {
  let current = job;
  let asking = null;
  const refresh = async (event) => {
    const found = await get(`/v1/jobs/${job.id}`, {}, signal);
    if (isOver(current)) return; // an answer that was overtaken
    current = found;
    onChange(current, event);
  };
  if (!isOver(job)) {
    await follow(`/v1/jobs/${job.id}/events`, (event) => {
      asking ??= refresh(event).catch(() => {}).finally(() => { asking = null; });
    }, signal);
    await asking;
  }
  while (!isOver(current) && !signal.aborted) {
    await refresh(null);
    if (!isOver(current)) await new Promise((done) => setTimeout(done, 500));
  }
  return current;
}

/** How much of a job is done: 0 to 1; null: it cannot be told. */
export function shareOf({ progress, state }) {
  if (state === "succeeded") return 1;
  return progress.frames_expected ? Math.min(1, progress.frames_done / progress.frames_expected) : null;
}
