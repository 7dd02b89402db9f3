// Figures in words.

/** A span of time: `4 s`, `3 min 20 s`, `2 h 5 min`. */
export function span(seconds) {
  if (seconds == null || !Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A time in a clip: `1:02.5`. */
export function timecode(seconds) {
  const tenths = Math.round(seconds * 10);
  const rest = (tenths % 600) / 10;
  return `${Math.floor(tenths / 600)}:${rest.toFixed(1).padStart(4, "0")}`;
}

/** Bytes: `3.4 MB`. */
export function bytes(count) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let step = 0;
  while (count >= 1000 && step < units.length - 1) { count /= 1000; step += 1; }
  return `${step === 0 ? count : count.toFixed(count < 10 ? 1 : 0)} ${units[step]}`;
}

/** Money from millionths: `0.42 USD`. */
export function money(micros, currency = "") {
  const amount = micros / 1e6;
  const digits = amount !== 0 && Math.abs(amount) < 0.1 ? 4 : 2;
  return `${amount.toFixed(digits)} ${currency}`.trim();
}

/** A moment: `27 Nov, 14:05`. */
export function moment(text) {
  if (!text) return "–";
  return new Date(text).toLocaleString(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

/** A date: `27 Nov 2026`. */
export function day(text) {
  return text ? new Date(text).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" }) : "–";
}

export const percent = (share) => `${Math.round(share * 100)} %`;
/** `1 frame`, `12 frames`. */
export const counted = (count, word) => `${count.toLocaleString()} ${word}${count === 1 ? "" : "s"}`;
/** The last part of a URI. */
export const nameOf = (uri) => decodeURIComponent(uri.replace(/\/$/, "").split("/").pop());
