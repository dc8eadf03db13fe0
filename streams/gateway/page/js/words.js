/** What the page says, in one place. */

/** The shopper's language as the API takes it, `en` or `de-CH`. */
export function locale() {
  const [, language, region] = (navigator.language || "en").match(/^([a-z]{2})(?:-([A-Z]{2}))?$/) || [null, "en"];
  return region ? `${language}-${region}` : language;
}

export const STAGES = ["validation", "parsing", "generation"];

export const STAGE = {
  validation: "Checking your photo",
  parsing: "Finding where clothes sit",
  generation: "Dressing you",
};

export const CATEGORY = { upper: "Top", lower: "Bottom", dress: "Dress" };

export const REASONS = {
  wrong_size: "Size is off",
  wrong_colour: "Colour is off",
  wrong_shape: "Shape is off",
  lost_detail: "Details are lost",
  body_changed: "My body changed",
  face_changed: "My face changed",
  hands: "Hands look odd",
  background: "Background changed",
  other: "Something else",
};

/** A finding's headline; the advice below it comes from the service, in the shopper's language. */
export const FINDING = {
  low_resolution: "The picture is small",
  blurry: "The picture is blurred",
  too_dark: "It is rather dark",
  overexposed: "Parts are too bright",
  no_person: "We could not find a person",
  multiple_people: "There is more than one person",
  not_full_length: "Not your whole figure is in the picture",
  blends_with_background: "You and the background look alike",
  monochrome_clothes: "Your clothes are all one colour",
  crossed_arms: "Your arms are crossed",
  crossed_legs: "Your legs are crossed",
  hands_cover_body: "Your hands cover your clothes",
  side_view: "You are seen from the side",
  seated: "You are sitting",
  unreadable_image: "We could not read this file",
  no_garment: "We could not find a garment",
  garment_cropped: "The garment is cut off",
  several_garments: "There is more than one garment",
  category_mismatch: "It may be another kind of garment",
};

/** Why a try-on failed: what it means, and what to do. */
export const FAILURE = {
  unchanged: {
    title: "The piece did not come through",
    text: "The picture we made looked just like your photo, so we do not show it as a result. Another photo, facing the camera with your arms beside your body, usually helps.",
  },
  broken: {
    title: "This one did not turn out well",
    text: "We looked at the picture we made and it was not good enough to show you. Try again, or try with another photo.",
  },
  unsafe: {
    title: "We cannot make this picture",
    text: "It may show something that this fitting room does not do. Please use a photo of yourself, fully dressed.",
  },
  expired: {
    title: "It took too long",
    text: "So many people were waiting that your turn did not come in time. Please try again.",
  },
  internal: {
    title: "Something went wrong on our side",
    text: "It is not your photo. Please try again; it usually works the second time.",
  },
  invalid_object: {
    title: "Your pictures got lost on the way",
    text: "Please choose them again and try once more.",
  },
  no_consent: {
    title: "We need your permission first",
    text: "A picture can only be made if your photo may be processed for it.",
  },
};

/** How likely the picture is right, or nothing where it is not known. */
export function expectation(share) {
  if (typeof share !== "number") return "";
  if (share >= 0.75) return "With a photo like yours, the picture is usually right.";
  if (share >= 0.5) return "With a photo like yours, the picture is right more often than not.";
  return "With a photo like yours, the picture is often a little off. Another photo will help.";
}

/** Findings in the order they matter: what stops first, then what harms. */
export function sorted(findings) {
  const rank = { reject: 0, warn: 1, info: 2 };
  return [...findings].sort((a, b) => rank[a.severity] - rank[b.severity]);
}

export const list = (names) => names.join(" and ");
