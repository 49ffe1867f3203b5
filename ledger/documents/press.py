"""The one door of typst: a small program that sets one document, handed in and out by its standard streams.

It runs in a process of its own because typst keeps all that it ever set: 300 MB for a thousand rows. It reads one JSON
object: `template` (a file of templates/), `given` (JSON text for the template), `at` (the moment that the PDF bears, in
seconds since 1970), `tagged`, and perhaps `ask`, a selector whose elements are answered as JSON instead of a PDF.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import typst

TEMPLATES = Path(__file__).parent / "templates"


def pressed(order: Mapping[str, object]) -> bytes:
    """Do what an order asks; no fonts but those that come with typst. Raises RuntimeError."""
    source, given = str(TEMPLATES / str(order["template"])), {"given": str(order["given"])}
    if "ask" in order:
        found = typst.query(source, str(order["ask"]), root=str(TEMPLATES), ignore_system_fonts=True, sys_inputs=given)
        return found.encode()
    return typst.compile(
        source,
        root=str(TEMPLATES),
        ignore_system_fonts=True,
        sys_inputs=given,
        timestamp=int(str(order["at"])),
        pdf_tags=bool(order["tagged"]),
    )


def main() -> int:
    """Set the order that comes by standard input; what typst says of a failure goes to standard error."""
    try:
        made = pressed(json.load(sys.stdin.buffer))
    except RuntimeError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
