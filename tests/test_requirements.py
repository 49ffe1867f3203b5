"""requirements.txt can be installed anywhere, and gives the very same packages: pinned, hashed, from no named index."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PINNED = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z0-9,_-]+\])?==\S+( ; .+?)?( \\)?$", re.IGNORECASE)


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None, requirement
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def _blocks() -> list[list[str]]:
    """Return the lines of each package, its own line first."""
    blocks: list[list[str]] = []
    for line in TEXT.splitlines():
        if line and line[0] not in "# ":
            blocks.append([line])
        elif line.strip().startswith("--hash"):
            blocks[-1].append(line)
    return blocks


def test_every_package_is_pinned_and_hashed() -> None:
    assert len(_blocks()) > 50
    for head, *hashes in _blocks():
        assert PINNED.match(head), head
        assert hashes, head
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in hashes), head


def test_no_index_and_no_path_of_a_machine_is_named() -> None:
    assert re.search(r"--(?:extra-)?index-url|--find-links|https?://|file:", TEXT) is None


def test_all_that_the_project_names_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [
        *project["dependencies"],
        *(one for extra in project.get("optional-dependencies", {}).values() for one in extra),
    ]
    assert {_name(one) for one in named} <= {_name(block[0]) for block in _blocks()}
