/** What is shown when a try-on has ended: a picture, advice, or what went wrong. */

import { compare } from "./compare.js";
import { $, fill, h, icon } from "./dom.js";
import { feedback } from "./feedback.js";
import { FAILURE, FINDING, expectation, list, locale, sorted } from "./words.js";

const ICONS = { reject: "note", warn: "note", info: "info" };

const title = (text) => h("h1#outcome-title", { tabIndex: -1 }, text);

const button = (text, name, onclick, look = "") =>
  h(`button.button${look}`, { type: "button", onclick }, name ? icon(name) : null, text);

/** A list of findings, the most important first. The advice is in the shopper's language. */
export function findings(found) {
  return h(
    "ul.findings",
    {},
    sorted(found).map((finding) =>
      h(
        `li.finding.${finding.severity}`,
        { "data-code": finding.code },
        icon(ICONS[finding.severity]),
        h("strong", {}, FINDING[finding.code] ?? "Something to know"),
        finding.advice ? h("p", { lang: locale() }, finding.advice) : null,
      ),
    ),
  );
}

/**
 * A completed try-on: fills the stage with the comparison and the panel with what to do.
 * @param {object} view the try-on as the API tells it
 * @param {{stage: HTMLElement, panel: HTMLElement, before: string, names: string[], actions: object}} room
 */
export function completed(view, { stage, panel, before, names, actions }) {
  const name = list(names) || "the new piece";
  let sample = view.pictures[0];
  const box = compare({ before, after: sample.url, width: sample.width, height: sample.height, name });
  const download = h("a.button#download", { href: sample.url, download: "virton-look.png" }, icon("down"), "Download");
  const choose = (picture, thumbs) => {
    sample = picture;
    box.show(picture.url);
    download.href = picture.url;
    for (const thumb of thumbs.children) thumb.setAttribute("aria-pressed", String(thumb.dataset.sample === String(picture.sample)));
  };
  stage.replaceChildren(box);
  if (view.pictures.length > 1) stage.append(samples(view.pictures, choose));

  // `info` says what is so, not what is wrong: beside a picture that came out, only warnings are worth a shopper's time.
  const warned = view.findings.filter((finding) => finding.severity === "warn");
  const expected = expectation(view.expected_accuracy);
  fill(
    panel,
    h("div", {}, h("p.eyebrow", {}, name), title("Your look"), expected ? h("p.lead", {}, expected) : null),
    feedback(view.id, () => sample.sample),
    warned.length ? h("section.hints", {}, h("h2", {}, "For an even better picture"), findings(warned)) : null,
    h(
      "div.actions",
      {},
      button("Try another piece", "hanger", actions.anotherPiece, ".primary.wide"),
      download,
      button("New photo", "image", actions.newPhoto),
    ),
    h("p.made", {}, "Made by a computer from your photo. Fit and colour can differ from the real piece."),
  );
}

function samples(pictures, choose) {
  const thumbs = h("div.samples", { role: "group", "aria-label": "Versions" });
  pictures.forEach((picture, index) =>
    thumbs.append(
      h(
        "button",
        { type: "button", "aria-label": `Version ${index + 1}`, "aria-pressed": String(index === 0), "data-sample": picture.sample, onclick: () => choose(picture, thumbs) },
        h("img", { src: picture.url, alt: "" }),
      ),
    ),
  );
  return thumbs;
}

/** A rejected try-on: which upload is to blame, and what to do about it. */
export function rejected(view, { panel, actions }) {
  const found = sorted(view.findings);
  const garment = found[0]?.subject === "garment";
  const failure = FAILURE[view.reason];
  fill(
    panel,
    h(
      "div",
      {},
      h("p.eyebrow", {}, "No picture this time"),
      title(garment ? "Let's use another picture of the piece" : failure && !found.length ? failure.title : "Let's use another photo"),
      h("p.lead", { lang: view.advice && !found.length ? locale() : undefined }, found.length ? "Here is what to change:" : view.advice || failure?.text || "This one cannot be used."),
    ),
    found.length ? findings(found) : null,
    h(
      "div.actions",
      {},
      garment ? button("Choose another piece", "hanger", actions.anotherPiece, ".primary.wide") : button("Choose another photo", "image", actions.newPhoto, ".primary"),
      garment ? null : button("Use the camera", "camera", actions.camera),
    ),
  );
}

/** A failed try-on: what it means in plain words, and what to do. */
export function failed(view, { panel, actions }) {
  const { title: words, text } = FAILURE[view.reason] ?? FAILURE.internal;
  fill(
    panel,
    h("div", {}, h("p.eyebrow", {}, "No picture this time"), title(words), h("p.lead", {}, text)),
    view.findings.length ? findings(view.findings) : null,
    h(
      "div.actions",
      {},
      button("Try again", "swap", actions.again, ".primary.wide"),
      button("Another piece", "hanger", actions.anotherPiece),
      button("New photo", "image", actions.newPhoto),
    ),
    h("p.made", {}, `Reference ${view.id.slice(0, 8)}`),
  );
}

/** Moves the reader's attention to what has just been shown. */
export function attend() {
  $("#outcome-title")?.focus({ preventScroll: true });
}
