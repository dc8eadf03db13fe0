/** Small help for building the page; no markup is ever made from text. */

export const $ = (selector, within = document) => within.querySelector(selector);

/** An element: `h("p.quiet#id", {hidden: true, onclick: f, "aria-label": "x"}, "text", child)`. */
export function h(spec, props = {}, ...children) {
  const [, tag, rest] = spec.match(/^([a-z0-9]+)(.*)$/);
  const element = document.createElement(tag);
  for (const [, kind, name] of rest.matchAll(/([.#])([\w-]+)/g)) {
    if (kind === "#") element.id = name;
    else element.classList.add(name);
  }
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name, value);
  }
  return fill(element, ...children);
}

/** Replaces what is in an element; what is null is left out. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An icon of the page's sprite. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Says something to screen readers. */
export function say(text) {
  // What is outside an open dialog is inert, and not read out.
  const live = $("dialog[open] .said") ?? $("#said");
  // The same words twice are a change only if the region was empty in between.
  live.textContent = "";
  requestAnimationFrame(() => (live.textContent = text));
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A random UUID also where `crypto.randomUUID` is missing: it needs a secure context, a shop's intranet may have none. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
