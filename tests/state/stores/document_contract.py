"""What every shared engine promises, told without knowing any: see stores/documents.py."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

import pytest

from aepctl.errors import StateError, StateNotWritten, StateUnreachable
from aepctl.state.stores.documents import DocumentStore, MaybeWritten, Overtaken

NOTE = "apply: 2 created\n\nrun 4711"
BIG = b'{"audiences": "' + b"x" * 2_000_000 + b'"}\n'


class Shared(ABC):
    """An engine with a place for one document, for a test: open it often, bring it into trouble."""

    @abstractmethod
    def open(self) -> DocumentStore:
        """The store, as another process on another machine would open it."""

    @abstractmethod
    def missing(self) -> DocumentStore:
        """One whose surroundings are not there: no such bucket, repository, table or server path.

        A `get` is an error that says so, never None.
        """

    @abstractmethod
    def forbidden(self) -> DocumentStore | None:
        """One with credentials that may do nothing; None where this engine knows none."""

    @abstractmethod
    def unreachable(self) -> DocumentStore:
        """One where nobody answers."""

    @abstractmethod
    def losing_the_answer(self) -> AbstractContextManager[DocumentStore]:
        """One whose next write is committed, but its answer is cut off."""

    @abstractmethod
    def secret(self) -> str | None:
        """A credential that these stores use and never show; None: there is none."""


class DocumentStoreContract:
    """A subclass gives the fixture `shared`."""

    def test_where_nothing_was_written_there_is_none(self, shared: Shared) -> None:
        assert shared.open().get() is None

    def test_what_is_written_is_there_for_everybody_under_its_version(self, shared: Shared) -> None:
        version = shared.open().put(b'{"serial": 1}\n', None, NOTE)
        for store in (shared.open(), shared.open()):
            found = store.get()
            assert found is not None
            assert (found.data, found.version) == (b'{"serial": 1}\n', version)

    def test_each_write_has_a_version_of_its_own_also_with_the_same_bytes(
        self, shared: Shared
    ) -> None:
        store = shared.open()
        versions = [store.put(b'{"write_id": "1"}\n', None, NOTE)]
        for number in range(3):
            data = b'{"write_id": "%d"}\n' % (number + 2)
            versions.append(store.put(data, versions[-1], NOTE))
        assert len(set(versions)) == 4
        found = shared.open().get()
        assert found is not None
        assert (found.data, found.version) == (b'{"write_id": "4"}\n', versions[-1])

    def test_the_first_write_loses_where_a_document_is_there(self, shared: Shared) -> None:
        shared.open().put(b"{}\n", None, NOTE)
        with pytest.raises(Overtaken):
            shared.open().put(b'{"late": 1}\n', None, NOTE)
        found = shared.open().get()
        assert found is not None
        assert found.data == b"{}\n"

    def test_a_late_writer_loses_however_often_it_tries(self, shared: Shared) -> None:
        late, winner = shared.open(), shared.open()
        old = late.put(b'{"n": 1}\n', None, NOTE)
        late.get()
        new = winner.put(b'{"n": 2}\n', old, NOTE)
        for _ in range(3):
            with pytest.raises(Overtaken) as caught:
                late.put(b'{"n": 3}\n', old, NOTE)
            assert caught.value.message.startswith(f"{late.where}: cannot be written: ")
        found = late.get()
        assert found is not None
        assert (found.data, found.version) == (b'{"n": 2}\n', new)
        late.put(b'{"n": 4}\n', new, NOTE)

    def test_a_write_upon_what_is_gone_or_never_was_loses(self, shared: Shared) -> None:
        first = shared.open()
        version = first.put(b"{}\n", None, NOTE)
        made_up = version[:-1] + ("0" if version[-1] != "0" else "1")
        with pytest.raises(StateNotWritten) as caught:
            shared.open().put(b'{"n": 1}\n', made_up, NOTE)
        assert not isinstance(caught.value, MaybeWritten)
        found = shared.open().get()
        assert found is not None
        assert found.data == b"{}\n"

    def test_any_bytes_of_a_document_come_back_as_they_were(self, shared: Shared) -> None:
        data = '{"name": "Zürich \U0001f600 \u2028 \\u0000"}\r\n{}\n\n'.encode()
        shared.open().put(
            data, None, "wörter — mit \U0001f600\n\n'quotes' \"and\" $HOME `x`\n-- --"
        )
        found = shared.open().get()
        assert found is not None
        assert found.data == data

    def test_two_megabytes_come_back_whole(self, shared: Shared) -> None:
        shared.open().put(BIG, None, NOTE)
        found = shared.open().get()
        assert found is not None
        assert found.data == BIG

    def test_a_lost_answer_is_neither_success_nor_failure(self, shared: Shared) -> None:
        version = shared.open().put(b'{"n": 1}\n', None, NOTE)
        with shared.losing_the_answer() as store, pytest.raises(MaybeWritten):
            store.put(b'{"n": 2}\n', version, NOTE)
        found = shared.open().get()
        assert found is not None
        assert found.data == b'{"n": 2}\n'

    def test_an_unreachable_store_is_an_error_and_never_empty(self, shared: Shared) -> None:
        store = shared.unreachable()
        with pytest.raises(StateError) as caught:
            store.get()
        assert caught.value.message.startswith(f"{store.where}: cannot be read: ")
        without_network = store.where.startswith(("memory:", "git:file:"))
        assert isinstance(caught.value, StateUnreachable) != without_network
        with pytest.raises(StateNotWritten) as refused:
            store.put(b"{}\n", None, NOTE)
        assert not isinstance(refused.value, Overtaken)

    def test_a_missing_surrounding_is_an_error_and_never_empty(self, shared: Shared) -> None:
        store = shared.missing()
        with pytest.raises(StateError) as caught:
            store.get()
        assert caught.value.hint
        with pytest.raises(StateNotWritten) as refused:
            store.put(b"{}\n", None, NOTE)
        assert not isinstance(refused.value, Overtaken)

    def test_forbidden_is_an_error_and_never_empty(self, shared: Shared) -> None:
        shared.open().put(b"{}\n", None, NOTE)
        store = shared.forbidden()
        if store is None:
            pytest.skip("this engine has no credentials of its own")
        with pytest.raises(StateError) as caught:
            store.get()
        assert not isinstance(caught.value, StateUnreachable)
        assert caught.value.hint
        with pytest.raises(StateNotWritten) as refused:
            store.put(b"{}\n", None, NOTE)
        assert not isinstance(refused.value, Overtaken)

    def test_no_message_shows_a_credential(self, shared: Shared) -> None:
        secret = shared.secret()
        if secret is None:
            pytest.skip("this engine has no credentials of its own")
        told = [shared.open().where]
        tries: list[Callable[[], object]] = []
        for store in (shared.unreachable(), shared.missing(), shared.forbidden()):
            if store is not None:
                tries += [store.get, lambda store=store: store.put(b"{}\n", None, NOTE)]
        for attempt in tries:
            try:
                attempt()
            except StateError as error:
                told += [error.message, error.hint or "", repr(error)]
                chained: BaseException | None = error
                while chained is not None:
                    told.append(str(chained))
                    chained = chained.__cause__
        assert not any(secret in text for text in told)

    def test_preparing_twice_is_no_error_and_writes_no_document(self, shared: Shared) -> None:
        for _ in range(2):
            shared.open().prepare()
        assert shared.open().get() is None
        shared.open().put(b"{}\n", None, NOTE)
        shared.open().prepare()
        found = shared.open().get()
        assert found is not None
        assert found.data == b"{}\n"

    @pytest.mark.rig
    def test_eight_at_once_lose_nothing(self, shared: Shared) -> None:
        """Each of 8 counts to 4, by reading and replacing until it is not overtaken."""
        shared.open().put(b"0", None, NOTE)

        def work() -> None:
            store, done = shared.open(), 0
            while done < 4:
                try:
                    before = store.get()
                except StateUnreachable:  # a server of tests may stumble over so many
                    continue
                assert before is not None
                with suppress(Overtaken):
                    store.put(b"%d" % (int(before.data) + 1), before.version, NOTE)
                    done += 1

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = shared.open().get()
        assert found is not None
        assert found.data == b"32"
