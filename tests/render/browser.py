"""A real headless Chromium, driven over its DevTools pipe. No dependency but the browser."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars --mute-audio "
    "--no-first-run --disable-extensions --disable-background-networking --remote-debugging-pipe"
)
START = 'exec "$0" "$@" 3<&{ask} 4>&{answer} 2>/dev/null'


class Browser:
    """One page. `requests` are the addresses it asked for, `messages` what its console said."""

    def __init__(self, ask: int, answer: int) -> None:
        self._ask, self._answer = ask, answer
        self._rest, self._count, self._session = b"", 0, ""
        self.requests: list[str] = []
        self.messages: list[str] = []
        self._loaded = False
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask the browser for something and wait for its answer."""
        self._count += 1
        asked = {"id": self._count, "method": method, "params": params}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._ask, json.dumps(asked).encode() + b"\0")
        while (said := self._next()).get("id") != self._count:
            self._note(said)
        if "error" in said:
            raise RuntimeError(f"{method}: {said['error']}")
        return said["result"]

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        self.requests.clear()
        self.messages.clear()
        self._loaded = False
        self.call("Page.navigate", url=address)
        while not self._loaded:
            self._note(self._next())

    def js(self, expression: str) -> Any:
        """The value of an expression in the page, awaited."""
        said = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in said:
            raise RuntimeError(said["exceptionDetails"])
        return said["result"].get("value")

    def press(self, key: str, text: str = "", modifiers: int = 0) -> None:
        """A real key press."""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}
        code = codes.get(key, ord(key[0].upper()))
        text = text or {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        common = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text: str) -> None:
        for character in text:
            self.press(character)

    def look(self, width: int, height: int, *, dark: bool = False) -> None:
        """The size of the window, and the colour scheme that its owner prefers."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._answer, 1 << 20)
            if not more:
                raise RuntimeError("the browser has gone")
            self._rest += more
        said, self._rest = self._rest.split(b"\0", 1)
        return json.loads(said)

    def _note(self, said: dict[str, Any]) -> None:
        params = said.get("params", {})
        match said.get("method"):
            case "Page.loadEventFired":
                self._loaded = True
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Runtime.exceptionThrown":
                self.messages.append(str(params["exceptionDetails"]))
            case "Log.entryAdded":
                self.messages.append(params["entry"]["text"])
            case "Runtime.consoleAPICalled":
                self.messages.append(str(params["args"]))


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser; end it, and remove what it wrote."""
    ask_read, ask = os.pipe()
    answer, answer_write = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = START.format(ask=ask_read, answer=answer_write)
        flags = [*FLAGS.split(), f"--user-data-dir={folder}"]
        process = subprocess.Popen(
            ["bash", "-c", command, CHROMIUM, *flags], pass_fds=(ask_read, answer_write)
        )
        os.close(ask_read)
        os.close(answer_write)
        try:
            yield Browser(ask, answer)
        finally:
            os.close(ask)
            os.close(answer)
            process.terminate()
            process.wait()
