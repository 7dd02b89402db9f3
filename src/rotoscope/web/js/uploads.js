// Uploads that go on where the line broke, or the page was closed: tus 1.0.
import { Problem, Unreachable, ask, pause } from "./api.js";

const SLICE = 4 * 1024 * 1024;
const TRIES = 8;
const VERSION = { "Tus-Resumable": "1.0.0" };

/**
 * Send a file to the service's store.
 * @param {File|Blob} file
 * @param {{name?: string, folder?: string, onProgress?: (share: number) => void, signal?: AbortSignal}} [options]
 *   folder: where it goes; by default one of its own below `data://uploads/`
 * @returns {Promise<string>} its URI
 */
export async function upload(file, { name = file.name, folder = null, onProgress, signal } = {}) {
  const mark = `rotoscope.upload ${name} ${file.size} ${file.lastModified ?? 0}`;
  let known = JSON.parse(localStorage.getItem(mark) ?? "null");
  let offset = known && (await offsetOf(known.place, signal));
  if (offset == null) {
    known = await begin(file, name, folder, signal);
    offset = 0;
    localStorage.setItem(mark, JSON.stringify(known));
  }
  let failures = 0;
  while (offset < file.size) {
    onProgress?.(offset / file.size);
    try {
      offset = await send(known.place, file, offset, signal);
      failures = 0;
    } catch (fault) {
      const isPassing = fault instanceof Unreachable || fault.status >= 500 || fault.status === 409;
      if (!isPassing || ++failures >= TRIES) throw fault;
      await pause(500 * 2 ** failures, signal);
      offset = (await offsetOf(known.place, signal)) ?? offset;
    }
  }
  localStorage.removeItem(mark);
  onProgress?.(1);
  return known.uri;
}

async function begin(file, name, folder, signal) {
  const uri = `${folder ?? `data://uploads/${anyName()}/`}${safe(name)}`;
  const answer = await ask("POST", "/v1/uploads", {
    signal, headers: { ...VERSION, "Upload-Length": String(file.size), "Upload-Metadata": `uri ${inBase64(uri)}` },
  });
  return { uri, place: new URL(answer.headers.get("Location"), location.origin).pathname };
}

async function send(place, file, offset, signal) {
  const answer = await ask("PATCH", place, {
    signal, body: file.slice(offset, offset + SLICE),
    headers: { ...VERSION, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
  });
  return Number(answer.headers.get("Upload-Offset"));
}

/** How much has arrived; null: the upload is not known, or is over. */
async function offsetOf(place, signal) {
  try {
    return Number((await ask("HEAD", place, { signal, headers: VERSION })).headers.get("Upload-Offset"));
  } catch (fault) {
    if (fault instanceof Problem && fault.status < 500) return null;
    throw fault;
  }
}

const anyName = () => Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const safe = (name) => name.normalize("NFC").replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+/, "") || "file";
const inBase64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
