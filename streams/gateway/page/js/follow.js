/** Follows a try-on to its end: by server-sent events, and by asking now and then where those do not come through. */

import * as api from "./api.js";

const ENDED = new Set(["completed", "rejected", "failed", "cancelled"]);
const POLL_MS = 1500;
// Events reconnect by themselves; where a proxy swallows them, so many failures in a row mean that they will not come.
const MOST_FAILURES = 3;
// The gateway sends a heartbeat every few seconds, which scripts do not see. A silence this long with no event at all
// may be a buffering proxy: asking once costs little.
const SILENCE_MS = 10_000;

const STAGE_OF = { validating: "validation", parsing: "parsing", generating: "generation" };

/**
 * @param {string} id the try-on
 * @param {(progress: {stage: string, step: number, of: number}) => void} onProgress
 * @param {AbortSignal} signal ends it
 * @returns {Promise<object>} the try-on as `GET /v1/tryons/{id}` tells it, once it has ended
 */
export function follow(id, onProgress, signal) {
  return new Promise((resolve, reject) => {
    let source = null;
    let failures = 0;
    let timer = 0;

    const stop = () => {
      clearTimeout(timer);
      source?.close();
    };
    const finish = (view) => {
      stop();
      resolve(view);
    };
    const ask = async () => {
      try {
        const view = await api.tryon(id, signal);
        if (ENDED.has(view.status)) return finish(view);
        if (STAGE_OF[view.status]) {
          onProgress({ stage: STAGE_OF[view.status], step: view.step ?? 0, of: view.of ?? 1 });
        }
      } catch (error) {
        if (signal.aborted) return undefined;
        if (!error.passing) {
          stop();
          return reject(error);
        }
      }
      timer = setTimeout(ask, POLL_MS);
      return undefined;
    };
    const listen = () => {
      clearTimeout(timer);
      timer = setTimeout(ask, SILENCE_MS);
    };

    signal.addEventListener("abort", () => {
      stop();
      reject(signal.reason);
    });
    source = new EventSource(`/v1/tryons/${id}/events`);
    listen();
    source.addEventListener("progress", (event) => {
      failures = 0;
      listen();
      onProgress(JSON.parse(event.data));
    });
    source.addEventListener("result", (event) => finish(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      failures += 1;
      if (source.readyState === EventSource.CLOSED || failures >= MOST_FAILURES) {
        source.close();
        clearTimeout(timer);
        ask();
      }
    });
  });
}
