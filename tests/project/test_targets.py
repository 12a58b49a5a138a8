"""Settings under which things would be made twice are refused, wherever the file is read."""

import pytest
from project_samples import load, problems, project_of
from projects import Project

from aepctl.errors import InvalidInput
from aepctl.project.targets import origin

pytestmark = pytest.mark.usefixtures("folder")

SAME = "org: ORG@AdobeOrg, sandbox: dev"
HERE = "ais_url: 'http://{0}:8765/a', ups_url: 'http://{0}:8765/u'"


def two(one: str, other: str) -> str:
    return f"environments:\n  one: {{{one}}}\n  two: {{{other}}}\n"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SAME, SAME),
        (f"{SAME}, state: a.json", f"{SAME}, state: b.json"),
        ("sandbox: dev", "sandbox: dev"),
        (SAME, "org: ' ORG@AdobeOrg ', sandbox: 'dev '"),
        (SAME, "org: org@AdobeOrg, sandbox: DEV"),
        (SAME, f"{SAME}, ais_url: 'https://PLATFORM.adobe.io:443/data/core/ais'"),
        (f"{SAME}, {HERE.format('127.0.0.1')}", f"{SAME}, {HERE.format('localhost')}"),
        (f"{SAME}, {HERE.format('[::1]')}", f"{SAME}, {HERE.format('127.0.0.1')}"),
    ],
    ids=str,
)
def test_one_target_with_two_states_is_refused(one: str, other: str) -> None:
    ((line, column, message, hint),) = problems(two(one, other))
    assert (line, column) == (3, 3)
    assert message.startswith("`two` has the organisation, sandbox and endpoint of `one`, but an")
    assert hint is not None
    assert hint.startswith("remove one of the two, or write `state: ")


def test_one_between_them_that_is_nobody_elses_hides_nothing() -> None:
    between = "endpoint: emulator, sandbox: dev"
    text = f"environments:\n  one: {{{SAME}}}\n  local: {{{between}}}\n  two: {{{SAME}}}\n"
    assert [line for line, *_ in problems(text)] == [4]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (two(SAME, SAME), "same-target"),
        (two(f"{SAME}, ais_url: 'https://x.example/a'", "sandbox: dev"), "two-platforms"),
    ],
)
def test_each_has_a_name_for_reports(text: str, rule: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        project_of(text)
    assert [one.rule for one in caught.value.problems] == [rule]


def test_the_line_to_paste_mends_it() -> None:
    ((_, _, _, hint),) = problems(two(SAME, SAME))
    assert hint == "remove one of the two, or write `state: state/one.json` for `two`"
    assert len(project_of(two(SAME, f"{SAME}, state: state/one.json")).environments) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SAME, "org: ORG@AdobeOrg, sandbox: prod"),
        (SAME, "org: OTHER, sandbox: dev"),
        (f"{SAME}, state: a.json", f"{SAME}, state: ./a.json"),
        ("org: ORG", "org: ORG"),  # a variable chooses the sandbox: which, nobody knows here
        ("endpoint: emulator, sandbox: dev", "endpoint: emulator, sandbox: dev"),
        (SAME, f"{SAME}, ais_url: 'https://x.example/a', ups_url: 'https://x.example/u'"),
        (SAME, "endpoint: emulator, org: ORG@AdobeOrg, sandbox: dev"),
        (
            f"{SAME}, {HERE.format('localhost')}",
            f"{SAME}, {HERE.format('localhost').replace('8765', '8766')}",
        ),
    ],
    ids=str,
)
def test_others_are_fine(one: str, other: str) -> None:
    assert len(project_of(two(one, other)).environments) == 2


@pytest.mark.parametrize(
    ("given", "left", "paste"),
    [
        ("ais_url", "ups_url", "ups_url: https://x.example/data/core/ups"),
        ("ups_url", "ais_url", "ais_url: https://x.example/core/ais"),
    ],
)
def test_one_address_elsewhere_and_the_other_left_is_refused(
    given: str, left: str, paste: str
) -> None:
    text = f"environments:\n  dev:\n    org: O\n    sandbox: s\n    {given}: https://x.example/a\n"
    ((line, _, message, hint),) = problems(text)
    assert line == 5
    assert message == (
        f"`{given}` is set, but `{left}` is left at https://platform.adobe.io: audiences would be "
        "looked up in one place and created in another"
    )
    assert hint == f"write `{paste}` as well, or whatever it is there"
    assert project_of(f"{text}    {paste}\n").environments


@pytest.mark.parametrize(
    "fields",
    [
        "ais_url: 'https://platform.adobe.io/data/core/ais'",
        "ais_url: 'https://platform.adobe.io:443/data/core/ais'",
        "ups_url: 'HTTPS://Platform.Adobe.IO/data/core/ups'",
        "ais_url: 'https://a.example', ups_url: 'https://b.example'",
        "ims_url: 'https://ims.example'",
        "endpoint: emulator, ais_url: 'https://a.example'",
    ],
)
def test_another_path_or_both_addresses_are_fine(fields: str) -> None:
    assert (
        load(f"environments: {{dev: {{org: ORG@AdobeOrg, sandbox: dev, {fields}}}}}").name == "dev"
    )


@pytest.mark.parametrize("words", [("validate",), ("plan",), ("apply", "--auto-approve")])
def test_every_command_refuses(project: Project, words: tuple[str, ...]) -> None:
    project.write("aepctl.yaml", two(SAME, SAME))
    project.want("gold")
    env = () if words == ("validate",) else ("--env", "one")
    result = project.run(*env, *words)
    assert result.code == 1
    assert "aepctl.yaml:3:3: `two` has the organisation" in result.out + result.err


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://Platform.Adobe.io/x", "https://platform.adobe.io"),
        ("https://platform.adobe.io:443", "https://platform.adobe.io"),
        ("http://127.0.0.1:80/", "http://localhost"),
        ("http://[::1]:8765/core", "http://localhost:8765"),
        ("http://LOCALHOST:8765", "http://localhost:8765"),
        ("http://127.0.0.2:8765", "http://127.0.0.2:8765"),
    ],
)
def test_an_origin_has_one_spelling(url: str, same: str) -> None:
    assert origin(url) == same


def test_a_variable_left_in_the_shell_pins_no_state(project: Project) -> None:
    project.write("aepctl.yaml", "environments: {prod: {endpoint: emulator, sandbox: prod}}\n")
    project.want("gold")
    project.setenv("AEP_SANDBOX", "dev")
    for words in (("plan",), ("apply", "--auto-approve"), ("state", "intents")):
        result = project.run("--env", "prod", *words)
        assert result.code == 3
        assert "AEP_SANDBOX is `dev`, but `prod` has the sandbox `prod` in aepctl.yaml" in (
            result.err
        )
    assert not (project.root / "state").exists()
    project.setenv("AEP_SANDBOX", "prod")
    assert project.apply().code == 0
    assert project.state()["target"]["sandbox"] == "prod"
