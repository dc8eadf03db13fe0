/** Earlier looks of this browser's shopper, and one of them in large. */

import * as api from "./api.js";
import { compare } from "./compare.js";
import { $, h, icon } from "./dom.js";
import * as memory from "./memory.js";
import { language, list, offerLanguages, t } from "./words.js";

const viewer = $("#viewer");
// As the browser would write it where it speaks the page's language, so that en-GB keeps its order.
const tag = navigator.languages.find((spoken) => spoken.split("-")[0] === language()) ?? language();
const days = new Intl.DateTimeFormat(tag, { day: "numeric", month: "long" });

let next = null;

const nameOf = (view) => list(memory.names(view.id) ?? view.categories.map((category) => t(`category.${category}`)));

async function load() {
  $("#more").hidden = true;
  $("#grid").setAttribute("aria-busy", "true");
  try {
    const page = await api.looks(next);
    next = page.next;
    $("#grid").append(...page.tryons.map(look));
    $("#more").hidden = next === null;
    $("#nothing").hidden = $("#grid").children.length > 0;
    $("#looks-words").hidden = !$("#nothing").hidden;
  } catch (error) {
    $("#notice").hidden = false;
    $("#notice").textContent = error.message;
    $("#more").hidden = $("#grid").children.length === 0;
  }
  $("#grid").removeAttribute("aria-busy");
}

function look(view) {
  const made = new Date(view.created_at);
  return h(
    "li",
    {},
    h(
      "button.look",
      { type: "button", onclick: () => open(view) },
      h("span.look-picture", {}, h("img", { src: view.pictures[0].url, alt: "", loading: "lazy", width: view.pictures[0].width, height: view.pictures[0].height })),
      h("span.look-name", {}, nameOf(view)),
      h("time", { dateTime: view.created_at }, days.format(made)),
    ),
  );
}

function open(view) {
  const picture = view.pictures[0];
  const name = nameOf(view);
  $("#viewer-title").textContent = name;
  const shown = view.photo
    ? compare({ before: view.photo, after: picture.url, width: picture.width, height: picture.height, name })
    : h("img", { src: picture.url, alt: t("compare.after", { name }) });
  $("#viewer-stage").replaceChildren(shown);
  $("#viewer-tools").replaceChildren(
    h("a.button.primary", { href: `/?photo=${view.id}` }, icon("hanger"), t("looks.reuse")),
    h("a.button", { href: picture.url, download: "virton-look.png" }, icon("down"), t("outcome.download")),
  );
  viewer.showModal();
}

$("#viewer-close").addEventListener("click", () => viewer.close());
viewer.addEventListener("click", (event) => event.target === viewer && viewer.close());
viewer.addEventListener("close", () => $("#viewer-stage").replaceChildren());
$("#more").addEventListener("click", load);
// The names of pieces are in the language in which they were chosen; the rest is told anew.
offerLanguages(() => location.reload());
await load();
