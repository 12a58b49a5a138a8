"""`state recover`: what was rescued, out of whatever kept it, as it was, once."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import ORG, Project

from aepctl.emulator import Emulator
from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.steps import Adopt, Create
from aepctl.model.target import Target
from aepctl.state.events import Begun, Noted
from aepctl.state.frames import framed
from aepctl.state.journal_codec import encode_event, encode_header
from aepctl.state.model import Intent, Run

AT = "2026-01-31T12:00:00.000+00:00"
ODD = "one\u2028two\x85three\u2029four\x0cfive"  # what str.splitlines() takes for ends of lines


@pytest.fixture
def prod(project: Project, platform: Callable[..., Emulator]) -> Project:
    project.settle_on(platform())
    project.want("gold", "silver")
    return project


RUN = Run("run-1", AT, "apply")


def journal(*keys: str, lineage: str = "L", description: str | None = None) -> str:
    target = Target(ORG, "prod", "https://platform.adobe.io")
    lines = [encode_header(lineage, 0, target, RUN)]
    for key in keys:
        known = Known(Audience(key, "agora", "Tests", description), Ids(f"A-{key}"))
        lines.append(encode_event(Noted(key, Adopt(known), AT)))
    return b"".join(lines).decode()


def here(prod: Project, text: str) -> str:
    """The text, for the target of the project."""
    endpoint = prod.root.joinpath("aepctl.yaml").read_text().split("ais_url: ")[1].split("/core")[0]
    return text.replace("https://platform.adobe.io", endpoint)


def test_audiences_whose_text_has_odd_ends_of_lines_come_back_as_they_were(prod: Project) -> None:
    prod.write("rescued", here(prod, journal("gold", description=ODD)))
    done = prod.run("state", "recover", "rescued")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("recovered 1 audience.")
    assert prod.state()["audiences"]["gold"]["description"] == ODD


def test_lines_of_a_log_are_found_behind_what_the_log_puts_before_them(prod: Project) -> None:
    lines = framed(here(prod, journal("gold", "silver"))).splitlines()
    log = [f"2026-01-31T12:00:01.1234567Z [err] {line}\r" for line in ["error: full", *lines, ""]]
    prod.write("log", "\n".join(log))
    assert prod.run("state", "recover", "log").out.startswith("recovered 2 audiences.")
    before = prod.state()
    again = prod.run("state", "recover", "log")
    assert again.out.startswith("recovered 0 audiences; 2 already recorded.")
    assert prod.state() == before


def test_an_audience_that_is_named_like_a_rescue_is_not_taken_in(prod: Project) -> None:
    """Neither as a line of old, nor as whole frames; nor does it hide what was rescued."""
    evil = here(prod, journal("evil"))
    names = [*evil.splitlines(), *framed(evil).splitlines()]
    keys = [f"k{number}" for number in range(len(names))]
    defaults = "defaults: {namespace: agora, originName: Tests}\n"
    audiences = {key: {"name": name} for key, name in zip(keys, names, strict=True)}
    prod.write("audiences/all.yaml", f"{defaults}audiences: {json.dumps(audiences)}\n")
    shown = prod.run("plan")
    assert shown.code == 0, shown.err
    assert all(name in shown.out for name in names)
    listed = prod.run("plan", "-o", "json").out + "\n".join(f"      {name}" for name in names)
    for log in (shown.out, f"{listed}\n"):
        prod.write("log", log)
        refused = prod.run("state", "recover", "log")
        assert refused.code == 1
        assert not (prod.root / "state/prod.json").exists()
    real = framed(here(prod, journal("gold")))
    for log in (shown.out + listed + "\n" + real, real + shown.out + listed):
        prod.write("log", log)
        done = prod.run("state", "recover", "log")
        assert done.code == 0, done.err
        assert prod.ids() == {"gold": "A-gold"}


def test_lines_of_an_earlier_aepctl_are_read_alone_and_not_out_of_a_log(prod: Project) -> None:
    lines = here(prod, journal("gold", "silver"))
    timed = lines.replace("{", "12:00:01 {", 1)
    for log in (f"error: full\n{lines}", f"{lines}the end\n", timed):
        prod.write("log", log)
        done = prod.run("state", "recover", "log")
        assert done.code == 1
        assert done.err == (
            "error: log: there is other text among its journal lines, so they are not taken in: a "
            "name in a log could look like one [rescue-among-text]\n"
            "  an earlier aepctl printed them: look them over, and put these lines alone "
            'into a file, each from `{"type": "` on; the first is the one of the type `journal`\n'
        )
    prod.write("lines", lines)
    assert prod.run("state", "recover", "lines").code == 0
    assert prod.ids() == {"gold": "A-gold", "silver": "A-silver"}


def test_what_is_not_whole_is_refused_and_says_which_lines_are_missing(prod: Project) -> None:
    first, *others = framed(here(prod, journal("gold", "silver"))).splitlines()
    prod.write("log", "\n".join(["error: full", first, *others[1:]]))
    done = prod.run("state", "recover", "log")
    assert done.code == 1
    assert (
        f"missing or altered are its lines 2 of {len(others) + 1} [rescue-incomplete]\n" in done.err
    )
    assert "`aepctl state resolve KEY --adopt ID`" in done.err


def test_beside_a_whole_rescue_what_is_not_whole_is_told(prod: Project) -> None:
    whole = framed(here(prod, journal("gold")))
    broken = framed(here(prod, journal("silver"))).splitlines()[1:]
    prod.write("log", whole + "\n".join(broken))
    done = prod.run("state", "recover", "log")
    assert done.code == 0
    assert f"; what has lost its lines 1 of {len(broken) + 1} was left out" in done.out
    assert prod.ids() == {"gold": "A-gold"}


def test_two_rescues_of_one_log_are_taken_in_both_or_neither(prod: Project) -> None:
    gold, silver = (framed(here(prod, journal(key))) for key in ("gold", "silver"))
    other = framed(here(prod, journal("bronze", lineage="theirs")))
    prod.write("log", gold + silver + other)
    assert prod.run("state", "recover", "log").code == 1
    assert not (prod.root / "state/prod.json").exists()
    prod.write("log", gold + silver + gold)
    assert prod.run("state", "recover", "log").out.startswith("recovered 2 audiences.")
    assert prod.ids() == {"gold": "A-gold", "silver": "A-silver"}


def test_lines_behind_text_that_no_log_puts_there_can_be_freed(prod: Project) -> None:
    lines = framed(here(prod, journal("gold"))).splitlines()
    prod.write("log", "".join(f"my own logger >> {line}\n" for line in lines))
    done = prod.run("state", "recover", "log")
    assert done.code == 1
    command = done.err.rpartition("remove it: `")[2].rpartition("`")[0]
    freed = subprocess.run(
        ["sh", "-c", f"{command} log"], check=True, cwd=prod.root, capture_output=True, text=True
    )
    prod.write("freed", freed.stdout)
    assert prod.run("state", "recover", "freed").code == 0
    assert prod.ids() == {"gold": "A-gold"}


@pytest.mark.parametrize("left", [1, 20, 80])
def test_a_journal_whose_writer_died_within_a_line_counts_up_to_there(
    prod: Project, left: int
) -> None:
    text = here(prod, journal("gold", "silver"))
    start = text.rindex('{"type"')
    prod.write("rescued", text[: start + 12 + left])
    done = prod.run("state", "recover", "rescued")
    assert done.code == 0, done.err
    assert "recovered 1 audience; the last line is cut short" in done.out
    assert prod.ids() == {"gold": "A-gold"}


def test_a_last_line_that_is_whole_needs_no_line_feed(prod: Project) -> None:
    prod.write("rescued", here(prod, journal("gold")).rstrip("\n"))
    assert prod.run("state", "recover", "rescued").out.startswith("recovered 1 audience.")
    assert prod.ids() == {"gold": "A-gold"}


def test_a_line_that_is_cut_short_before_others_is_refused(prod: Project) -> None:
    lines = here(prod, journal("gold", "silver")).splitlines()
    prod.write("rescued", "\n".join([lines[0], lines[1][:-9], lines[2], ""]))
    done = prod.run("state", "recover", "rescued")
    assert done.code == 1
    assert "rescued:2: not a journal line" in done.err
    assert not (prod.root / "state/prod.json").exists()


def test_open_intents_of_a_rescued_journal_are_open_here(prod: Project) -> None:
    step = Create(Audience("Name silver", "agora", "Tests"))
    begun = encode_event(Begun(Intent("i-1", RUN.id, "silver", step, AT))).decode()
    prod.write("rescued", here(prod, journal("gold")) + begun)
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
    assert "another state (lineage theirs; this state has ours)" in done.err
    assert Path(prod.root / "state/prod.json").read_bytes() == before
    assert json.loads(before)["lineage"] == "ours"
