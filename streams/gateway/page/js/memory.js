/** What this browser remembers: consent, the try-on under way, and the names of the pieces in a look. Never a picture. */

// So many looks keep the names of their pieces; the others are named by what they cover.
const MOST_NAMES = 200;

function read(storage, key, fallback) {
  try {
    return JSON.parse(storage.getItem(key)) ?? fallback;
  } catch {
    return fallback; // storage is off, or holds something else
  }
}

function write(storage, key, value) {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is off or full: the page works without.
  }
}

// For this tab only: the next person at a shared computer is asked again.
export const agreed = () => read(sessionStorage, "virton.agreed", false) === true;
export const rememberAgreed = (value) => write(sessionStorage, "virton.agreed", value);

// Whether the camera's live hints are wanted, as last chosen in this tab; null where nobody has.
export const hints = () => read(sessionStorage, "virton.hints", null);
export const rememberHints = (value) => write(sessionStorage, "virton.hints", value);

/** The try-on that a reload goes on with: {id, names}, or null. */
export const current = () => read(sessionStorage, "virton.current", null);
export const rememberCurrent = (value) => write(sessionStorage, "virton.current", value);

export function rememberNames(id, names) {
  const kept = Object.entries(read(localStorage, "virton.names", {})).slice(1 - MOST_NAMES);
  write(localStorage, "virton.names", Object.fromEntries([...kept, [id, names]]));
}
export const names = (id) => read(localStorage, "virton.names", {})[id] ?? null;
