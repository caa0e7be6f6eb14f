"""Every attack of the corpus in every text field of an order, looked for in everything that the product puts out.

Mails with their headers, customers' and staff's pages, labels in ZPL, documents in PDF, events and log lines:
whatever a stranger types stays text in each.
"""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import boto3
import pypdfium2
import pytest

from order_processing.csv_export import csv_of
from order_processing.order import Address, Customer, Discount, Fee, Line, Option, Order, Tax
from order_processing.status import Status
from tests.aws import test_customer_pages, test_decision_pages
from tests.aws.conftest import ready_for_a_shop
from tests.aws.shop import BUCKET, Shop
from tests.aws.test_event_stream import HeardBus, changes, publish_events, stream_of
from tests.aws.test_order_detail import desk
from tests.orders import an_order
from tests.security.corpus import ATTACKS, order_with, text_fields

PRODUCT = Path(__file__).parents[2] / "layers" / "order_processing" / "order_processing"
ATTRIBUTES_THAT_LOAD = ("href", "src", "action", "formaction", "srcset", "data", "background", "style")
FORGED = ("x-evil", "onevil", "evil.example")


class Shown(HTMLParser):
    """What of an attack took effect in a page: elements, attributes, addresses, and text inside a script."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.evil: list[str] = []
        self.text = ""
        self._script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag == "script" and ("type", "application/ld+json") not in attrs
        if tag.startswith("x-") or tag in ("iframe", "object", "embed", "base"):
            self.evil.append(f"<{tag}>")
        for name, value in attrs:
            loads = name in ATTRIBUTES_THAT_LOAD and re.match(
                r"\s*(javascript|data|vbscript):|.*url\(\s*['\"]?//evil|//evil", value or "", re.IGNORECASE
            )
            if name.startswith("on") or loads:
                self.evil.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._script and "evil" in data.lower():
            self.evil.append(f"script: {data[:80]}")

    def handle_comment(self, data: str) -> None:
        if "evil" in data.lower():
            self.evil.append(f"comment: {data[:80]}")


class Attacked(Shop):
    """A shop that remembers what it asked SES to send."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        super().__init__(client=self._client_that_tells)
        self.stock_up()
        boto3.client("secretsmanager").create_secret(Name="keys", SecretString='{"current": "signing key"}')

    def _client_that_tells(self, service: str) -> Any:
        client = boto3.client(service)
        client.meta.events.register(
            "provide-client-params.sesv2.SendEmail", lambda params, **_: self.sent.append(params)
        )
        return client


@pytest.fixture
def attacked(tables: dict[str, str]) -> Attacked:
    ready_for_a_shop()
    return Attacked()


def an_order_of_everything(key: str, *, country: str) -> Order:
    """An order with something in each of its lists."""
    line = Line(
        line_id="1",
        sku="TEST-123",
        title="Test Product",
        quantity=1,
        unit_price=15260,
        options=(Option(name="Colour", value="red"),),
    )
    address = {
        "US": Address(name="Ada", line1="1 Main St", city="Louisville", region="KY", postal_code="40202", country="US"),
        "CH": Address(name="Ada", line1="Bahnhofstrasse 1", city="Zug", region="ZG", postal_code="6300", country="CH"),
    }[country]
    return an_order(
        key,
        lines=(line,),
        customer=Customer(email="ada@example.com", name="Ada"),
        shipping_address=address,
        billing_address=address,
        discounts=(Discount(code="SAVE", title="Save"),),
        taxes=(Tax(title="Tax"),),
        fees=(Fee(title="Fee"),),
        note="Thank you",
        gift_message="For you",
        flags=("risk",),
        total=line.gross,
    )


@pytest.mark.parametrize("kinds", [list(ATTACKS)[n::3] for n in range(3)], ids=lambda kinds: "-".join(kinds))
def test_an_attack_stays_text_in_whatever_is_put_out(attacked, kinds, capsys):
    """One order goes all its way over a border, one waits for a correction and is cancelled, one gets an offer."""
    for kind in kinds:
        attack = ATTACKS[kind]
        attacked.sent.clear()
        made = [an_order_of_everything(f"{kind}-{n}", country=c) for n, c in enumerate(("CH", "US", "US"))]
        many = made[2].lines[0].model_copy(update={"quantity": 2_000, "unit_price": 14_500})
        short = made[2].model_copy(update={"lines": (many,), "total": many.gross})
        orders = (order_with(attack, made[0]), order_with(attack, made[1], whole=True), order_with(attack, short))
        ids = [attacked.place(order, attack.encode("utf-8", "replace")) for order in orders]
        statuses = [attacked.run(order_id).status for order_id in ids]
        assert statuses == [Status.READY_TO_SHIP, Status.CORRECTION_PENDING, Status.OFFER_PENDING]
        pages = pages_of(attacked, ids)
        attacked.end(ids[1], Status.CANCELLED)
        assert {mail["EmailTags"][1]["Value"] for mail in attacked.sent} >= {"confirmation", "offer"}
        if kind == "html":
            for shown in (*pages[2:9:3], attacked.sent[0]["Content"]["Simple"]["Body"]["Html"]["Data"]):
                assert "&lt;x-evil onevil=1&gt;" in shown or "&lt;/textarea&gt;" in shown, (
                    "what was typed stands there, as text"
                )
        for page in pages:
            assert Shown(page).evil == []
            assert str(7777 * 7) not in page
        for mail in attacked.sent:
            check_mail(mail)
        check_log(capsys.readouterr().out, attack)
    check_documents()
    bus = HeardBus()
    assert publish_events(changes(stream_of("orders")), bus) is None
    for event in bus.heard:
        assert "evil" not in event.model_dump_json().replace(getattr(event, "store_order_id", "-"), "").lower() or (
            event.name == "OrderReceived"
        )


