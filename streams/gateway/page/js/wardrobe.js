/** The pieces to choose from: sample garments, and a picture of the shopper's own. */

import * as api from "./api.js";
import { $, h, icon, say } from "./dom.js";
import { Unusable, droppable, prepare } from "./photo.js";
import { t } from "./words.js";

const OWN = "own";

/** Which pieces are worn together: a new one replaces what covers the same part of the body. */
export function dressed(outfit, piece) {
  if (outfit.some((worn) => worn.id === piece.id)) return outfit.filter((worn) => worn.id !== piece.id);
  const goesWith = (worn) => [worn.category, piece.category].sort().join() === "lower,upper";
  return [...outfit.filter((worn) => worn.id !== piece.id && goesWith(worn)), piece];
}

export class Wardrobe {
  /**
   * @param {(outfit: object[]) => void} onChange called with the chosen pieces {id, name, category, image, file?}
   * @param {(text: string) => void} onProblem
   */
  constructor(onChange, onProblem) {
    this.onChange = onChange;
    this.onProblem = onProblem;
    this.outfit = [];
    this.own = null;
    this.tiles = $("#tiles");
    this.categories = $("#own-category");
    this.file = $("#garment-file");
    this.file.addEventListener("change", () => {
      if (this.file.files[0]) this.takeOwn(this.file.files[0]);
      this.file.value = "";
    });
    this.categories.addEventListener("change", (event) => this.categorise(event.target.value));
  }

  async load() {
    let samples = [];
    try {
      samples = await api.sampleGarments();
    } catch (error) {
      this.onProblem(error.message);
    }
    this.tiles.replaceChildren(...samples.map((piece) => this.tile(piece)), this.ownTile());
    this.show();
  }

  /** The chosen pieces with their files, ready to be sent. */
  files() {
    return Promise.all(
      this.outfit.map(async (piece) => {
        if (piece.file) return piece;
        const blob = await api.blob(piece.image);
        return { ...piece, file: new File([blob], piece.image.split("/").pop(), { type: blob.type }) };
      }),
    );
  }

  /** True if a picture of the shopper's own was chosen and we do not know yet what it shows. */
  get undecided() {
    return this.outfit.some((piece) => !piece.category);
  }

  /** What a photo has to show: the part that the chosen pieces cover, the whole figure while that is open. */
  get category() {
    return this.outfit.length === 1 && this.outfit[0].category ? this.outfit[0].category : "dress";
  }

  clear() {
    this.outfit = [];
    this.show();
    this.onChange(this.outfit);
  }

  wear(piece) {
    this.outfit = dressed(this.outfit, piece);
    this.show();
    const worn = this.outfit.includes(piece);
    say(t(worn ? "wardrobe.chosen" : "wardrobe.taken-off", { name: piece.name }));
    this.onChange(this.outfit);
  }

  tile(piece) {
    return h(
      "button.tile",
      { type: "button", "aria-pressed": "false", "data-id": piece.id, onclick: () => this.wear(piece) },
      h("span.tile-picture", {}, h("img", { src: piece.image, alt: "", width: 768, height: 1024 }), h("span.tile-mark", {}, icon("check"))),
      h("span.tile-name", {}, piece.name),
    );
  }

  ownTile() {
    const tile = h("button.tile.own", { type: "button", "aria-pressed": "false", "data-id": OWN, onclick: () => this.pressOwn() });
    droppable(tile, "over", (file) => this.takeOwn(file));
    return tile;
  }

  /** Chosen: takes it off. There, but not chosen: chooses it. Not there: asks for it. */
  pressOwn() {
    if (this.own) this.wear(this.own);
    else this.file.click();
  }

  async takeOwn(file) {
    try {
      const picture = await prepare(file);
      if (this.own) URL.revokeObjectURL(this.own.image);
      this.outfit = [];
      this.own = { id: OWN, name: t("wardrobe.own"), category: "", image: picture.url, file: picture.file };
      for (const radio of this.categories.querySelectorAll("input")) radio.checked = false;
      this.wear(this.own);
      $("input", this.categories).focus({ preventScroll: true });
      this.categories.scrollIntoView({ block: "nearest" });
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      this.onProblem(error.message);
    }
  }

  categorise(category) {
    const others = this.outfit.filter((piece) => piece.id !== OWN);
    const chosen = this.outfit.length > others.length;
    this.own = { ...this.own, category };
    this.outfit = chosen ? dressed(others, this.own) : others;
    this.show();
    this.onChange(this.outfit);
  }

  show() {
    const chosen = new Set(this.outfit.map((piece) => piece.id));
    for (const tile of this.tiles.children) tile.setAttribute("aria-pressed", String(chosen.has(tile.dataset.id)));
    this.categories.hidden = !chosen.has(OWN);
    const tile = $('[data-id="own"]', this.tiles);
    const picture = this.own
      ? h("span.tile-picture", {}, h("img", { src: this.own.image, alt: "" }), h("span.tile-mark", {}, icon("check")))
      : h("span.tile-picture.empty", {}, icon("plus"), h("span", {}, t("wardrobe.own-picture")));
    tile?.replaceChildren(picture, h("span.tile-name", {}, this.own ? this.own.name : t("wardrobe.own-from")));
    $("#another-own")?.remove();
    if (chosen.has(OWN)) {
      const again = h("button.button.text.small#another-own", { type: "button", onclick: () => this.file.click() }, t("wardrobe.another-picture"));
      this.categories.append(again);
    }
  }
}
