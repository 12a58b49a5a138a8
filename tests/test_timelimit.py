"""An end for what may take for ever."""

import re
import signal
import threading

import pytest
from projects import Project

from aepctl.manifests import read_manifests
from aepctl.manifests.everywhere import Settings, troubles
from aepctl.model.rule import Matches
from aepctl.timelimit import TooSlow, at_most

FOR_EVER = re.compile(r"^([A-Z]\w* ?)+$")
TEXT = f"{'A' * 60}!"


def test_a_pattern_is_ended() -> None:
    with pytest.raises(TooSlow), at_most(0.01):
        FOR_EVER.search(TEXT)
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGVTALRM) is signal.SIG_DFL


def test_what_is_soon_done_is_left_alone() -> None:
    with at_most(60):
        assert FOR_EVER.search("Gold")


def test_another_thread_has_no_limit() -> None:
    done = []

    def work() -> None:
        with at_most(60):
            done.append(signal.getitimer(signal.ITIMER_VIRTUAL))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [(0.0, 0.0)]


def test_a_rule_that_takes_too_long_is_a_problem_of_the_settings(project: Project) -> None:
    head = "defaults: {namespace: agora, originName: Agora}\naudiences:\n"
    project.write("audiences/a.yaml", f"{head}  a: {{name: x}}\n  b: {{name: {TEXT}}}\n")
    rules = (Matches("name", "aepctl.yaml:7", FOR_EVER), Matches("key", "x:1", re.compile("^a")))
    settings = Settings(rules=rules, limit=lambda: at_most(0.01))
    told = troubles(read_manifests("audiences"), settings)
    found = [(one.origin.file, one.rule, one.message) for one in told]
    assert found[1] == (
        "aepctl.yaml",
        "rule-too-slow",
        "the pattern of `name` takes too long: it was given up at `b`",
    )
    assert [rule for _, rule, _ in found] == ["rule-pattern", "rule-too-slow", "rule-pattern"]