def test_what_takes_effect_is_seen():
    """The judge of pages is no use if it finds nothing in a page that escapes nothing."""
    for kind in ("html", "comment"):
        assert Shown(f"<p>{ATTACKS[kind]}</p>").evil
    assert Shown(f'<a title="{ATTACKS["attribute"]}">x</a>').evil
    assert Shown(f'<a href="{ATTACKS["link"]}">x</a>').evil
    assert Shown("<script>var x = 'evil()'</script>").evil


def pages_of(shop: Attacked, ids: list[str]) -> list[str]:
    """Each page that shows something of these orders, to customers and to staff."""
    found = []
    staff = desk(shop)
    for order_id in ids:
        customer = test_customer_pages.Visitor(shop, order_id)
        decider = test_decision_pages.Visitor(shop, order_id)
        found += [view.look().body for view in (customer, decider)]
        found.append(staff.send("GET", f"/staff/orders/{order_id}").body)
    found += [staff.send("GET", path).body for path in ("/staff", "/staff/orders")]
    return found


def check_mail(mail: dict[str, Any]) -> None:
    """Its header has what we wrote, its HTML our elements alone."""
    simple = mail["Content"]["Simple"]
    assert Shown(simple["Body"]["Html"]["Data"]).evil == []
    for header in (simple["Subject"]["Data"], mail["FromEmailAddress"], *mail["Destination"]["ToAddresses"]):
        assert not re.search(r"[\r\n\x00\x85\u2028\u2029]", header)
    assert set(mail["Destination"]) == {"ToAddresses"}
    assert len(mail["Destination"]["ToAddresses"]) == 1
    assert str(7777 * 7) not in simple["Body"]["Text"]["Data"] + simple["Body"]["Html"]["Data"]
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", simple["Body"]["Text"]["Data"])
    for tag in mail.get("EmailTags", ()):
        assert re.fullmatch(r"[\w-]+", tag["Value"])


def check_documents() -> None:
    """Labels hold our commands alone, PDFs no actions, and keys what we name them."""
    s3 = boto3.client("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    for key in keys:
        assert re.fullmatch(r"[A-Za-z0-9/._-]+", key)
        body = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        if key.endswith(".zpl"):
            label = body.decode("ascii")
            assert "~" not in label
            assert label.count("^XA") == label.count("^XZ")
            assert "^FDEVIL" not in label
        if key.endswith(".pdf"):
            assert not re.search(rb"/(JavaScript|JS|OpenAction|AA|Launch|URI|EmbeddedFile)\b", body)
            assert len(pypdfium2.PdfDocument(body)) > 0


def check_log(out: str, attack: str) -> None:
    """Each line is one record of JSON that we wrote, and holds nothing of what a stranger typed."""
    for line in out.splitlines():
        record = json.loads(line)
        assert record.get("level") != "CRITICAL"
        assert attack[:20] not in line
        assert not any(trace in line for trace in FORGED)


def test_the_corpus_reaches_every_text_field_of_an_order_but_those_that_say_what_and_where():
    """A field that is added is attacked by itself; this names those that are left out."""
    made = order_with("ATTACK", an_order_of_everything("all", country="US"), whole=True)
    reached = set()

    def look(value: Any, at: str) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                look(inner, f"{at}.{name}" if at else name)
        elif isinstance(value, list | tuple):
            for inner in value:
                look(inner, at)
        elif "ATTACK" in str(value):
            reached.add(at)

    look(made.model_dump(), "")
    left_out = set(text_fields()) - reached
    names = {path.rpartition(".")[2] for path in left_out}
    assert names == {
        "source",
        "store",
        "currency",
        "sku",
        "line_id",
        "country",
        "tax_rate",
        "rate",
        "value",
        "service",
        "closed_reason",
    }


@pytest.mark.parametrize("attack", [*ATTACKS.values(), *(f"{c}1+1" for c in "=+-@\t\r\n＝＋－＠")])
def test_no_cell_of_a_table_is_a_formula_or_another_row(attack):
    """A cell that begins with = + - @ is one to a spreadsheet. Every CSV file is written by one function."""
    table = csv_of(["a", attack], [[attack, 1], ["b", attack]])
    rows = list(csv.reader(io.StringIO(table.removeprefix("\N{BYTE ORDER MARK}"), newline="")))
    assert [len(row) for row in rows] == [2, 2, 2]
    assert rows[0][1].endswith(attack)
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    writers = [path for path in PRODUCT.rglob("*.py") if re.search(r"csv\.(Dict)?[wW]riter", path.read_text("utf-8"))]
    assert [path.name for path in writers] == ["csv_export.py"]
