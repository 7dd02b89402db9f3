// The public API, and nothing else: what the studio can do, a program with a key can do too.

const KEY = "rotoscope.key";

/** The key of this browser; null: none yet. */
export const key = () => localStorage.getItem(KEY);
export const keepKey = (given) => localStorage.setItem(KEY, given);
export const forgetKey = () => localStorage.removeItem(KEY);

/** What the service refused, in its own words. */
export class Problem extends Error {
  constructor(status, { title = "", detail = "", code = "", errors = [] } = {}, retryAfter = null) {
    super(detail || title || `The service answered with status ${status}.`);
    Object.assign(this, { status, title, code, errors, retryAfter });
  }
}

/** The service cannot be reached. */
export class Unreachable extends Error {
  constructor() {
    super("The service does not answer. Is rotoscope serve still running?");
  }
}

/** One request; the answer as `Response`. Throws `Problem` or `Unreachable`. */
export async function ask(method, path, { query = {}, json, body, headers = {}, signal } = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value == null || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, one);
  }
  const sent = { ...headers };
  if (key()) sent.Authorization = `Bearer ${key()}`;
  if (json !== undefined) sent["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(url, { method, headers: sent, body: json === undefined ? body : JSON.stringify(json), signal });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Unreachable();
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401) dispatchEvent(new CustomEvent("rotoscope-key-refused"));
  throw new Problem(answer.status, told, answer.headers.get("Retry-After"));
}

const told = async (answer) => (answer.status === 204 ? null : answer.json());
export const get = async (path, query, signal) => told(await ask("GET", path, { query, signal }));
export const post = async (path, json = {}, more = {}) => told(await ask("POST", path, { json, ...more }));
export const put = async (path, json, more = {}) => told(await ask("PUT", path, { json, ...more }));
export const patch = async (path, json, more = {}) => told(await ask("PATCH", path, { json, ...more }));
export const remove = async (path, query) => told(await ask("DELETE", path, { query }));
export const blob = async (path, query, signal) => (await ask("GET", path, { query, signal })).blob();

/** All of a list, page by page. */
export async function* all(path, query = {}, signal) {
  let after;
  do {
    const page = await get(path, { limit: 200, ...query, after }, signal);
    yield* page.items;
    after = page.next;
  } while (after);
}

/** A list as an array. */
export async function listed(path, query, signal) {
  const found = [];
  for await (const one of all(path, query, signal)) found.push(one);
  return found;
}

/** An address at which an element can get a stored file by itself, for an hour. */
export async function addressOf(uri) {
  const { url } = await post("/v1/files:sign", { uri, seconds: 3600 });
  const found = new URL(url, location.origin);
  return found.pathname.startsWith("/v1/signed/") ? found.pathname + found.search : found.href;
}

/**
 * Server-sent events, from now on or from their beginning; comes again where the line broke.
 * @param {string} path
 * @param {(event: Object) => void} onEvent
 * @param {AbortSignal} signal
 * @param {() => void} [onOpen] called whenever the line is there: what happens from then on comes as events
 */
export async function follow(path, onEvent, signal, onOpen) {
  let last = null;
  while (!signal.aborted) {
    try {
      const answer = await ask("GET", path, { signal, headers: last ? { "Last-Event-ID": last } : {} });
      onOpen?.();
      for await (const event of eventsOf(answer.body)) {
        last = event.id ?? last;
        onEvent(event);
      }
      if (path !== "/v1/events/stream") return;
    } catch (fault) {
      if (fault.name === "AbortError") return;
      if (fault instanceof Problem && fault.status < 500 && fault.status !== 429) throw fault;
    }
    await pause(1500, signal);
  }
}

async function* eventsOf(body) {
  let text = "";
  for await (const piece of read(body.pipeThrough(new TextDecoderStream()))) {
    text += piece;
    const parts = text.split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const event = { data: "" };
      for (const line of part.split("\n")) {
        const [, name, value] = line.match(/^(\w+): ?(.*)$/) ?? [];
        if (name === "data") event.data += value;
        else if (name) event[name] = value;
      }
      if (event.data) yield { ...event, ...JSON.parse(event.data) };
    }
  }
}

async function* read(stream) {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Wait; ends early, without a word, when given up. */
export function pause(milliseconds, signal) {
  return new Promise((done) => {
    const waiting = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", () => { clearTimeout(waiting); done(); }, { once: true });
  });
}
