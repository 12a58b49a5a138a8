"""Keys that people can read, and that stay what they are."""

import random
import re

import pytest
from exports import seen
from hypothesis import given
from hypothesis import strategies as st

from aepctl.manifests.keys import keys_of, slug, stem_of
from aepctl.yamldoc.patterns import KEY


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Loyalty - Gold tier", "loyalty-gold-tier"),
        ("Männer & Frauen", "manner-frauen"),
        ("Łódź, Straße", "lodz-strasse"),
        ("İSTANBUL", "istanbul"),
        ("Men\u2019s 65+", "mens-65"),
        ("ﬁne Ⅳ", "fine-iv"),
        ("Щука ещё / Клуб", "shchuka-eshche-klub"),
        ("Ελληνική ψυχή", "elliniki-psychi"),
        ("ゴールド かい", "gorudo-kai"),
        ("골드", "goldeu"),
        ("NO", "no"),
        ("a" * 70, "a" * 64),
        ("word " * 20, "word-" * 12 + "word"),
    ],
)
def test_a_name_in_plain_letters(name: str, key: str) -> None:
    assert keys_of([seen(name)], ()) == {f"id of {name}": key}


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("日本", "audience-[0-9a-f]{6}"), ("日本 Gold", "gold-[0-9a-f]{6}"),
     ("😀", "audience-[0-9a-f]{6}"), ("العربية 2", "2-[0-9a-f]{6}")],
)  # fmt: skip
def test_a_name_in_other_letters_has_what_is_left_and_a_digest(name: str, pattern: str) -> None:
    (key,) = keys_of([seen(name)], ()).values()
    assert re.fullmatch(pattern, key)


def test_of_several_with_one_name_the_oldest_has_the_plain_key() -> None:
    keys = keys_of([seen("Gold", "a", created=2), seen("gold", "b", created=1)], ())
    assert keys["b"] == "gold"
    assert re.fullmatch("gold-[0-9a-f]{6}", keys["a"])


def test_one_that_is_made_later_renames_none() -> None:
    before = [seen("Gold", f"id-{n}", created=10 + n) for n in range(5)]
    later = seen("Gold", "a", created=99)
    keys = keys_of(before, ())
    assert keys_of([later, *before], ()).items() > keys.items()


def test_where_the_age_is_not_known_the_id_decides() -> None:
    assert keys_of([seen("Gold", "b"), seen("Gold", "a")], ())["a"] == "gold"


def test_a_key_that_is_taken_is_nobody_elses() -> None:
    (key,) = keys_of([seen("Gold", "a")], {"gold"}).values()
    (longer,) = keys_of([seen("Gold", "a")], {"gold", key}).values()
    assert longer.startswith(key)
    assert len(longer) > len(key)


@given(st.lists(st.text(st.sampled_from("gG -日é7"), min_size=1, max_size=4), max_size=12))
def test_keys_are_keys_differ_and_do_not_depend_on_the_order(names: list[str]) -> None:
    there = [seen(name, f"id-{n}", created=n % 3) for n, name in enumerate(names)]
    keys = keys_of(there, ())
    assert len({*keys.values()}) == len(there)
    assert all(re.fullmatch(KEY, key) for key in keys.values())
    assert keys_of(random.Random(1).sample(there, len(there)), ()) == keys


def test_a_file_is_named_after_a_namespace_that_no_other_has() -> None:
    assert stem_of("Agora Collaboration") == "agora-collaboration"
    assert stem_of("日本") != stem_of("中国")
    assert slug("日本") == slug("中国") == ("", False)
