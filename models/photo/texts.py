"""What the service tells shoppers, in English: the source that `locale/*/LC_MESSAGES/virton.po` translates.

A text says what is wrong in a few words, then what to do: friendly, two sentences at most, no blame, no jargon. Each
has a context (gettext's msgctxt), so that two equal English texts may differ in another language:

- `photo/CODE`, `garment/CODE`: advice for a finding; `/SEVERITY`, `/VARIANT` or `/SEVERITY/VARIANT` behind it names a
  case that needs other words than the code alone.
- `hint/CODE`, `hint/CODE/VARIANT`: what the camera shows in large letters while it runs.
- `refusal/NAME`: why a file was not decoded. `notice/NAME`: what else the service says about a try-on.

After a change: `pybabel extract`, then `pybabel update`, as `locale/README.md` says.
"""

from collections.abc import Mapping

# Three lines of the page on a phone, about 55 characters each. The camera's hints are one line in large letters, read
# from where one stands.
MOST_CHARACTERS = 160
MOST_HINT_CHARACTERS = 28


def pgettext(context: str, text: str) -> tuple[str, str]:
    """Marks a text for `pybabel extract`, which knows gettext's functions by their name."""
    return context, text


_ADVICE = (
    pgettext(
        "photo/no_person",
        "We cannot find you in this photo. Take one that shows you from head to feet, facing the camera.",
    ),
    # Translators: the person is too small in the photo, not small of stature. Or the file is a reduced copy.
    pgettext(
        "photo/low_resolution/reject",
        "You are too far away in this photo. Come closer to the camera, "
        "or upload the original instead of a small copy.",
    ),
    pgettext(
        "photo/low_resolution",
        "You are rather far away in this photo, so fine details may get lost. Come a little closer, "
        "or upload the original.",
    ),
    # Translators: a thumbnail, in which nobody could be found.
    pgettext(
        "photo/low_resolution/reject/picture",
        "This picture is very small. Upload the original photo instead of a preview or a small copy.",
    ),
    pgettext(
        "photo/multiple_people/reject",
        "There are several people in this photo, and we cannot tell which one is you. Take one with only you in it.",
    ),
    pgettext(
        "photo/multiple_people",
        "You are not alone in this photo. We dress the person who stands out most; a photo of only you works better.",
    ),
    # Translators: left, middle and right as seen in the picture.
    pgettext(
        "photo/multiple_people/left",
        "You are not alone in this photo. We dress the person on the left; a photo of only you works better.",
    ),
    pgettext(
        "photo/multiple_people/middle",
        "You are not alone in this photo. We dress the person in the middle; a photo of only you works better.",
    ),
    pgettext(
        "photo/multiple_people/right",
        "You are not alone in this photo. We dress the person on the right; a photo of only you works better.",
    ),
    pgettext(
        "photo/too_dark",
        "It is rather dark in this photo. Turn on more light, or stand facing a window.",
    ),
    pgettext(
        "photo/overexposed",
        "The light is so bright that details are washed out. Step out of the direct sun, or turn off the flash.",
    ),
    pgettext(
        "photo/blurry",
        "This photo is blurred. Wipe the lens, lean the phone against something, and hold still for a moment.",
    ),
    pgettext(
        "photo/side_view",
        "You are turned to the side. Face the camera, with both shoulders in view.",
    ),
    pgettext(
        "photo/seated",
        "You are sitting in this photo. Stand up straight, so that we can show how the garment hangs.",
    ),
    pgettext(
        "photo/not_full_length",
        "Not all of you is in the photo. Step back until it shows you from head to feet.",
    ),
    # Translators: told when a top is tried on, for which the upper body is enough.
    pgettext(
        "photo/not_full_length/info",
        "Your legs are not all in the photo. That is fine for a top; for trousers or a dress, step back a little.",
    ),
    pgettext(
        "photo/not_full_length/feet",
        "Your feet are outside the photo. Step back a little, or hold the camera lower.",
    ),
    pgettext(
        "photo/not_full_length/head",
        "Your head is outside the photo. Step back a little, or hold the camera higher.",
    ),
    pgettext(
        "photo/not_full_length/sides",
        "The edge of the photo cuts you off. Stand in the middle, with some room on both sides.",
    ),
    pgettext(
        "photo/crossed_arms",
        "Your arms are crossed over your clothes. Let them hang loosely beside your body.",
    ),
    pgettext(
        "photo/hands_cover_body",
        "Your hands hide part of your clothes. Let your arms hang loosely, a little away from your body.",
    ),
    pgettext(
        "photo/crossed_legs",
        "Your legs are crossed. Stand with your feet side by side, a hand's width apart.",
    ),
    pgettext(
        "photo/blends_with_background",
        "Your clothes look much like what is behind you. Stand in front of a plain wall in another colour.",
    ),
    # Translators: upper and lower clothes have one colour, so the line between them cannot be seen.
    pgettext(
        "photo/monochrome_clothes",
        "What you wear above and below has almost the same colour, so we hardly see where one ends. "
        "Wear two different colours if you can.",
    ),
    pgettext(
        "photo/unreadable_image",
        "We cannot open this photo. Save it again as JPEG, or take another one.",
    ),
    pgettext(
        "garment/unreadable_image",
        "We cannot open the garment's picture. Save it again as JPEG, or choose another one.",
    ),
    pgettext(
        "garment/no_garment",
        "We cannot find a garment in this picture. Choose one that shows the whole garment from the front.",
    ),
    pgettext(
        "garment/garment_cropped",
        "Part of the garment is cut off. Choose a picture that shows all of it, with some room around it.",
    ),
    pgettext(
        "garment/several_garments",
        "There is more than one garment in this picture. Choose one that shows only what you want to try on.",
    ),
    pgettext(
        "garment/category_mismatch",
        "This does not look like the kind of garment you chose. Check the kind, or choose another picture.",
    ),
    # Translators: what the garment in the picture looks like: upper, lower or dress.
    pgettext(
        "garment/category_mismatch/upper",
        "This looks like a top, not like the kind you chose. Change the kind, or choose another picture.",
    ),
    pgettext(
        "garment/category_mismatch/lower",
        "This looks like trousers or a skirt, not like the kind you chose. Change the kind, or choose another picture.",
    ),
    pgettext(
        "garment/category_mismatch/dress",
        "This looks like a dress or a jumpsuit, not like the kind you chose. Change the kind, "
        "or choose another picture.",
    ),
)

