"""Where the local stack keeps things: all of it under `.local`, which git ignores and `make clean` removes."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCAL = ROOT / ".local"
TOOLS = ROOT / ".tools"

EMULATOR_PYTHON = TOOLS / "emulator" / "bin" / "python"
RUNTIME_PYTHON = TOOLS / "runtime" / "bin" / "python"
METERED = ROOT / "local" / "metered"  # what stands before a handler while its invocations are measured
SAM = TOOLS / "sam" / "bin" / "sam"

# This machine's Python and processor, as Lambda names them.
PYTHON_RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
ARCHITECTURE = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
