"""What makes a PDF a document that outlives its program: tags, metadata, and what colours mean.

After ISO 19005-2 (PDF/A-2, level U) as far as the library goes: every font is embedded with its Unicode values, grey
is grey of the output intent (sRGB), the metadata is there as XMP too, the language is stated, and everything that is
drawn is either tagged, in reading order, or marked as an artifact. A barcode is a figure with words in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

_PROFILE = Path(__file__).with_name("srgb.icc")
_MADE = "2000-01-01T00:00:00+00:00"
"""The time that reportlab writes into files that must be the same each time they are made."""


class Tags:
    """The tags of a canvas's pages, one structure element for each marked piece of content."""

    def __init__(self, canvas: Canvas) -> None:
        # The library has no public way to mark content and to add to the catalog; its type stubs leave these out.
        self._canvas: Any = canvas
        self._pages: list[list[tuple[str, str, str]]] = [[]]

    @contextmanager
    def element(self, role: str, *, alternative: str = "", actual: str = "") -> Iterator[None]:
        """What is drawn inside is an element of this role (P, Figure, ...) of the page that is being drawn.

        alternative: words in place of a figure; actual: the text in reading order where the glyphs are not in it.
        """
        page = self._pages[-1]
        self._canvas._code.append(f"/{role} <</MCID {len(page)}>> BDC")
        page.append((role, alternative, actual))
        yield
        self._canvas._code.append("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn inside says nothing that the text does not say: lines, frames."""
        self._canvas._code.append("/Artifact BMC")
        yield
        self._canvas._code.append("EMC")

    def new_page(self) -> None:
        """From now on the next page is drawn."""
        self._pages.append([])

    def write(self, *, title: str, author: str, language: str) -> None:
        """Put tags, metadata and output intent into the file; called once, when the last page is shown."""
        document = self._canvas._doc
        catalog = document.Catalog
        catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
        catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": "true"})
        catalog.ViewerPreferences = pdfdoc.PDFDictionary({"DisplayDocTitle": "true"})
        catalog.Metadata = _metadata(document, title=title, author=author, language=language)
        catalog.OutputIntents = _intents(document)
        catalog.StructTreeRoot = self._tree(document)

    def _tree(self, document: Any) -> pdfdoc.PDFDictionary:
        root = pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("StructTreeRoot")})
        whole = pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("StructElem"), "S": pdfdoc.PDFName("Document")})
        root_at, whole_at = document.Reference(root), document.Reference(whole)
        whole["P"] = root_at
        kids, by_page = [], []
        for number, (page, elements) in enumerate(zip(document.Pages.pages, self._pages, strict=False)):
            page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
            page.StructParents, page.Tabs = number, pdfdoc.PDFName("S")
            of_page = [
                document.Reference(_element(each, mcid, whole_at, document.Reference(page)))
                for mcid, each in enumerate(elements)
            ]
            kids += of_page
            by_page += [number, document.Reference(pdfdoc.PDFArray(of_page))]
        whole["K"] = pdfdoc.PDFArray(kids)
        root["K"] = pdfdoc.PDFArray([whole_at])
        root["ParentTree"] = pdfdoc.PDFDictionary({"Nums": pdfdoc.PDFArray(by_page)})
        root["ParentTreeNextKey"] = len(document.Pages.pages)
        return root


def _element(each: tuple[str, str, str], mcid: int, parent: object, page: object) -> pdfdoc.PDFDictionary:
    role, alternative, actual = each
    element = pdfdoc.PDFDictionary(
        {"Type": pdfdoc.PDFName("StructElem"), "S": pdfdoc.PDFName(role), "P": parent, "Pg": page, "K": mcid}
    )
    if alternative:
        element["Alt"] = pdfdoc.PDFString(alternative)
    if actual:
        element["ActualText"] = pdfdoc.PDFString(actual)
    return element


def _intents(document: Any) -> pdfdoc.PDFArray:
    profile = pdfdoc.PDFStream(pdfdoc.PDFDictionary({"N": 3}), content=_profile(), filters=[pdfdoc.PDFZCompress])
    intent = pdfdoc.PDFDictionary(
        {
            "Type": pdfdoc.PDFName("OutputIntent"),
            "S": pdfdoc.PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": pdfdoc.PDFString("sRGB"),
            "Info": pdfdoc.PDFString("sRGB"),
            "DestOutputProfile": document.Reference(profile),
        }
    )
    return pdfdoc.PDFArray([intent])


@lru_cache(maxsize=1)
def _profile() -> bytes:
    return _PROFILE.read_bytes()


def _metadata(document: Any, *, title: str, author: str, language: str) -> pdfdoc.PDFStream:
    """The information dictionary as XMP, in the same words; and that the file means to be PDF/A-2u."""
    info = document.info
    xmp = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{escape(author)}</xmp:CreatorTool>
<xmp:CreateDate>{_MADE}</xmp:CreateDate><xmp:ModifyDate>{_MADE}</xmp:ModifyDate>
<pdf:Producer>{escape(info.producer)}</pdf:Producer><pdf:Keywords></pdf:Keywords>
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>
"""
    kind = pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("Metadata"), "Subtype": pdfdoc.PDFName("XML")})
    return pdfdoc.PDFStream(kind, content=xmp.encode())
