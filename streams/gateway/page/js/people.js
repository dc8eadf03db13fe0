/** Rendered people, for whoever wants to see how it works before showing a photo of their own. */

import * as api from "./api.js";
import { $, h } from "./dom.js";

/** Shows them; `onPhoto` is called with the chosen one's picture as a File, `onProblem` with words. None: nothing shows. */
export async function offerPeople(onPhoto, onProblem) {
  const people = await api.samplePeople().catch(() => []);
  const choose = async (person) => {
    try {
      const blob = await api.blob(person.image);
      onPhoto(new File([blob], person.image.split("/").pop(), { type: blob.type }));
    } catch (error) {
      onProblem(error.message);
    }
  };
  $("#people-choice").replaceChildren(
    ...people.map((person) =>
      h(
        "button.person",
        { type: "button", "aria-label": person.name, "data-id": person.id, onclick: () => choose(person) },
        h("img", { src: person.image, alt: "", width: 384, height: 512, loading: "lazy" }),
      ),
    ),
  );
  $("#people").hidden = people.length === 0;
}
