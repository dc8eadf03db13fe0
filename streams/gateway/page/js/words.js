/** What the page says, in the shopper's language. The texts are in `words/<language>.json`; nothing else holds any. */

import { $, h } from "./dom.js";

/** Each by its own name, as those who speak it look for it. */
const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français", ru: "Русский", zh: "简体中文" };

let texts = {};

/** The text of a key; `values` fill its {placeholders}. */
export function t(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

/** True if there is a text of this key. */
export const told = (key) => key in texts;

export const language = () => document.documentElement.lang;

/** The shopper's language as the API takes it: `de-CH` where the browser says which German, else `de`. */
export function locale() {
  const tags = [...navigator.languages].map((tag) => tag.match(/^([a-z]{2,3})(?:-[A-Z][a-z]{3})?(?:-([A-Z]{2}))?$/));
  const spoken = tags.find((tag) => tag?.[1] === language());
  return spoken?.[2] ? `${language()}-${spoken[2]}` : language();
}

export const list = (names) => new Intl.ListFormat(language(), { type: "conjunction" }).format(names);

/**
 * Puts the language's texts into the page: `data-t="key"` is an element's text, `data-t-LABEL="key"` its attribute.
 * Where the file does not come, the page stays in the English it was written in.
 */
export async function speak(named = language()) {
  const response = await fetch(`/static/words/${named}.json`).catch(() => null);
  if (response?.ok) {
    texts = await response.json();
    document.documentElement.lang = named;
    translate();
  } else if (named !== "en") {
    await speak("en");
  }
  delete document.documentElement.dataset.wordless;
}

function translate() {
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const attribute of ["alt", "aria-label", "content"]) {
    for (const element of document.querySelectorAll(`[data-t-${attribute}]`)) {
      element.setAttribute(attribute, t(element.getAttribute(`data-t-${attribute}`)));
    }
  }
}

/** The choice of a language in the footer; `onChange` is called once the page speaks the new one. */
export function offerLanguages(onChange) {
  const select = $("#language");
  const options = Object.entries(LANGUAGES).map(([value, name]) => h("option", { value, lang: value, selected: value === language() }, name));
  select.replaceChildren(...options);
  select.addEventListener("change", async () => {
    try {
      localStorage.setItem("virton.language", select.value);
    } catch {
      // Storage is off: the choice holds for this page.
    }
    await speak(select.value);
    onChange();
  });
}

/** How likely the picture will look right, as words: good, fair or poor; "" where it is not known. */
export function chance(share) {
  if (typeof share !== "number") return "";
  if (share >= 0.75) return "good";
  return share >= 0.5 ? "fair" : "poor";
}

/** Findings in the order they matter: what stops first, then what harms. Among equals the service's order holds. */
export function sorted(findings) {
  const rank = { reject: 0, warn: 1, info: 2 };
  return [...findings].sort((a, b) => rank[a.severity] - rank[b.severity]);
}

await speak();
