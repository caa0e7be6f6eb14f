"""The commands in docs/operating.md, as somebody would type them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

TEXT = (Path(__file__).parents[1] / "docs" / "operating.md").read_text(encoding="utf-8")


def headings() -> list[str]:
    """The names of the alarms that have a part of their own."""
    return re.findall(r"^### (\w+Alarm)$", TEXT, flags=re.MULTILINE)


def commands() -> list[list[str]]:
    """Each command once, split into its words."""
    blocks = re.findall(r"```bash\n(.*?)```", TEXT, flags=re.DOTALL)
    inline = re.findall(r"`(python -m operating\.[^`]+)`", TEXT)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()] + inline
    found = [shlex.split(line, comments=True) for line in lines]
    return [list(command) for command in dict.fromkeys(tuple(c) for c in found) if command]
