# SPDX-License-Identifier: LGPL-2.1-or-later
"""The project's files, as the checks in this folder see them.

What git tracks, or, in an unpacked archive, everything that is not built. Checks print "FILE:LINE: TEXT" and end with
status 1 when something is wrong, and with 77 and the reason when they cannot run."""

import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
LAYERS = ("base", "spec", "generator", "image", "volume", "network", "runner", "cli")


def _walk():
    for folder, names, files in os.walk(TOP):
        names[:] = [n for n in names if not n.startswith((".git", "build", "__pycache__", ".mypy", ".ruff"))]
        for name in files:
            yield (Path(folder) / name).relative_to(TOP)


def _tracked():
    # "dubious ownership": a test machine mounts the tree of another user.
    command = ["git", "-c", f"safe.directory={TOP}", "-C", str(TOP), "ls-files", "-z"]
    try:
        answer = subprocess.run(command, capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return [Path(name) for name in answer.stdout.decode().split("\0") if name]


def files():
    """All paths, relative to TOP, in order."""
    found = _tracked() or list(_walk())
    return sorted(path for path in found if (TOP / path).is_file() and os.access(TOP / path, os.R_OK))


def c_files():
    return [path for path in files() if path.suffix in (".c", ".h")]


def read(path):
    return (TOP / path).read_text(encoding="utf-8", errors="replace")


def _blank(match):
    text = match.group(0)
    if text.startswith("/"):
        return re.sub(r"[^\n]", " ", text)
    return text[0] + re.sub(r"[^\n]", " ", text[1:-1]) + text[-1]


# Comments, strings and character constants; the first that begins wins, as for a compiler.
_TOKENS = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def code_only(text):
    """TEXT with comments and the insides of strings made blank; lines and columns stay."""
    return _TOKENS.sub(_blank, text)


def comments(text):
    """Pairs of line number and comment."""
    for match in _TOKENS.finditer(text):
        if match.group(0).startswith("/"):
            yield text.count("\n", 0, match.start()) + 1, match.group(0)


def finish(problems, what):
    """Ends the program with what was found."""
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} problems: {what}", file=sys.stderr)
        sys.exit(1)
    sys.exit(0)


def skip(reason):
    print(f"skipped: {reason}", file=sys.stderr)
    sys.exit(1 if os.environ.get("WOLFFIA_TESTS_MUST_RUN") == "1" else 77)
