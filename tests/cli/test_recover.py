"""`state recover`: journal lines out of whatever kept them, as they were, once."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import ORG, Project

from aepctl.audience import Audience
from aepctl.emulator import Emulator
from aepctl.settings import Target
from aepctl.state.lines import encode_adopted, encode_header, encode_intent
from aepctl.state.model import Intent, Known

AT = "2026-01-31T12:00:00.000+00:00"
ODD = "one\u2028two\x85three\u2029four\x0cfive"  # what str.splitlines() takes for ends of lines


@pytest.fixture
def prod(project: Project, platform: Callable[..., Emulator]) -> Project:
    project.settle_on(platform())
    project.want("gold", "silver")
    return project


def journal(*keys: str, lineage: str = "L", description: str | None = None) -> str:
    target = Target(ORG, "prod", "https://platform.adobe.io")
    lines = [
        encode_adopted(key, Known(Audience(key, "agora", "Tests", description), f"A-{key}"), AT)
        for key in keys
    ]
    return "".join([encode_header(lineage, 0, target), *lines])


def here(prod: Project, text: str) -> str:
    """The text, for the target of the project."""
    endpoint = prod.root.joinpath("aepctl.yaml").read_text().split("ais_url: ")[1].split("/core")[0]
    return text.replace("https://platform.adobe.io", endpoint)


def test_audiences_whose_text_has_odd_ends_of_lines_come_back_as_they_were(prod: Project) -> None:
    prod.write("rescued", here(prod, journal("gold", description=ODD)))
    done = prod.run("state", "recover", "rescued")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("1 of 1 audiences taken into state.")
    assert prod.state()["audiences"]["gold"]["description"] == ODD


def test_lines_of_a_log_are_found_behind_what_the_log_puts_before_them(prod: Project) -> None:
    lines = here(prod, journal("gold", "silver")).splitlines()
    log = [f"2026-01-31T12:00:01.1234567Z [err] {line}\r" for line in ["error: full", *lines, ""]]
    prod.write("log", "\n".join(log))
    assert prod.run("state", "recover", "log").out.startswith("2 of 2 audiences")
    before = prod.state()
    assert prod.run("state", "recover", "log").out.startswith("0 of 2 audiences")
    assert prod.state() == before


@pytest.mark.parametrize("left", [1, 20, 120])
def test_a_journal_whose_writer_died_within_a_line_counts_up_to_there(
    prod: Project, left: int
) -> None:
    text = here(prod, journal("gold", "silver"))
    start = text.rindex('{"type"')
    prod.write("rescued", text[: start + 12 + left])
    done = prod.run("state", "recover", "rescued")
    assert done.code == 0, done.err
    assert "1 of 1 audiences taken into state; the last line is cut short" in done.out
    assert prod.ids() == {"gold": "A-gold"}


def test_a_last_line_that_is_whole_needs_no_line_feed(prod: Project) -> None:
    prod.write("rescued", here(prod, journal("gold")).rstrip("\n"))
    assert prod.run("state", "recover", "rescued").out.startswith("1 of 1 audiences taken into sta")
    assert prod.ids() == {"gold": "A-gold"}


def test_a_line_that_is_cut_short_before_others_is_refused(prod: Project) -> None:
    lines = here(prod, journal("gold", "silver")).splitlines()
    prod.write("rescued", "\n".join([lines[0], lines[1][:-9], lines[2], ""]))
    done = prod.run("state", "recover", "rescued")
    assert done.code == 1
    assert "rescued:2: not a journal line" in done.err
    assert not (prod.root / "state/prod.json").exists()


def test_open_intents_of_a_rescued_journal_are_open_here(prod: Project) -> None:
    intent = Intent("i-1", "silver", Audience("Name silver", "agora", "Tests"), AT)
    prod.write("rescued", here(prod, journal("gold")) + encode_intent(intent))
    assert prod.run("state", "recover", "rescued").code == 0
    listed = prod.run("state", "intents", "-o", "json").json["intents"]
    assert [one["key"] for one in listed] == ["silver"]


def test_lines_of_another_lineage_are_refused_and_nothing_changes(prod: Project) -> None:
    prod.write("ours", here(prod, journal("gold", lineage="ours")))
    prod.write("theirs", here(prod, journal("silver", lineage="theirs")))
    assert prod.run("state", "recover", "ours").code == 0
    before = Path(prod.root / "state/prod.json").read_bytes()
    done = prod.run("state", "recover", "theirs")
    assert done.code == 1
    assert "another state (lineage theirs, not ours)" in done.err
    assert Path(prod.root / "state/prod.json").read_bytes() == before
    assert json.loads(before)["lineage"] == "ours"
