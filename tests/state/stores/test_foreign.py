"""Threads that Python's own module of threads knows nothing of."""

import _thread
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
from google_server import GoogleObjects, google_server

from aepctl.state.stores.foreign import letting_go


def foreign(work: Callable[[], object]) -> None:
    """A thread that does this; return when it has begun."""
    begun = threading.Event()

    def run() -> None:
        begun.set()
        work()

    _thread.start_new_thread(run, ())
    assert begun.wait(20)


def test_a_thread_of_somebody_elses_is_waited_for() -> None:
    ended = threading.Event()
    with letting_go(20):
        foreign(lambda: (time.sleep(0.2), ended.set()))
    assert ended.is_set()


def test_also_where_an_error_is_on_its_way() -> None:
    ended = threading.Event()

    def fail() -> None:
        with letting_go(20):
            foreign(lambda: (time.sleep(0.2), ended.set()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert ended.is_set()


def test_but_not_for_ever_and_not_one_that_was_there_before_or_is_pythons_own() -> None:
    over = threading.Event()
    began = time.monotonic()
    with letting_go(0.05):
        foreign(lambda: over.wait(40))
    assert 0.05 <= time.monotonic() - began < 10
    with letting_go(40):
        own = threading.Thread(target=over.wait, args=(40,))
        own.start()
    assert time.monotonic() - began < 20
    over.set()
    own.join()


READS = """
import os
from aepctl.state.stores.objects import open_objects
open_objects("gs://states/rig.json", os.environ).get()
"""


@pytest.mark.rig
def test_a_program_that_ends_right_after_an_answer_is_not_aborted() -> None:
    """Without waiting, a third of them were."""
    with google_server(GoogleObjects()) as url:
        environ = {**os.environ, "STORAGE_EMULATOR_HOST": url}
        for _ in range(6):
            programs = [
                subprocess.Popen([sys.executable, "-c", READS], env=environ) for _ in range(4)
            ]
            assert [one.wait(60) for one in programs] == [0] * 4
