"""Lines that are to come back whole out of a log, among others that say what they like.

A log has its own text before each line, other programs' lines between them, some twice; it cuts
lines that are long. So the text goes in short pieces, each with its number, how many there are, a
digest of them all and one of itself. A name that looks like such a piece is none, because of where
it stands: what aepctl prints of others' texts never begins a line, and only what logs themselves
put at the beginning of a line may stand before a piece. What is indented is a file that was shown.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256

MARK = "aepctl-rescue"
WIDTH = 200
"""How many characters of the text a piece has at most."""
MOST_NAMED = 10

_PIECE = re.compile(MARK + r" (\d{1,7})/(\d{1,7}) ([0-9a-f]{32}) ([0-9a-f]{8}):(.*[.-])", re.ASCII)
_TIME = r"(?:\d{4}[-/]\d\d[-/]\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[ ]?[+-]\d\d:?\d\d)?"
_BEFORE = re.compile(
    rf"""[\ufeff\ufffd]*                            # what a log begins with
    (?:(?:[^\t]+\t)+\ufeff?(?={_TIME}))?           # columns (`gh run view --log`)
    (?:[A-Z][a-z][a-z][ ][ \d]\d[ ][\d:]{{8}}[ ]\S+[ ]\S+:[ ]  # syslog: time, host, program
    | (?:(?:{_TIME}                                # most logs
        | \#*\[[\w ./:,+-]{{1,80}}\]               # [err], [2026-01-31T12:00:00Z]
        | \#\d+[ ]\d+\.\d+                         # BuildKit
        | std(?:err|out)(?:[ ][FP])?               # containers
        | \d\d[EO]\+?                              # GitLab
        | [A-Za-z][\w.-]*[ ]*\|                    # Compose
      )[ ]{{0,2}})*)""",
    re.ASCII | re.VERBOSE,
)
_COLOURS = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|_[^\x07\x1b]*(?:\x07|\x1b\\))")


@dataclass(frozen=True, slots=True)
class Frames:
    """What a log holds: whole texts, and what cannot be read.

    `incomplete` says of each other text which pieces are missing, or that some were altered.
    `misplaced`: pieces stand behind text that no log puts there.
    """

    texts: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    misplaced: bool = False


def framed(text: str) -> str:
    """The text, which is ASCII and ends with a line feed, as lines that `read_frames` finds."""
    pieces = [piece for line in text.split("\n")[:-1] for piece in _pieces(line)]
    digest = _digest(text)
    return "".join(
        f"{MARK} {number}/{len(pieces)} {digest} {_check(digest, number, piece)}:{piece}\n"
        for number, piece in enumerate(pieces, 1)
    )


def _pieces(line: str) -> list[str]:
    """Each ends with what tells whether the line does, so that no blank is the last character."""
    cut = [line[at : at + WIDTH] for at in range(0, len(line), WIDTH)] or [""]
    return [*(f"{piece}-" for piece in cut[:-1]), f"{cut[-1]}."]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def _check(digest: str, number: int, piece: str) -> str:
    return sha256(f"{digest} {number} {piece}".encode()).hexdigest()[:8]


def read_frames(log: str) -> Frames:
    """The texts that stand whole in a log, in the order in which they begin."""
    if MARK not in log:
        log = log.replace("\0", "")  # UTF-16 that was read as UTF-8: the pieces are ASCII
    found: dict[tuple[str, int], dict[int, str]] = defaultdict(dict)
    misplaced = False
    for raw in log.split("\n"):
        if MARK not in raw:
            continue
        line = _COLOURS.sub("", raw).rstrip()
        piece = _PIECE.search(line)
        if piece is None or piece.end() != len(line):
            continue
        if _BEFORE.fullmatch(line, 0, piece.start()) is None:
            misplaced = True
            continue
        number, count, digest, check, text = piece.groups()
        if _check(digest, int(number), text) == check:
            found[digest, int(count)][int(number)] = text
    return _sorted(found, misplaced=misplaced)


def _sorted(found: dict[tuple[str, int], dict[int, str]], *, misplaced: bool) -> Frames:
    texts, incomplete = [], []
    for (digest, count), pieces in found.items():
        text = "".join(
            pieces[number][:-1] + "\n" * (pieces[number][-1] == ".") for number in sorted(pieces)
        )
        if len(pieces) == count and _digest(text) == digest:
            texts.append(text)
        else:
            missing = [str(number) for number in range(1, count + 1) if number not in pieces]
            which = ", ".join(missing[:MOST_NAMED]) + " …" * (len(missing) > MOST_NAMED)
            incomplete.append(f"{which or 'some'} of {count}")
    return Frames(tuple(texts), tuple(incomplete), misplaced)
