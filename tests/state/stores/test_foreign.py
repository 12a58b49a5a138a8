"""Threads that Python's own module of threads knows nothing of."""

import _thread
import os
import subprocess
import sys
import threading
import time

import pytest
from google_server import GoogleObjects, google_server

from aepctl.state.stores.foreign import let_go


def test_a_thread_of_somebody_elses_is_waited_for() -> None:
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        time.sleep(0.2)
        ended.set()

    _thread.start_new_thread(work, ())
    assert begun.wait(20)
    let_go(20)
    assert ended.is_set()


def test_but_not_for_ever() -> None:
    begun, over = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        over.wait(20)

    _thread.start_new_thread(work, ())
    assert begun.wait(20)
    began = time.monotonic()
    let_go(0.05)
    assert 0.05 <= time.monotonic() - began < 10
    over.set()
    let_go(20)


def test_threads_of_pythons_own_are_not_waited_for() -> None:
    over = threading.Event()
    thread = threading.Thread(target=over.wait, args=(20,))
    thread.start()
    began = time.monotonic()
    let_go(20)
    assert time.monotonic() - began < 10
    over.set()
    thread.join()


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
