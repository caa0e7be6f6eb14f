"""The command that sends a CSV file: part by part, and every refusal by its line in the file."""

from __future__ import annotations

import pytest

from operating.inventory_import import AT_A_TIME, Refused, import_file, parts
from order_processing.inventory_files import InvalidDocuments, read_csv

HEADER = "document;sku;location;on_hand\n"


class Api:
    """Takes what can be read; a SKU named NO is refused."""

    def __init__(self) -> None:
        self.parts = []

    def __call__(self, kind: str, part: bytes):
        try:
            documents = read_csv(kind, part, ("leipzig",))
        except InvalidDocuments as error:
            return 400, {"errors": [{"path": path, "message": message} for path, message in error.mistakes]}
        self.parts.append(len(documents))
        results = [
            {
                "row": row,
                "document": of.document,
                "sku": of.sku,
                "outcome": "refused" if of.sku == "NO" else "new",
                "problem": "it said something else before" if of.sku == "NO" else "",
                "short": 2 if of.sku == "SHORT" else 0,
            }
            for row, of in enumerate(documents, 1)
        ]
        return 200, {"results": results}


def lines(count: int, odd: int = 0, text: str = "") -> str:
    return HEADER + "".join(
        text if number == odd else f"C-{number};SKU;leipzig;{number}\n" for number in range(2, count + 2)
    )


def test_a_file_goes_in_parts_and_says_how_far_it_is():
    api, said = Api(), []
    assert import_file("counts", lines(450), api, say=said.append)
    assert api.parts == [AT_A_TIME, AT_A_TIME, 50]
    assert said == ["200 of 450: 200 new", "400 of 450: 400 new", "450 of 450: 450 new"]


def test_what_is_refused_is_told_by_its_line_and_the_rest_is_taken():
    api, said = Api(), []
    assert not import_file("counts", lines(300, 250, "C;NO;leipzig;1\n"), api, say=said.append)
    assert said[1:] == ["line 250: C, NO: it said something else before", "300 of 300: 299 new, 1 refused"]
    assert sum(api.parts) == 300


def test_missing_pieces_are_told():
    said = []
    assert import_file("counts", lines(1, 2, "C;SHORT;leipzig;1\n"), Api(), say=said.append)
    assert said[0] == "line 2: C, SHORT: 2 promised pieces are missing"


def test_a_mistake_is_told_by_its_line_in_the_whole_file():
    with pytest.raises(Refused, match=r"line 250, on_hand: found 'many', input should be a valid integer"):
        import_file("counts", lines(300, 250, "C;S;leipzig;many\n"), Api(), say=lambda _: None)


def test_a_field_with_a_line_break_keeps_the_numbers_right():
    ((numbers, _),) = parts('document,sku\n"a\nb",x\nc,y\n')
    assert numbers == [3, 4]
