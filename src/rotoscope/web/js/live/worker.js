// Runs filter files beside the page, so that it stays quick: ONNX Runtime Web, on the processor.
import { picture, tensorOf } from "./padding.js";

let runtime = null;
let session = null;
let padding = null;

/** Take in the runtime and a filter file. */
async function open({ place, file, card, threads }) {
  if (!runtime) {
    runtime = await import(`${place}ort.wasm.min.mjs`);
    runtime.env.wasm.wasmPaths = place;
    runtime.env.wasm.numThreads = threads;
  }
  await session?.release();
  session = null;
  session = await runtime.InferenceSession.create(new Uint8Array(file), { executionProviders: ["wasm"], graphOptimizationLevel: "all" });
  padding = card.padding;
  return {};
}

/** Paint a picture: `pixels` is an ArrayBuffer of red, green, blue and alpha by turns. */
async function paint({ pixels, width, height }) {
  const began = performance.now();
  const { data, dims } = tensorOf(new Uint8ClampedArray(pixels), width, height, padding);
  const image = new runtime.Tensor("float32", data, dims);
  const { painted } = await session.run({ image });
  const found = picture(await painted.getData(), width, height, padding).buffer;
  image.dispose();
  painted.dispose();
  return { pixels: found, milliseconds: performance.now() - began, transfer: [found] };
}

const ACTIONS = { open, paint };

addEventListener("message", async ({ data: { id, action, given } }) => {
  try {
    const { transfer = [], ...answer } = await ACTIONS[action](given);
    postMessage({ id, answer }, transfer);
  } catch (fault) {
    postMessage({ id, fault: fault.message ?? String(fault) });
  }
});
