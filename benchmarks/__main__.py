"""Runs the benchmarks named on the command line, or all of them: `python -m benchmarks intake latency`."""

import importlib
import sys

NAMES = ("judgement", "identity", "explain", "intake", "memory", "latency", "pages", "export")


def main(names: list[str]) -> int:
    """Run benchmarks by name; returns 2 for a name that is not known."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; known: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    for name in names or NAMES:
        print(f"== {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
