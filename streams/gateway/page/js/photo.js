/** Photos as the fitting room takes them, and where they come from: a file, a drop, the clipboard. */

import { t } from "./words.js";

const TYPES = new Set(["image/jpeg", "image/png", "image/webp"]);
// The gateway takes 20 MB and 24 megapixels; below that a photo is sent as it is, bit for bit.
const MOST_BYTES = 20_000_000;
const MOST_PIXELS = 24_000_000;
const QUALITY = 0.92;

/** A file that is no usable picture; the message says what to do. */
export class Unusable extends Error {}

/**
 * A photo ready to be shown and sent.
 * @returns {Promise<{file: File, url: string, width: number, height: number}>} size after EXIF transposition
 */
export async function prepare(file) {
  // The service takes HEIC as it is; whether it can be shown depends on the browser.
  const heic = /hei[cf]/i.test(file.type) || /\.hei[cf]$/i.test(file.name);
  if (!heic && !TYPES.has(file.type)) throw new Unusable(t("photo.kind"));
  if (file.size === 0) throw new Unusable(t("photo.empty"));
  const url = URL.createObjectURL(file);
  try {
    const image = await loaded(url);
    const pixels = image.naturalWidth * image.naturalHeight;
    if (file.size <= MOST_BYTES && pixels <= MOST_PIXELS) {
      return { file, url, width: image.naturalWidth, height: image.naturalHeight };
    }
    const smaller = await reduced(image, Math.min(1, Math.sqrt(MOST_PIXELS / pixels)));
    URL.revokeObjectURL(url);
    return prepare(smaller);
  } catch (error) {
    URL.revokeObjectURL(url);
    throw heic ? new Unusable(t("photo.heic")) : error;
  }
}

function loaded(url) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Unusable(t("photo.unreadable")));
    image.src = url;
  });
}

async function reduced(image, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(image.naturalWidth * scale);
  canvas.height = Math.floor(image.naturalHeight * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob) throw new Unusable(t("photo.too-large"));
  return new File([blob], "photo.jpg", { type: blob.type });
}

/** The first picture of a drop or of the clipboard. */
export function pictureIn(transfer) {
  return [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/")) ?? transfer?.files?.[0] ?? null;
}

/** Calls `onFile` for what is dropped on the element; `mark` is set on it while something hovers. */
export function droppable(element, mark, onFile) {
  let depth = 0; // enter and leave also fire for children
  const hasFiles = (event) => [...event.dataTransfer.types].includes("Files");
  const set = (value) => {
    depth = Math.max(0, value);
    element.classList.toggle(mark, depth > 0);
  };
  element.addEventListener("dragenter", (event) => {
    if (hasFiles(event)) set(depth + 1);
  });
  element.addEventListener("dragleave", (event) => {
    if (hasFiles(event)) set(depth - 1);
  });
  element.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  element.addEventListener("drop", (event) => {
    set(0);
    const file = pictureIn(event.dataTransfer);
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    onFile(file);
  });
}
