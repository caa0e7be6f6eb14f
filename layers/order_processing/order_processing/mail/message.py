"""A finished e-mail, without its addresses."""

from typing import Annotated

from pydantic import Field

from order_processing.order import Record


class Message(Record):
    """subject: one line without control characters; html and text: the two forms of the same content.

    language: the BCP 47 tag of the language that it is written in, for a Content-Language header.
    """

    subject: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$")]
    html: str
    text: str
    language: str = "en"
