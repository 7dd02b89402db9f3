// What is known of a result: whether it is the video that went in, and how much it flickers.
import { ask } from "../api.js";
import { h } from "../dom.js";
import { counted } from "../words.js";

/** Rows on flicker, from a job that measured it: warping errors beside those of the source itself. */
export function flicker(job) {
  const { score } = job.result ?? {};
  if (!score) return [];
  const beside = (span) => `${(score.result[span] / score.source[span]).toFixed(2)} ×`;
  return row("flicker", `${beside("short")} the source's own from frame to frame, ${beside("long")} over longer times`,
    `Warping error over ${counted(score.frames, "frame")} at ${score.frame_size.join(" × ")} pixels; 1 × is as calm as the source.`);
}

/** Rows on fidelity: the result is held against its source. */
export async function fidelity(source, result, signal) {
  try {
    const answer = await ask("POST", "/v1/check", { json: { source, result }, headers: { Prefer: "wait=30" }, signal });
    const { rows } = (await answer.json()).result ?? {};
    if (!rows) return row("fidelity", "is being checked; see the list of jobs");
    const lost = rows.filter((one) => one.is_loss);
    const kept = rows.filter((one) => one.verdict === "kept");
    const rest = rows.filter((one) => !one.is_loss && one.verdict !== "kept");
    return [
      ...row("fidelity", lost.length ? h("strong", { class: "bad" }, `${lost.length} of ${rows.length} lost`) : `${kept.length} of ${counted(rows.length, "property")} kept`.replace("propertys", "properties"),
        kept.map((one) => one.name).join(", ")),
      ...lost.flatMap((one) => row(one.name, h("span", { class: "bad" }, `${one.result} instead of ${one.source}`), one.why)),
      ...rest.flatMap((one) => row(one.name, `${one.verdict}: ${one.result}`, one.why)),
    ];
  } catch (fault) {
    return signal.aborted ? [] : row("fidelity", fault.message);
  }
}

const row = (name, told, more) => [h("dt", {}, name), h("dd", {}, told, more ? h("div", { class: "small muted" }, more) : null)];
