"""How fmt writes a manifest: what is moved, what is spelled otherwise, and what stays."""

import re

import pytest
from goldens import DATA

from aepctl.manifests.formatted import formatted

CASES = dict(
    re.findall(r"^== (.*)\n((?:(?!== ).*\n)*)", (DATA / "fmt.txt").read_text(), re.MULTILINE)
)


def written(text: str, *, settings: bool = False) -> str:
    result = formatted("a.yaml", text.encode(), settings=settings)
    assert result.problems == ()
    return result.after.decode()


@pytest.mark.parametrize("name", CASES)
def test_what_becomes_of_a_manifest(name: str) -> None:
    text, becomes, expected = CASES[name].partition("-- becomes\n")
    assert written(text) == (expected if becomes else text)


def test_blanks_and_line_ends_of_other_systems_go_as_a_byte_order_mark_does() -> None:
    text = (
        "\ufeff\r\n\r\naudiences:  \t \r\n     a:\r\n           name:   A\t# b\t\r\n  \r\n\r\n"
        "           namespace: x\r\n           originName: z\r\n\r\n"
    )
    expected = "audiences:\n  a:\n    name: A # b\n\n    namespace: x\n    originName: z\n"
    assert written(text) == expected
    assert written(text.replace("\n", "")) == expected  # as old Macintoshes had it


def test_settings_keep_their_order_and_their_quotation_marks() -> None:
    text = (
        "environments: # all\n    prod:\n        max_creates:   500\n        protected: 'true'\n"
        '        org: "${ORG}"\n        sandbox: >-\n            prod\nmanifests: a\n'
    )
    assert written(text, settings=True) == (
        "environments: # all\n  prod:\n    max_creates: 500\n    protected: 'true'\n"
        '    org: "${ORG}"\n    sandbox: prod\nmanifests: a\n'
    )


@pytest.mark.parametrize(
    "text", ["# nothing\n", "", "---\n# nothing\n", "~ # nothing\n", "{ # nothing\n}"]
)
def test_settings_may_say_nothing(text: str) -> None:
    assert "# nothing" in written(f"\n{text}\n", settings=True) or not text
