/** Live hints: what the shopper should do, told while the camera runs. Reduced frames go to the photo checks. */

import * as api from "./api.js";
import { locale, sorted, t } from "./words.js";

// The checks look at no more than this; it is 100 kB, which a phone sends within the pause.
const LONGEST = 960;
const QUALITY = 0.8;
// Nobody moves faster than that, and it leaves the service time for others.
const APART_MS = 600;
// Without a Retry-After: at first soon, then ever more rarely.
const BACKOFF_MS = 1500;
const MOST_BACKOFF_MS = 30_000;
// A hint is a sentence of two words; one that comes sooner would cut the last one off.
const SAID_APART_MS = 2500;

/** Changes only once so many answers in a row agree, so that a hint at a threshold does not flicker. */
export class Steady {
  constructor(needed = 2) {
    this.needed = needed;
    this.shown = null;
    this.next = null;
    this.count = 0;
  }

  /** Takes an answer in, returns what is to be shown. */
  offer(value) {
    this.count = value === this.next ? this.count + 1 : 1;
    this.next = value;
    if (this.count >= this.needed) this.shown = value;
    return this.shown;
  }
}

/** Speaks at most every few seconds, and then only what holds by then and was not the last thing said. */
export class Politely {
  constructor(say, apart = SAID_APART_MS) {
    this.say = say;
    this.apart = apart;
    this.last = "";
    this.at = -Infinity;
    this.timer = 0;
  }

  offer(text) {
    clearTimeout(this.timer);
    if (!text || text === this.last) return;
    this.timer = setTimeout(
      () => {
        this.last = text;
        this.at = performance.now();
        this.say(text);
      },
      Math.max(0, this.at + this.apart - performance.now()),
    );
  }

  stop() {
    clearTimeout(this.timer);
    this.last = "";
  }
}

// In such a light nobody may be found who is there: light first.
const LIGHT = ["too_dark", "overexposed"];

/**
 * The most important thing to do, as {code, text}; code "ready" if there is none.
 * @param {object} report of a frame that was reduced by `scale` (2: the camera's picture is twice as wide)
 */
export function hintOf(report, scale) {
  const found = sorted(report.findings).filter((finding) => finding.severity !== "info" && !reducedOnly(finding, scale));
  const unlit = found[0]?.code === "no_person" && found.find((finding) => LIGHT.includes(finding.code));
  const first = unlit || found[0];
  if (!first) return { code: "ready", text: t("camera.ready") };
  return { code: first.code, text: first.hint || t(`finding.${first.code}`) };
}

/** True if the person is too small in the reduced frame only: the photo itself will have `scale` times the pixels. */
function reducedOnly({ code, severity, value, threshold }, scale) {
  // What is rejected is below a lower threshold: lifted above that one it would still be warned of.
  return code === "low_resolution" && severity === "warn" && value !== null && value * scale >= threshold;
}

export class LiveHints {
  /**
   * @param {HTMLVideoElement} video
   * @param {(hint: {code: string, text: string} | null) => void} onHint null: nothing is known
   */
  constructor(video, onHint) {
    this.video = video;
    this.onHint = onHint;
    this.running = null;
  }

  /** Looks at frames until `stop`; `category` is what is to be tried on. */
  start(category) {
    this.stop();
    this.running = new AbortController();
    this.#look(category, this.running.signal);
  }

  stop() {
    this.running?.abort();
    this.running = null;
    this.onHint(null);
  }

  async #look(category, signal) {
    const steady = new Steady();
    const hints = new Map();
    let failures = 0;
    while (!signal.aborted) {
      await visible(signal);
      const began = performance.now();
      let pause = APART_MS;
      try {
        const frame = await frameOf(this.video);
        if (signal.aborted) return;
        if (frame) {
          const report = await api.check(frame.file, { category, locale: locale(), signal });
          const hint = hintOf(report, frame.scale);
          hints.set(hint.code, hint);
          const shown = steady.offer(hint.code);
          if (shown) this.onHint(hints.get(shown));
        }
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof api.Problem)) throw error;
        failures += 1;
        pause = error.retryAfter === null ? Math.min(MOST_BACKOFF_MS, BACKOFF_MS * 2 ** (failures - 1)) : 1000 * error.retryAfter;
        // A single answer may be lost; what was said long ago may no longer be so.
        if (failures > 1 || pause > 2 * BACKOFF_MS) this.onHint(null);
      }
      await sleep(Math.max(0, began + pause - performance.now()), signal);
    }
  }
}

/** The camera's picture as a reduced JPEG, not mirrored, or null while there is none. */
async function frameOf(video) {
  const { videoWidth: width, videoHeight: height } = video;
  if (!width) return null;
  const scale = Math.max(1, Math.max(width, height) / LONGEST);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width / scale);
  canvas.height = Math.round(height / scale);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return blob && { file: new File([blob], "frame.jpg", { type: blob.type }), scale };
}

function sleep(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** Waits until somebody can see the page. */
function visible(signal) {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true, signal });
    signal.addEventListener("abort", resolve, { once: true });
  });
}