# Translators: the hints are shown in large letters while the camera runs: two to four words.
_HINTS = (
    # Translators: nothing is in the way; the picture may be taken now.
    pgettext("hint/ready", "Ready"),
    pgettext("hint/no_person", "Step into the picture"),
    pgettext("hint/low_resolution", "Come closer"),
    pgettext("hint/multiple_people", "Only you in the picture"),
    pgettext("hint/too_dark", "More light"),
    pgettext("hint/overexposed", "Less light"),
    pgettext("hint/blurry", "Hold still"),
    pgettext("hint/side_view", "Turn to the camera"),
    pgettext("hint/seated", "Stand up"),
    pgettext("hint/not_full_length", "Step back"),
    # Translators: told where the upper body is enough, but the whole figure would be better.
    pgettext("hint/not_full_length/info", "Whole figure is better"),
    pgettext("hint/not_full_length/feet", "Show your feet"),
    pgettext("hint/not_full_length/head", "Show your head"),
    pgettext("hint/not_full_length/sides", "Move to the middle"),
    pgettext("hint/crossed_arms", "Arms beside your body"),
    pgettext("hint/hands_cover_body", "Hands to your sides"),
    pgettext("hint/crossed_legs", "Uncross your legs"),
    pgettext("hint/blends_with_background", "Find a plainer background"),
    pgettext("hint/monochrome_clothes", "Wear two colours"),
    pgettext("hint/unreadable_image", "Try another photo"),
)

_REFUSALS = (
    pgettext("refusal/empty", "This file is empty. Upload the picture again."),
    pgettext(
        "refusal/not_a_picture",
        "This file is not a picture, or it is damaged. Upload a photo as JPEG, PNG, WebP or HEIC.",
    ),
    # Translators: {format} is a name such as GIF, TIFF or PDF.
    pgettext(
        "refusal/other_format",
        "This is a {format} file, which we cannot use. Save it as JPEG, PNG or WebP and upload it again.",
    ),
    pgettext(
        "refusal/too_many_pixels",
        "This picture has {megapixels} megapixels; we can take up to {most}. Save it smaller and upload it again.",
    ),
    pgettext(
        "refusal/side_too_long",
        "This picture is {width} × {height} pixels; a side may have up to {most}. Crop it and upload it again.",
    ),
    pgettext(
        "refusal/too_much_memory",
        "This picture is too large for us. Save it smaller, as JPEG, and upload it again.",
    ),
    pgettext(
        "refusal/too_costly",
        "This picture takes too long to open. Save it again as JPEG with another program, or choose another one.",
    ),
    pgettext(
        "refusal/damaged",
        "This picture is damaged or incomplete. Upload it again, or choose another one.",
    ),
    pgettext(
        "refusal/undecodable",
        "We cannot open this picture. Save it again as JPEG with another program, or choose another one.",
    ),
)

_NOTICES = (
    pgettext(
        "notice/no_consent",
        "We only use your photo if you agree to it. Please give your consent and try again.",
    ),
    pgettext("notice/expired", "So many people were waiting that your turn did not come in time. Please try again."),
    pgettext("notice/cancelled", "This try-on was cancelled."),
    # Translators: {number} is a long identifier of letters and digits.
    pgettext(
        "notice/internal",
        "Something went wrong on our side. Please try again; if it happens again, tell the shop this number: {number}",
    ),
    pgettext(
        "notice/unchanged",
        "The garment did not come through in the picture. Please try a photo that shows your clothes clearly.",
    ),
    pgettext(
        "notice/broken",
        "The picture did not turn out well. Please try another photo: whole figure, facing the camera.",
    ),
    pgettext(
        "notice/unsafe",
        "We cannot make this picture. Please use a photo of yourself, fully dressed.",
    ),
)

TEXTS: Mapping[str, str] = dict((*_ADVICE, *_HINTS, *_REFUSALS, *_NOTICES))
