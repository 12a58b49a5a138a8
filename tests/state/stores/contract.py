"""What every store promises, told without knowing any. See aepctl/state/stores/base.py."""

import threading
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

import pytest

from aepctl.errors import StateLocked, StateNotWritten
from aepctl.state.stores.base import HeldStore, StateStore, Stored

WHO = {"pid": "42", "host": "runner-7", "since": "2026-01-31T12:00:00+00:00", "command": "apply"}


class Place(ABC):
    """Where one state is kept, for a test: it can be opened often, and be brought into trouble."""

    @abstractmethod
    def open(self) -> StateStore:
        """The store, as another process would open it."""

    @abstractmethod
    def tear(self, torn: bytes) -> None:
        """Leave this behind the log, as a process that is killed while it writes does."""

    @abstractmethod
    def full(self) -> AbstractContextManager[None]:
        """As long as it lasts, nothing can be made durable."""


def hold(store: StateStore, *, wait: float = 0.0) -> AbstractContextManager[HeldStore]:
    return store.hold(WHO, wait=wait)


class StoreContract:
    """A subclass gives the fixture `place`."""

    def test_where_nothing_was_written_nothing_is_read(self, place: Place) -> None:
        assert place.open().read() == Stored(None, None)
        with hold(place.open()) as held:
            assert held.read() == Stored(None, None)

    def test_what_is_appended_is_there_for_everybody_at_once(self, place: Place) -> None:
        with hold(place.open()) as held:
            held.append(b"one\n")
            assert place.open().read() == Stored(None, b"one\n")
            held.append("zwö\ndrei\n".encode())
            assert held.read() == place.open().read() == Stored(None, "one\nzwö\ndrei\n".encode())

    def test_the_log_of_a_process_that_was_killed_goes_on(self, place: Place) -> None:
        with hold(place.open()) as held:
            held.append(b"one\n")
        with hold(place.open()) as held:
            held.append(b"two\n")
        assert place.open().read().log == b"one\ntwo\n"

    @pytest.mark.parametrize("torn", [b"tor", b"x" * 5000])
    def test_a_torn_end_is_not_read_and_is_cut_off_by_the_next_append(
        self, place: Place, torn: bytes
    ) -> None:
        with hold(place.open()) as held:
            held.append(b"one\n")
        place.tear(torn)
        assert place.open().read().log == b"one\n"
        with hold(place.open()) as held:
            assert held.read().log == b"one\n"
            held.append(b"two\n")
        assert place.open().read().log == b"one\ntwo\n"

    def test_a_log_that_is_torn_in_its_first_line_is_there_but_empty(self, place: Place) -> None:
        with hold(place.open()) as held:
            held.append(b"one\n")
            held.checkpoint(b"document")
        place.tear(b"tor")
        assert not place.open().read().log
        with hold(place.open()) as held:
            held.append(b"two\n")
        assert place.open().read().log == b"two\n"

    def test_a_checkpoint_replaces_the_document_and_drops_the_log(self, place: Place) -> None:
        with hold(place.open()) as held:
            for document in (b"old", b"new"):
                held.append(b"line\n")
                held.checkpoint(document)
                assert held.read() == place.open().read() == Stored(document, None)

    def test_a_checkpoint_of_nothing_new_drops_the_log_alone(self, place: Place) -> None:
        with hold(place.open()) as held:
            held.checkpoint(b"old")
            held.append(b"line\n")
            held.checkpoint(None)
            assert held.read() == Stored(b"old", None)
            held.checkpoint(None)
        assert place.open().read() == Stored(b"old", None)

    def test_after_a_checkpoint_a_new_log_begins(self, place: Place) -> None:
        with hold(place.open()) as held:
            held.append(b"one\n")
            held.checkpoint(b"document")
            held.append(b"two\n")
        assert place.open().read() == Stored(b"document", b"two\n")

    def test_the_second_is_told_at_once_who_holds_it(self, place: Place) -> None:
        with hold(place.open()):
            with pytest.raises(StateLocked) as caught, hold(place.open()):
                raise AssertionError("two hold the store")
            assert caught.value.message.startswith(
                f"{place.open().where} is locked by `{WHO['command']}`"
            )

    def test_the_lock_is_free_afterwards_and_after_an_error(self, place: Place) -> None:
        for _ in range(2):
            with pytest.raises(ZeroDivisionError), hold(place.open()):
                raise ZeroDivisionError
        with hold(place.open()):
            pass

    def test_waiting_takes_the_lock_when_it_is_given_back(self, place: Place) -> None:
        first = hold(place.open())
        first.__enter__().append(b"one\n")
        threading.Timer(0.1, lambda: first.__exit__(None, None, None)).start()
        with hold(place.open(), wait=30) as held:
            assert held.read().log == b"one\n"

    def test_waiting_ends_after_the_time_that_was_given(self, place: Place) -> None:
        with hold(place.open()), pytest.raises(StateLocked), hold(place.open(), wait=0.05):
            raise AssertionError("two hold the store")

    def test_it_can_be_read_while_somebody_holds_it(self, place: Place) -> None:
        with hold(place.open()) as held:
            held.append(b"one\n")
            held.checkpoint(b"document")
            held.append(b"two\n")
            assert place.open().read() == Stored(b"document", b"two\n")

    def test_once_the_lock_is_given_back_nothing_is_written_any_more(self, place: Place) -> None:
        with hold(place.open()) as held:
            held.append(b"one\n")
        with hold(place.open()) as other:
            other.append(b"two\n")
            for late in (
                lambda: held.append(b"late\n"),
                lambda: held.checkpoint(b"late"),
                lambda: held.checkpoint(None),
                held.read,
                held.check,
            ):
                with pytest.raises(StateNotWritten) as caught:
                    late()
                assert caught.value.reason == "its lock was given back"
                assert caught.value.message.endswith(": cannot be written: its lock was given back")
            assert other.read() == Stored(None, b"one\ntwo\n")

    @pytest.mark.rig
    def test_eight_at_once_take_turns_and_lose_nothing(self, place: Place) -> None:
        def work() -> None:
            for _ in range(3):
                with hold(place.open(), wait=60) as held:
                    held.append(b"line\n")
                    before = int(held.read().document or b"0")
                    held.checkpoint(str(before + 1).encode())

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert place.open().read() == Stored(b"24", None)

    def test_an_append_that_fails_does_not_count_and_says_why(self, place: Place) -> None:
        with hold(place.open()) as held:
            held.append(b"one\n")
            with place.full(), pytest.raises(StateNotWritten) as caught:
                held.append(b"two, which does not fit\n")
            assert caught.value.reason == "No space left on device"
            assert caught.value.message.endswith(": cannot be written: No space left on device")
            assert held.read().log == b"one\n"
            held.append(b"three\n")
        assert place.open().read().log == b"one\nthree\n"

    def test_a_checkpoint_that_fails_leaves_the_log(self, place: Place) -> None:
        with hold(place.open()) as held:
            held.checkpoint(b"old")
            held.append(b"one\n")
            with place.full(), pytest.raises(StateNotWritten) as caught:
                held.checkpoint(b"new")
            assert caught.value.reason == "No space left on device"
            assert held.read().log == b"one\n"
            assert held.read().document in {b"old", b"new"}
            held.checkpoint(b"newer")
            assert held.read() == Stored(b"newer", None)
