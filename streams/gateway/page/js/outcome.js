/** What is shown when a try-on has ended: a picture, advice, or what went wrong. */

import { compare } from "./compare.js";
import { $, fill, h, icon } from "./dom.js";
import { feedback } from "./feedback.js";
import { chance, list, sorted, t, told } from "./words.js";

// Told apart by shape and by words, not by colour alone.
const ICONS = { reject: "stop", warn: "note", info: "info" };

const title = (text) => h("h1#outcome-title", { tabIndex: -1 }, text);

const button = (text, name, onclick, look = "") =>
  h(`button.button${look}`, { type: "button", onclick }, name ? icon(name) : null, text);

/** Findings, the most important one with its advice, the others folded. The advice is in the shopper's language. */
export function findings(found) {
  const [first, ...others] = sorted(found);
  if (!first) return null;
  const folded = h(
    "details.others",
    {},
    h("summary", {}, t("findings.more", { count: others.length })),
    h("ul.findings", {}, others.map((finding) => h("li", {}, card(finding)))),
  );
  return h("div.findings", {}, card(first), others.length ? folded : null);
}

function card(finding) {
  const key = `finding.${finding.code}`;
  return h(
    `div.finding.${finding.severity}`,
    { "data-code": finding.code },
    icon(ICONS[finding.severity]),
    h("p.severity", {}, t(`severity.${finding.severity}`)),
    h("strong", {}, t(told(key) ? key : "finding.other")),
    finding.advice ? h("p", {}, finding.advice) : null,
  );
}

/** How likely the picture will look right, in words beside three bars; null where it is not known, or nothing is. */
export function expectation(share) {
  const words = chance(share);
  if (!words || share === 0) return null;
  const bars = ["poor", "fair", "good"].map((_, index, all) => h(index <= all.indexOf(words) ? "i.full" : "i"));
  return h(`p.chance.${words}`, {}, h("span.bars", { "aria-hidden": "true" }, bars), t(`chance.${words}`));
}

/** What the checks say of a photo before it is tried on: whether it will do, why not, and a way to another one. */
export function checked(report, { retake, rechoose }) {
  const counts = report.findings.some((finding) => finding.severity !== "info");
  const rejected = report.verdict === "reject";
  return [
    rejected ? h("p.lead.rejected", {}, t("photo.rejected")) : null,
    counts ? null : h("p.fine", {}, icon("check"), t("photo.fine")),
    rejected ? null : expectation(report.expected_accuracy),
    findings(counts ? report.findings : []),
    rejected
      ? h("div.actions", {}, button(t("photo.retake"), "camera", retake, ".primary"), button(t("photo.rechoose"), "image", rechoose))
      : null,
  ];
}

/**
 * A completed try-on: fills the stage with the comparison and the panel with what to do.
 * @param {object} view the try-on as the API tells it
 * @param {{stage: HTMLElement, panel: HTMLElement, before: string, names: string[], actions: object}} room
 */
export function completed(view, { stage, panel, before, names, actions }) {
  const name = list(names) || t("outcome.piece");
  let sample = view.pictures[0];
  const box = compare({ before, after: sample.url, width: sample.width, height: sample.height, name });
  const download = h("a.button#download", { href: sample.url, download: "virton-look.png" }, icon("down"), t("outcome.download"));
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
  fill(
    panel,
    h("div", {}, h("p.eyebrow", {}, name), title(t("outcome.title")), expectation(view.expected_accuracy)),
    feedback(view.id, () => sample.sample),
    warned.length ? h("section.hints", {}, h("h2", {}, t("outcome.better")), findings(warned)) : null,
    h(
      "div.actions",
      {},
      button(t("outcome.another-piece"), "hanger", actions.anotherPiece, ".primary.wide"),
      download,
      button(t("outcome.new-photo"), "image", actions.newPhoto),
    ),
    h("p.made", {}, t("outcome.made")),
  );
}

function samples(pictures, choose) {
  const thumbs = h("div.samples", { role: "group", "aria-label": t("outcome.versions") });
  pictures.forEach((picture, index) =>
    thumbs.append(
      h(
        "button",
        { type: "button", "aria-label": t("outcome.version", { number: index + 1 }), "aria-pressed": String(index === 0), "data-sample": picture.sample, onclick: () => choose(picture, thumbs) },
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
  const failure = failureOf(view.reason);
  fill(
    panel,
    h(
      "div",
      {},
      h("p.eyebrow", {}, t("outcome.none")),
      title(garment ? t("outcome.rejected-garment") : failure && !found.length ? failure.title : t("outcome.rejected-photo")),
      h("p.lead", {}, found.length ? t("outcome.change") : view.advice || failure?.text || t("outcome.unusable")),
    ),
    findings(found),
    h(
      "div.actions",
      {},
      garment ? button(t("outcome.choose-piece"), "hanger", actions.anotherPiece, ".primary.wide") : button(t("photo.retake"), "camera", actions.camera, ".primary"),
      garment ? null : button(t("photo.rechoose"), "image", actions.newPhoto),
    ),
  );
}

/** A failed try-on: what it means in plain words, and what to do. */
export function failed(view, { panel, actions }) {
  const { title: words, text } = failureOf(view.reason) ?? failureOf("internal");
  fill(
    panel,
    h("div", {}, h("p.eyebrow", {}, t("outcome.none")), title(words), h("p.lead", {}, text)),
    findings(view.findings),
    h(
      "div.actions",
      {},
      button(t("outcome.again"), "swap", actions.again, ".primary.wide"),
      button(t("outcome.other-piece"), "hanger", actions.anotherPiece),
      button(t("outcome.new-photo"), "image", actions.newPhoto),
    ),
    h("p.made", {}, t("outcome.reference", { id: view.id.slice(0, 8) })),
  );
}

/** What a reason means and what to do, or null where the page knows no words for it. */
function failureOf(reason) {
  const key = `failure.${reason}`;
  return told(`${key}.title`) ? { title: t(`${key}.title`), text: t(`${key}.text`) } : null;
}

/** Moves the reader's attention to what has just been shown. */
export function attend() {
  $("#outcome-title")?.focus({ preventScroll: true });
}
