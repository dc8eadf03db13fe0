/** The gateway's HTTP API. Every call throws Problem with words that can be shown. */

import { t, told } from "./words.js";

export class Problem extends Error {
  /** `retryAfter` is in seconds, or null; `status` 0 means that there was no answer at all. */
  constructor(status, code, detail, retryAfter = null) {
    super(detail);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** True if the same request may succeed later: no answer, too many people, or away for a moment. */
  get passing() {
    return [0, 429, 502, 503, 504].includes(this.status);
  }
}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "offline", t("problem.offline"));
  }
  if (response.ok) return response;
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // Something in between answered, with no problem details.
  }
  const after = Number.parseFloat(response.headers.get("Retry-After"));
  throw new Problem(response.status, problem.code || "", wordsOf(problem), Number.isFinite(after) ? after : null);
}

/** In the shopper's language where the code says it all; else the service's own words, which say what it is about. */
function wordsOf({ code, detail }) {
  const key = `problem.${code}`;
  return told(key) ? t(key) : detail || t("problem.other");
}

const json = async (path, options) => (await call(path, options)).json();

export const sampleGarments = async () => (await json("/v1/garments")).garments;

export const samplePeople = async () => (await json("/v1/people")).people;

export const tryon = (id, signal) => json(`/v1/tryons/${id}`, { signal });

export const looks = (next) => json(next || "/v1/tryons?limit=24");

export const blob = async (url) => (await call(url)).blob();

export const cancel = (id) => json(`/v1/tryons/${id}`, { method: "DELETE" });

/** Starts a try-on. The same `key` again is the same try-on, so a request without an answer can be repeated. */
export function start({ photo, outfit, training, locale, key }, signal) {
  const form = new FormData();
  form.append("photo", photo, photo.name || "photo.jpg");
  for (const piece of outfit) {
    form.append("garment", piece.file, piece.file.name || "garment.jpg");
    form.append("category", piece.category);
  }
  form.append("locale", locale);
  form.append("consent_training", String(training));
  return json("/v1/tryons", { method: "POST", body: form, headers: { "Idempotency-Key": key }, signal });
}

/** What the photo checks say of a photo on which a garment of the category is to be tried on. */
export function check(photo, { category, locale, signal }) {
  const form = new FormData();
  form.append("photo", photo, photo.name || "photo.jpg");
  form.append("category", category);
  form.append("locale", locale);
  return json("/v1/checks", { method: "POST", body: form, signal });
}

export const feedback = (id, given) =>
  json(`/v1/tryons/${id}/feedback`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(given),
  });
