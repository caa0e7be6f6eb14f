"""Many PDFs to one, page after page."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from pypdf import PdfWriter


def joined(documents: Sequence[bytes]) -> bytes:
    """All pages of all documents, in their order."""
    writer = PdfWriter()
    for body in documents:
        writer.append(BytesIO(body), import_outline=False)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()
