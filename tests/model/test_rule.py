"""What breaks a rule, in words."""

import re

import pytest

from aepctl.model.rule import Length, Matches, OneOf, Required, Rule

AT = "aepctl.yaml:3"


@pytest.mark.parametrize(
    ("rule", "text", "said"),
    [
        (Required("description", AT), "x", None),
        (Required("description", AT), None, "is missing, and aepctl.yaml:3 asks for it"),
        (Matches("name", AT, re.compile("b")), "abc", None),
        (Matches("name", AT, re.compile("^b")), "abc", "is `abc`, which does not match `^b`"),
        (Matches("name", AT, re.compile("")), None, None),
        (Matches("name", AT, re.compile("")), "x" * 2_000, None),
        (
            Matches("name", AT, re.compile("")),
            "x" * 2_001,
            "has 2,001 characters: no pattern is tried on more than 2,000",
        ),
        (Length("name", AT, least=2), "é", "has 1 characters, fewer than 2"),
        (Length("name", AT, most=2), "☂☂☂", "has 3 characters, more than 2"),
        (Length("name", AT, least=2, most=2), "ab", None),
        (Length("name", AT, least=2), None, None),
        (OneOf("namespace", AT, ("agora", "crm")), "crm", None),
        (OneOf("namespace", AT, ("agora",)), None, None),
        (
            OneOf("namespace", AT, ("agora", "crm")),
            "agroa",
            "is `agroa`, which is not allowed; did you mean `agora`?",
        ),
        (OneOf("namespace", AT, ("agora",)), "x", "is `x`, which is not allowed"),
    ],
)
def test_what_is_said_of_a_text(rule: Rule, text: str | None, said: str | None) -> None:
    assert rule.breaks(text) == said
