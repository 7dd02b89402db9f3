// Light, dark, or as the system says; kept in this browser.
const KEPT = "rotoscope.appearance";
const SCHEMES = { auto: "light dark", light: "light", dark: "dark" };

/** What was chosen: `auto`, `light` or `dark`. */
export const appearance = () => localStorage.getItem(KEPT) ?? "auto";

/** Choose, for now and later. */
export function appear(chosen) {
  localStorage.setItem(KEPT, chosen);
  document.documentElement.style.colorScheme = SCHEMES[chosen] ?? SCHEMES.auto;
}

appear(appearance());
