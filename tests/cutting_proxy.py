"""A TCP proxy that does something wicked as soon as some words come by on the way to the server."""

import socket
import threading
from contextlib import suppress
from enum import Enum
from typing import Self


class Wicked(Enum):
    """What is done when the words come by."""

    CUT_BEFORE = "the server never sees them"
    CUT_AFTER = "the server's answer to them is cut off"
    HANG = "they arrive, and no answer ever comes back"
    DEAF = "not even the first byte is answered"


class CuttingProxy:
    """`words`: what in the client's bytes brings the trouble on."""

    def __init__(self, port: int, what: Wicked, *words: bytes) -> None:
        self._to, self._what, self._words = port, what, words
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.struck = threading.Event()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, client: socket.socket) -> None:
        if self._what is Wicked.DEAF:
            with client:
                self._over.wait()
            return
        with client, socket.create_connection(("127.0.0.1", self._to)) as server:
            back = threading.Thread(target=self._back, args=(server, client), daemon=True)
            back.start()
            with suppress(OSError):
                while data := client.recv(65536):
                    if any(word in data for word in self._words):
                        self.struck.set()
                        if self._what is Wicked.CUT_BEFORE:
                            break
                    server.sendall(data)
            if self._what is Wicked.HANG and self.struck.is_set():
                self._over.wait()
            for one in (client, server):
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            back.join()

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if self.struck.is_set():
                    if self._what is Wicked.HANG:
                        self._over.wait()
                    break
                client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
