"""The frame of every HTML page: its style, its script, and a policy that allows nothing else."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from aepctl.render.escape import html

SCRIPTS = ("rows.js", "draw.js", "plan.js")


def page(title: str, body: str, data: str = "", script: str = "", style: str = "") -> str:
    """A whole document. `body` and `data` are HTML; nothing but `script` may run.

    `style` is what it needs beside the style of all pages.
    """
    style = ASSETS["plan.css"] + style
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; img-src data:; base-uri 'none'; "
        "form-action 'none'" + (f"; script-src '{_digest(script)}'" if script else "")
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f'<link rel="icon" href="data:,">\n<title>{html(title)} · aepctl</title>\n'
        f"<style>{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n{data}\n"
        + (f"<script>{script}</script>\n" if script else "")
        + "</body>\n</html>\n"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _assets() -> dict[str, str]:
    folder = files("aepctl.render") / "assets"
    names = ("list.html", "plan.css", "grid.css", *SCRIPTS)
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in names}
    script = "\n".join(texts[name] for name in SCRIPTS)
    return {**texts, "script": f'"use strict";\n{{\n{script}}}\n'}


ASSETS = _assets()
