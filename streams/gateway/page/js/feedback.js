/** "Does it look right?": the shopper's verdict on one picture, why, and whether they bought the piece. */

import * as api from "./api.js";
import { $, fill, h, icon, say } from "./dom.js";
import { t } from "./words.js";

// As the API names them.
const REASONS = ["wrong_size", "wrong_colour", "wrong_shape", "lost_detail", "body_changed", "face_changed", "hands", "background", "other"];

/** A card for this try-on; `sampleOf()` names the picture that is being looked at. */
export function feedback(id, sampleOf) {
  const card = h("section.card.feedback", { "aria-labelledby": "feedback-title" });
  const given = { sample: 0, accurate: true, reasons: [], bought: null };
  const problem = h("p.quiet", { role: "alert" });

  const send = async (then) => {
    problem.textContent = "";
    try {
      await api.feedback(id, given);
      then();
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  const show = (...children) => fill(card, ...children, problem);
  const heading = (text) => h("h2#feedback-title", { tabIndex: -1 }, text);

  const ask = () => {
    const answer = (accurate) => {
      Object.assign(given, { sample: sampleOf(), accurate, reasons: [] });
      if (accurate) send(thank);
      else why();
    };
    show(
      heading(t("feedback.title")),
      h(
        "div.verdicts",
        {},
        h("button.button", { type: "button", onclick: () => answer(true) }, icon("up"), t("feedback.yes")),
        h("button.button", { type: "button", onclick: () => answer(false) }, icon("thumb-down"), t("feedback.no")),
      ),
    );
  };

  const why = () => {
    const form = h(
      "form",
      {},
      h(
        "fieldset.segments.small",
        {},
        h("legend", {}, t("feedback.choose")),
        REASONS.map((value) =>
          h("label", {}, h("input", { type: "checkbox", name: "reason", value }), h("span", {}, t(`reason.${value}`))),
        ),
      ),
      h(
        "div.row",
        {},
        h("button.button.primary", { type: "submit" }, t("feedback.send")),
        h("button.button.text", { type: "button", onclick: ask }, t("feedback.back")),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      given.reasons = new FormData(form).getAll("reason");
      send(thank);
    });
    show(heading(t("feedback.why")), form);
    $("#feedback-title", card).focus();
  };

  const thank = () => {
    const bought = (value) => {
      given.bought = value;
      send(() => show(thanks(t("feedback.noted"))));
    };
    show(
      thanks(t("feedback.thanks")),
      h(
        "div.row.bought",
        { role: "group", "aria-label": t("feedback.bought") },
        h("span.quiet", {}, t("feedback.bought")),
        h("button.button.small", { type: "button", onclick: () => bought(true) }, t("feedback.bought-yes")),
        h("button.button.small", { type: "button", onclick: () => bought(false) }, t("feedback.bought-no")),
      ),
    );
    $("#feedback-title", card).focus();
  };

  const thanks = (text) => {
    say(text);
    return h("div.thanks", {}, icon("check"), h("p#feedback-title", { tabIndex: -1 }, text));
  };

  ask();
  return card;
}
