/** The progress bar: where a try-on is, over all its stages. */

import { $, say } from "./dom.js";
import { t } from "./words.js";

const STAGES = ["validation", "parsing", "generation"];

// Where each stage begins and ends on the bar, by the share of time it typically takes of a try-on of about 3 s:
// sending and waiting 10 %, validation (decoding, pose) 15 %, parsing 15 %, generation 60 %.
const SPANS = { validation: [0.1, 0.25], parsing: [0.25, 0.4], generation: [0.4, 0.98] };
const SENDING = 0.02;
const ACCEPTED = 0.1;

/** The share done, 0..1, of a progress event. */
export function shareOf({ stage, step, of }) {
  const [from, to] = SPANS[stage];
  return from + (to - from) * Math.min(1, step / of);
}

export class Progress {
  reset() {
    this.done = 0;
    this.stage = -1;
    this.show(SENDING);
    this.mark(-1);
    this.words(t("working.sending"));
  }

  accepted() {
    this.show(ACCEPTED);
    this.words(t("working.waiting"));
  }

  /** Events may be repeated or late: the bar never goes back. */
  at(progress) {
    const index = STAGES.indexOf(progress.stage);
    if (index < this.stage || index === -1) return;
    if (index > this.stage) {
      this.stage = index;
      this.mark(index);
      this.words(t("working.lead"));
      say(t(`working.${progress.stage}`));
    }
    const steps = $(`[data-stage="${progress.stage}"] small`, $("#stages"));
    steps.textContent = progress.of > 3 ? t("working.step", { step: Math.min(progress.step, progress.of), of: progress.of }) : "";
    this.show(shareOf(progress));
  }

  finish() {
    this.mark(STAGES.length);
    this.show(1);
  }

  words(text) {
    $("#working-words").textContent = text;
  }

  mark(now) {
    STAGES.forEach((stage, index) => {
      const item = $(`[data-stage="${stage}"]`, $("#stages"));
      item.dataset.state = index < now ? "done" : index === now ? "now" : "later";
      if (index === now) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
      if (now === -1) $("small", item).textContent = "";
    });
  }

  show(share) {
    this.done = Math.max(this.done, share);
    $("#meter-fill").style.setProperty("--done", String(this.done));
    $("#meter").setAttribute("aria-valuenow", String(Math.round(this.done * 100)));
  }
}
