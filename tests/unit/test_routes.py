"""Which handler a request comes to."""

from __future__ import annotations

import pytest

from order_processing.routes import Routes


def event(method: str, path: str, stage: str = "$default") -> dict:
    return {"rawPath": path, "requestContext": {"stage": stage, "http": {"method": method, "path": path}}}


@pytest.fixture
def app():
    made = Routes()

    @made.get("/orders/<order_id>")
    def order(order_id: str):
        return {"order": order_id}

    @made.get("/orders/search")
    def search():
        return {"search": made.path}

    @made.post("/orders/<order_id>/parcels/<sscc>")
    def parcel(order_id: str, sscc: str):
        return {"order": order_id, "parcel": sscc}

    @made.route("/both", method=["GET", "HEAD"])
    def both():
        return {"method": made.method}

    return made


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/orders/B2C9", {"order": "B2C9"}),
        ("GET", "/orders/a%20b;c=d", {"order": "a%20b;c=d"}),
        ("GET", "/orders/search", {"search": "/orders/search"}),
        ("POST", "/orders/1/parcels/2", {"order": "1", "parcel": "2"}),
        ("GET", "/both", {"method": "GET"}),
        ("HEAD", "/both", {"method": "HEAD"}),
    ],
)
def test_a_path_finds_its_handler_one_without_parts_first(app, method, path, answer):
    assert app.resolve(event(method, path)) == answer


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/orders"),
        ("GET", "/orders/"),
        ("GET", "/orders/1/2"),
        ("GET", "/orders/1\n"),
        ("POST", "/orders/1"),
        ("GET", "/x/orders/1"),
        ("get", "/both"),
    ],
)
def test_any_other_is_unknown(app, method, path):
    with pytest.raises(LookupError, match=r"no such route"):
        app.resolve(event(method, path))
    app.unknown(lambda: {"unknown": app.path})
    assert app.resolve(event(method, path)) == {"unknown": path}


def test_a_stage_with_a_name_of_its_own_is_no_part_of_the_path(app):
    assert app.resolve(event("GET", "/dev/orders/1", stage="dev")) == {"order": "1"}


def test_what_a_path_may_be_asked_for(app):
    assert app.methods_of("/both") == ["GET", "HEAD"]
    assert app.methods_of("/nothing") == []


def test_a_fault_is_answered_or_raised(app):
    @app.get("/broken")
    def broken():
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        app.resolve(event("GET", "/broken"))
    app.on_fault(lambda error: {"fault": str(error)})
    assert app.resolve(event("GET", "/broken")) == {"fault": "broken"}


def test_a_regular_expression_takes_every_path():
    app = Routes()
    app.route(".+", method=["GET"])(lambda: {"path": app.path})
    assert app.resolve(event("GET", "/staff/orders/1")) == {"path": "/staff/orders/1"}
