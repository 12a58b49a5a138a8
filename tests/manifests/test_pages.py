"""Which file gets what: one for each namespace, and none that is changed where it must not be."""

from exports import definition

from aepctl.manifests import pages
from aepctl.manifests.entries import Definition
from aepctl.manifests.pages import Folder, pages_of

HEAD = "defaults: {namespace: agora, originName: Tests}\n"


def keys(*definitions: Definition, folder: Folder | None = None) -> dict[str, tuple[str, ...]]:
    return {page.file: page.keys for page in pages_of(definitions, "out/", folder or {})}


def test_a_file_for_each_namespace_with_what_is_common_at_its_head() -> None:
    crm = [definition(key, description="all", namespace="CRM 2") for key in ("b", "a")]
    (page,) = pages_of(crm, "out", {})
    assert page.file == "out/crm-2.yaml"
    assert page.before is None
    assert page.raw.decode() == (
        "defaults:\n  namespace: CRM 2\n  originName: Tests\n  description: all\n"
        "audiences:\n  a:\n    name: Name a\n  b:\n    name: Name b\n"
    )
    assert {key: place.line for key, place in page.origins().items()} == {"a": 6, "b": 8}


def test_what_differs_stands_with_each() -> None:
    (page,) = pages_of([definition("a", description="one"), definition("b")], "out", {})
    assert page.raw.decode() == (
        "defaults:\n  namespace: agora\n  originName: Tests\n"
        "audiences:\n  a:\n    name: Name a\n    description: one\n  b:\n    name: Name b\n"
    )


def test_a_namespace_with_several_originnames_has_a_file_for_each() -> None:
    some = [definition("a", origin="One"), definition("b", origin="Two"), definition("c")]
    assert keys(*some) == {
        "out/agora-one.yaml": ("a",),
        "out/agora-tests.yaml": ("c",),
        "out/agora-two.yaml": ("b",),
    }


def test_files_that_are_there_get_what_is_theirs() -> None:
    folder = {
        "agora.yaml": f"{HEAD}audiences:\n  x: {{name: X}}\n".encode(),
        "agora-two.yaml": b"audiences:\n  y: {name: Y, namespace: agora, originName: Two}\n",
    }
    found = [definition("a", origin="One"), definition("b", origin="Two"), definition("c")]
    assert keys(*found, folder=folder) == {
        "out/agora-two.yaml": ("b",),
        "out/agora.yaml": ("a", "c"),
    }


def test_beside_what_nothing_can_be_added_to_a_new_file_is_made_and_used_from_then_on() -> None:
    folder: dict[str, bytes | None] = {
        "agora.yaml": f"{HEAD}audiences: {{x: {{name: X}}}}\n".encode(),
        "AGORA-2.yaml": None,
    }
    (page,) = pages_of([definition("a")], "out", folder)
    assert page.file == "out/agora-3.yaml"
    folder["agora-3.yaml"] = page.raw
    assert keys(definition("b"), folder=folder) == {"out/agora-3.yaml": ("b",)}


def test_what_fits_goes_into_the_file_and_the_rest_beside_it() -> None:
    head = "defaults: {namespace: agora, originName: Tests, description: d}\n"
    folder = {"agora.yaml": f"{head}audiences:\n  x: {{name: X}}\n".encode()}
    assert keys(definition("a"), definition("b", description="b"), folder=folder) == {
        "out/agora-2.yaml": ("a",),
        "out/agora.yaml": ("b",),
    }


def test_files_are_not_larger_than_what_is_read() -> None:
    long = "x" * 60_000
    count = pages.MAX_CHARACTERS // len(long) + 1
    found = keys(*(definition(f"k{n}", description=f"{n} {long}") for n in range(count)))
    assert list(map(len, found.values())) == [1, count - 1]


def test_a_long_description_of_all_is_not_repeated_beyond_what_manifests_take() -> None:
    long = "x" * 60_000
    (page,) = pages_of([definition(f"k{n}", description=long) for n in range(20)], "out", {})
    assert page.raw.count(long.encode()) == 20
