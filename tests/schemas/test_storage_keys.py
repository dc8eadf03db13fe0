"""Storage keys: a key's owner can be read off it, and no identifier leaves its folder."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.errors import InvalidObject
from schemas.objects import (
    ObjectRef,
    analysis_prefix,
    garment_key,
    is_garment_of,
    is_photo_of,
    photo_key,
    shopper_prefix,
    tryon_prefix,
)

SHA = "0" * 64
TRYON = UUID("6f1c1f0e-5d0f-4c57-9a55-0d6f3a4b7c21")
HOSTILE = [
    "",
    ".",
    "..",
    "../shop-2",
    "shop-1/../shop-2",
    "/etc",
    "a/b",
    "a\\b",
    ".hidden",
    "a\n",
    "a\x00",
    "%2e%2e",
    "ä",
    "x" * 65,
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_is_no_identifier_is_refused_everywhere(hostile: str) -> None:
    """Every function that puts a name into a key refuses one that could leave its folder."""
    for make in (
        lambda: photo_key(hostile, "p", SHA, "image/png"),
        lambda: photo_key("s", hostile, SHA, "image/png"),
        lambda: photo_key("s", "p", hostile, "image/png"),
        lambda: garment_key(hostile, SHA, "image/png"),
        lambda: garment_key("s", hostile, "image/png"),
        lambda: analysis_prefix("s", "p", SHA, hostile),
        lambda: analysis_prefix("s", "p", hostile, "v"),
        lambda: tryon_prefix(hostile, "p", TRYON),
        lambda: shopper_prefix("s", hostile),
        lambda: is_photo_of("shops/s/shoppers/p/photos/x.png", "s", hostile),
        lambda: is_garment_of("shops/s/garments/x.png", hostile),
    ):
        with pytest.raises(InvalidObject):
            make()


@pytest.mark.parametrize(
    "key",
    [
        "shops",
        "/shops/a",
        "shops//a",
        "shops/../a",
        "shops/a/",
        "shops/./a",
        "shops/a\\b",
        "a/" * 10 + "a",
        "shops/a\n",
    ],
)
def test_a_reference_cannot_hold_a_key_that_is_no_path_of_names(key: str) -> None:
    """A reference in an event is refused before anything is read by it."""
    with pytest.raises(ValidationError, match="key"):
        ObjectRef(key=key, sha256=SHA, media_type="image/png", width=1, height=1)


def test_the_longest_keys_that_we_make_fit_into_a_reference() -> None:
    """Identifiers of 64 characters and a file named by a SHA-256 are within the contract."""
    longest = "x" * 64
    for key in (
        photo_key(longest, longest, SHA, "image/webp"),
        garment_key(longest, SHA, "image/webp"),
        tryon_prefix(longest, longest, TRYON) + "result.json",
        analysis_prefix(longest, longest, SHA, longest) + "agnostic-upper.png",
    ):
        assert ObjectRef(key=key, sha256=SHA, media_type="image/webp", width=1, height=1).key == key


def test_the_owner_is_read_off_the_key() -> None:
    """A photo belongs to one shopper of one shop, a garment to one shop; another's are recognised."""
    photo, garment = photo_key("s1", "p1", SHA, "image/jpeg"), garment_key("s1", SHA, "image/jpeg")
    assert is_photo_of(photo, "s1", "p1")
    assert is_garment_of(garment, "s1")
    for shop, shopper in (("s2", "p1"), ("s1", "p2"), ("s", "p1"), ("s1", "p")):
        assert not is_photo_of(photo, shop, shopper)
    assert not is_garment_of(garment, "s2")
    assert not is_photo_of(garment, "s1", "p1")
    assert not is_garment_of(photo, "s1")


def test_a_dot_in_an_identifier_is_a_dot() -> None:
    """Shop `a.b` does not own what belongs to shop `axb`: identifiers are names, not patterns."""
    assert not is_garment_of(garment_key("axb", SHA, "image/png"), "a.b")


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_leaves_the_shoppers_folder(shop: str, shopper: str) -> None:
    """Any two texts either make a key of exactly the documented shape, or are refused."""
    try:
        key = photo_key(shop, shopper, SHA, "image/png")
    except InvalidObject:
        return
    assert key.split("/") == ["shops", shop, "shoppers", shopper, "photos", f"{SHA}.png"]
    assert not {".", "..", ""} & set(key.split("/"))
