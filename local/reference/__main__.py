"""`python -m local.reference`: writes the reference to where it is served from."""

from __future__ import annotations

import json

from local.places import ROOT
from local.reference.document import document
from local.reference.page import page, policy

FOLDER = ROOT / "functions" / "show_reference"


def files() -> dict[str, str]:
    """What is written, by its name."""
    made = document()
    return {
        "openapi.json": json.dumps(made, indent=1, ensure_ascii=False) + "\n",
        "reference.html": page(made),
        "policy.txt": policy() + "\n",
    }


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"{FOLDER.relative_to(ROOT) / name}: {len(text.encode()):,} bytes")
