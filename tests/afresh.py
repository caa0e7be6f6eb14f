"""Code in a Python process of its own, to see what it imports."""

from __future__ import annotations

import os
import subprocess
import sys


def printed_afresh(code: str) -> list[str]:
    """The words that the code prints when nothing was imported before it."""
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return found.stdout.split()
