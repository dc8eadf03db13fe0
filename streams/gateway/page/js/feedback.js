/** "Does it look right?": the shopper's verdict on one picture, why, and whether they bought the piece. */

import * as api from "./api.js";
import { $, fill, h, icon, say } from "./dom.js";
import { REASONS } from "./words.js";

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
      heading("Does it look right?"),
      h(
        "div.verdicts",
        {},
        h("button.button", { type: "button", onclick: () => answer(true) }, icon("up"), "Looks right"),
        h("button.button", { type: "button", onclick: () => answer(false) }, icon("thumb-down"), "Does not look right"),
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
        h("legend", {}, "Choose all that apply, or none."),
        Object.entries(REASONS).map(([value, words]) =>
          h("label", {}, h("input", { type: "checkbox", name: "reason", value }), h("span", {}, words)),
        ),
      ),
      h(
        "div.row",
        {},
        h("button.button.primary", { type: "submit" }, "Send"),
        h("button.button.text", { type: "button", onclick: ask }, "Back"),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      given.reasons = new FormData(form).getAll("reason");
      send(thank);
    });
    show(heading("What is off?"), form);
    $("#feedback-title", card).focus();
  };

  const thank = () => {
    const bought = (value) => {
      given.bought = value;
      send(() => show(thanks("Thank you, noted.")));
    };
    show(
      thanks("Thank you. It shows us how true our pictures are."),
      h(
        "div.row.bought",
        { role: "group", "aria-label": "Did you buy it?" },
        h("span.quiet", {}, "Did you buy it?"),
        h("button.button.small", { type: "button", onclick: () => bought(true) }, "Yes"),
        h("button.button.small", { type: "button", onclick: () => bought(false) }, "No"),
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
