"""An error as a person reads it: what happened, its code in brackets, and what to do next."""

from aepctl.render.display import Paint, display, display_lines
from aepctl.render.wrapping import wrap

PLAIN = Paint(on=False)


def error_text(message: str, code: str, hint: str | None, paint: Paint = PLAIN) -> str:
    """`error: MESSAGE [CODE]`, further lines of the message, and the hint; each ends its line."""
    first, end, rest = display_lines(message).partition("\n")
    then = f"{wrap(f'  {display(hint)}', paint, 2)}\n" if hint else ""
    said = wrap(f"error: {first} {in_brackets(code, paint)}", paint, 2)
    return f"{said}{end}{rest}\n{then}"


def in_brackets(code: str, paint: Paint = PLAIN) -> str:
    """The code, as it stands at the end of a message."""
    return paint(f"[{display(code)}]", "dim")
