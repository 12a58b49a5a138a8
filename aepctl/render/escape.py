"""One function a medium, for text that people or the platform wrote. All of it may be hostile.

Each starts from `display`, so that nothing invisible and no line break is left: what follows only
has to keep the visible characters from meaning something. The terminal needs `display` alone.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

from aepctl.render.display import display

TICKS = re.compile("`+")
NOT_XML = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
LINK = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/?#=&%+-]*)?")
MARKUP = re.compile(r"""[&<>"`*_\\|\[\]{}~#$^@]""")
ADDRESS = re.compile(r"@|:(?=//)|www(?=\.)", re.IGNORECASE)
HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
ELLIPSIS = "…"
PLAIN_WORDS = re.compile(
    r"([A-Za-z,;'() ]|[.:?](?= |$)|(?<=[a-z])_(?=[a-z])|(?<![^ (])[0-9]{1,3}(,?[0-9]{3})?"
    r"(?=[ ),.]|$)| %(?= ))*"
)
"""Nothing in them can be a link, a mention, a reference or markup, wherever they stand."""


def clip(text: str, most: int) -> str:
    """At most so many characters, and an ellipsis in place of the others."""
    return text if len(text) <= most else text[: most - 1] + ELLIPSIS


def code(text: str) -> str:
    """Markdown, within a line: a code span, the one place without mentions, links and markup.

    The delimiter is longer than any run of backticks inside, so that it ends where it should.
    Not for tables: there even code ends at a `|`.
    """
    shown = display(text) or " "
    if "`" not in shown and shown[0] != " " != shown[-1]:
        return f"`{shown}`"
    mark = "`" * (longest_ticks((shown,)) + 1)
    return f"{mark} {shown} {mark}" if shown.strip() else f"{mark}{shown}{mark}"


def code_within(text: str, most: int) -> str:
    """Markdown, within a line: as `code`, cut so that it takes at most so many bytes."""
    length = len(text)
    while len(code(clip(text, length)).encode()) > most and length > 1:
        length = min(length * 3 // 4, most)
    return code(clip(text, length))


def marked_code(text: str) -> str:
    """Markdown: what may stand within `<code>` tags, beside tags of ours, and in a table's cell.

    All that could be markup is a character reference, which is never markup itself. But addresses
    are looked for in the text that comes of it: what makes one an address is cut in two.
    """
    return MARKUP.sub(_referred, ADDRESS.sub(r"\g<0>\0", display(text))).replace("\0", "<!-- -->")


def _referred(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def prose(text: str, most: int) -> str:
    """Markdown, within a line: a sentence of ours, with what stands in backticks as code.

    All of it is code where anything but plain words stands outside of them, or where it is longer.
    """
    parts = text.split("`")
    paired = len(parts) % 2 and "``" not in text
    if paired and all(PLAIN_WORDS.fullmatch(one) for one in parts[::2]):
        told = "".join(code(one) if place % 2 else one for place, one in enumerate(parts))
        if len(told.encode()) <= most:
            return told
    return code_within(text, most)


def fence(lines: Iterable[str]) -> str:
    """Markdown: the fence for these lines, longer than any run of backticks in them."""
    return "`" * max(3, longest_ticks(lines) + 1)


def longest_ticks(texts: Iterable[str]) -> int:
    """The longest run of backticks."""
    return max((len(run) for text in texts for run in TICKS.findall(text)), default=0)


def link(address: str, most: int) -> str:
    """Markdown: a link where the address is plainly one and short enough, else text as code."""
    fits = len(address) + 2 <= most and LINK.fullmatch(address)
    return f"<{address}>" if fits else code_within(address, most)


def comment(text: str) -> str:
    """HTML and Markdown, within a comment: letters, digits and `%_.-~`, which cannot end it."""
    return quote(text, safe="", errors="backslashreplace")


def html(text: str) -> str:
    """HTML: text and quoted attributes."""
    return display(text).translate(HTML)


def html_text(text: str) -> str:
    """HTML: text of any number of lines, which stay lines where blanks are kept."""
    return html(text) if "\n" not in text else "\n".join(map(html, text.split("\n")))


def html_prose(text: str) -> str:
    """HTML: a sentence of ours, with what stands in backticks as code."""
    parts = html(text).split("`")
    if len(parts) % 2 == 0:
        return html(text)
    return "".join(f"<code>{one}</code>" if at % 2 else one for at, one in enumerate(parts))


def script_json(encoded: str) -> str:
    """HTML: JSON within a script element, which its text can neither end nor turn into comment."""
    return encoded.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def command_data(text: str) -> str:
    """GitHub: one line of the message of a workflow command."""
    return display(text).replace("%", "%25")


def command_property(text: str) -> str:
    """GitHub: a property of a workflow command."""
    shown = display(text).replace("%", "%25")
    return shown.replace(":", "%3A").replace(",", "%2C")


def xml(text: str) -> str:
    """XML 1.0: text and quoted attributes; what XML cannot carry is spelled out."""
    return NOT_XML.sub(_spelled, display(text)).translate(HTML)


def _spelled(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
