/** The photo and the picture, one over the other, with a line between them that can be moved. */

import { calm, h, icon } from "./dom.js";
import { t } from "./words.js";

const START = 50;

/**
 * @param {{before: string, after: string, width: number, height: number, name: string}} pictures URLs and the size
 * @returns {HTMLElement} with `show(url)` for another sample
 */
export function compare({ before, after, width, height, name }) {
  const range = h("input.compare-range", { type: "range", min: 0, max: 100, step: 1, value: START, "aria-label": t("compare.range") });
  const after_ = h("img.after", { src: after, alt: t("compare.after", { name }), width, height, draggable: false });
  const before_ = h("img.before", { src: before, alt: t("compare.before"), width, height, draggable: false });
  const left = h("span.compare-tag.left", { "aria-hidden": "true" }, t("compare.before"));
  const right = h("span.compare-tag.right", { "aria-hidden": "true" }, name);
  const line = h("span.compare-line", { "aria-hidden": "true" }, h("span.compare-grip", {}, icon("sides")));
  const box = h("div.compare", {}, after_, before_, left, right, line, range);

  const move = (percent) => {
    const at = Math.min(100, Math.max(0, percent));
    range.value = at;
    range.setAttribute("aria-valuetext", t("compare.share", { photo: Math.round(at), picture: 100 - Math.round(at), name }));
    box.style.setProperty("--at", `${at}%`);
    left.classList.toggle("gone", at < 24);
    right.classList.toggle("gone", at > 76);
  };
  const drag = (event) => {
    const bounds = box.getBoundingClientRect();
    move(((event.clientX - bounds.left) / bounds.width) * 100);
  };
  let touched = false;
  range.addEventListener("input", () => {
    touched = true;
    move(Number(range.value));
  });
  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    touched = true;
    box.setPointerCapture(event.pointerId);
    range.focus({ focusVisible: false, preventScroll: true });
    drag(event);
  });
  box.addEventListener("pointermove", (event) => {
    if (box.hasPointerCapture(event.pointerId)) drag(event);
  });
  move(START);
  box.show = (url) => (after_.src = url);
  after_.decode().then(() => reveal(move, () => touched), () => {});
  return box;
}

/** Draws the new picture over the photo once, so that it is plain what the line does. */
function reveal(move, touched) {
  if (calm() || touched()) return;
  const began = performance.now();
  const frame = (now) => {
    if (touched()) return;
    const t = Math.min(1, (now - began) / 900);
    move(100 + (START - 100) * (1 - (1 - t) ** 3));
    if (t < 1) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
