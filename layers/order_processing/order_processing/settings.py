"""The store's settings: who it is, from where and how it ships, and every limit of the rules.

They stand in one file, `settings.json` beside this module, that a store replaces by its own.
The build loads it (`python -m order_processing.settings FILE`), so a mistake stops the deployment
with the field's name, and not an order.
"""

import json
import sys
from datetime import date, time
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from order_processing.approval_rules import Approvals
from order_processing.checks import Rules
from order_processing.order import Address, Record, Text

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Days = Annotated[int, Field(ge=0, le=366)]
Millimetres = Annotated[int, Field(gt=0, le=10_000)]
Weekday = Annotated[int, Field(ge=1, le=7)]


Language = Literal["en", "de", "fr", "es", "ja", "pt-BR"]


class Store(Record):
    """Who the customer deals with: shown in e-mails, on pages and documents.

    refund: by language, how a customer whose order ended gets the money back; where a language has none, that it
        comes through the store, the way it was paid.
    """

    name: Text
    url: Text
    reply_to: Text
    phone: Text
    address: Address
    logo_url: Text = ""
    colour: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")] = "#1f4e79"
    legal_footer: Text = ""
    refund: dict[Language, Text] = {}
    locale: Text = "en"
    time_zone: Text = "UTC"


class Location(Record):
    """A place that holds stock. Orders before `cut_off` (local time) are handled that working day.

    handling_days: working days between the cut-off and the hand-over to the carrier.
    receiving_days: working days between a receipt's date and the first day on which it can be handled.
    working_days: ISO weekdays, Monday is 1, less the public holidays of the address's country and `region`
        (the part of an ISO 3166-2 code after the hyphen; "" is the address's own).
    closed_on, open_on: days that are free, or worked, whatever the calendar says.
    pickups: when each carrier fetches the day's parcels (local time), by the carrier's name.
    """

    name: Text
    address: Address
    time_zone: Text
    cut_off: time
    handling_days: Days = 0
    receiving_days: Days = 1
    working_days: tuple[Weekday, ...] = (1, 2, 3, 4, 5)
    region: Text = ""
    closed_on: tuple[date, ...] = ()
    open_on: tuple[date, ...] = ()
    pickups: dict[str, time] = {}


class Zone(Record):
    """Destination countries with the carrier's transit time in working days; `*` is everywhere else.

    locations: the locations that it counts from; empty for all. The first zone that fits is the one,
    and those that name the country come before `*`.
    cost: what a shipment costs the store, in one unit for all zones; it only decides between equals.
    """

    countries: tuple[Text, ...]
    transit_days: Days
    locations: tuple[Text, ...] = ()
    cost: Annotated[int, Field(ge=0)] = 0


class ShippingPrice(Record):
    """What a service costs the customer, as orders state prices (before tax unless they include it).

    The first that fits is the price. countries: destinations, `*` is everywhere. up_to_weight_g: of the whole
    order; goods_from: it holds from this value of the goods on (minor units), for free delivery above it.
    """

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    price: Annotated[int, Field(ge=0)]
    countries: tuple[Text, ...] = ("*",)
    up_to_weight_g: int | None = None
    goods_from: int = 0


class Service(Record):
    """A delivery service. store_methods: what stores call it (title, code or method id, any case).

    working_days: ISO weekdays on which the carrier moves and delivers; in a country with another weekend
    than Saturday and Sunday it is the rest of that country's week.
    po_boxes, military: whether it delivers to PO boxes and to military post.
    dangerous: the dangerous goods that it carries, by UN number; `*` is all.
    prices: what it costs; where there is none, the store's price is taken as it is.
    labels: whose labels its parcels get: `own`, or those of an account with a carrier, named as in the secret.
    carrier_service: what is bought there, as `USPS/Priority`; "" is the cheapest that arrives as promised.
    tracking_url: where a parcel with one of our own labels is followed, with `{number}` for its SSCC.
    """

    title: Text
    carrier: Text
    store_methods: tuple[Text, ...] = ()
    zones: tuple[Zone, ...]
    max_weight_g: Annotated[int, Field(gt=0)] = 30_000
    po_boxes: bool = True
    military: bool = True
    dangerous: tuple[Text, ...] = ()
    prices: tuple[ShippingPrice, ...] = ()
    working_days: tuple[Weekday, ...] = (1, 2, 3, 4, 5)
    labels: Literal["own", "easypost"] = "own"
    carrier_service: Text = ""
    tracking_url: Annotated[str, Field(pattern=r"^(https://[^\s{}]*\{number\}[^\s{}]*)?$")] = ""


class Box(Record):
    """A type of box. inner_mm: length, width, height inside. weight_g: of the empty box with its padding.

    max_weight_g: what it carries inside. wall_mm: of one wall. padding_percent: of its inside, kept for padding.
    cost: what it costs the store with its padding, in one unit for all boxes; the cheapest packing is taken.
    """

    title: Text
    inner_mm: tuple[Millimetres, Millimetres, Millimetres]
    weight_g: Annotated[int, Field(ge=0)]
    max_weight_g: Annotated[int, Field(gt=0)]
    wall_mm: Annotated[int, Field(ge=0)] = 4
    padding_percent: Annotated[int, Field(ge=0, le=90)] = 0
    cost: Annotated[int, Field(ge=0)]

    @property
    def outer_mm(self) -> tuple[int, int, int]:
        """Length, width and height outside."""
        length, width, height = self.inner_mm
        return length + 2 * self.wall_mm, width + 2 * self.wall_mm, height + 2 * self.wall_mm


class Customs(Record):
    """What customs documents state. Limits are minor units per currency; where a currency has none, none applies.

    incoterm: of Incoterms 2020. eori: the exporter's number; ioss: the store's Import One-Stop Shop number,
        stated for goods of up to `ioss_limits` (150 EUR) that go into the European Union.
    cn22_limits: up to which value (300 SDR) the short declaration CN22 will do for a parcel of up to 2 kg.
    """

    incoterm: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "DAP"
    eori: Text = ""
    ioss: Text = ""
    cn22_limits: dict[str, int] = {}
    ioss_limits: dict[str, int] = {}


class Printing(Record):
    """The warehouse's printers. label_dpi: dots per inch of the label printer, so that bars are whole dots.

    slip_prices: whether packing slips state prices; those of gifts never do.
    zpl: whether each label is kept as ZPL II too, for printers that are sent it; each file kept costs a request.
    """

    label_size: Literal["4x6", "A6"] = "4x6"
    label_dpi: Literal[203, 300] = 203
    zpl: bool = False
    slip_prices: bool = True


class Notices(Record):
    """What customers are told by e-mail beside the confirmation.

    shipped: when they hear of their parcels: once their documents are ready, once all are handed over, or never.
    """

    shipped: Literal["ready", "hand_over", "never"] = "hand_over"


class Limits(Record):
    """Limits of the rules. Amount limits are minor units of the order's currency.

    longest_wait_days: a delivery later than this many days after the order is not promised without asking.
    consolidation_days: how much later everything may come when that saves a shipment.
    favour_percent: up to this part of what the price list says, a difference in the customer's favour is honoured.
    list_link_minutes: for how long a link to all orders of an account is good.
    sanctioned_places: countries (`KP`) and parts of them (`UA-43`) that nothing may be delivered to.
    """

    tolerance: Annotated[int, Field(ge=0)] = 1
    unserved_countries: tuple[Country, ...] = ()
    decision_days: Annotated[int, Field(gt=0)] = 3
    longest_wait_days: Days = 30
    consolidation_days: Days = 1
    favour_percent: Annotated[int, Field(ge=0, le=100)] = 10
    list_link_minutes: Annotated[int, Field(ge=5, le=1440)] = 30
    sanctioned_places: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")], ...] = ()


class Retention(Record):
    """What the law wants kept although its customer asked for erasure.

    basis: the law, as it is told to whoever asks. years: full calendar years after the one in which the order was
        recorded; one of those for which the documents' bucket has a rule.
    """

    basis: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500)]
    years: Literal[2, 3, 5, 6, 7, 8, 10]


DocumentKind = Literal[
    "label",
    "label_zpl",
    "packing_slip",
    "pick_list",
    "commercial_invoice",
    "customs_declaration",
    "dangerous_goods_note",
]


class Privacy(Record):
    """What an erasure leaves. amounts: of orders and accounts. documents: by kind; a kind without is erased at once.

    settle_days: for so many days after it has left an order is not erased, since it may come back; not fewer than
        what the warehouse printed together is kept.
    """

    amounts: Retention
    documents: dict[DocumentKind, Retention] = {}
    settle_days: Annotated[int, Field(ge=30, le=366)] = 30


class Settings(Record):
    """Everything that a store can set.

    tax_rounding: per door, whether its tax is rounded per line (what is taken where nothing is said) or per order.
    """

    store: Store
    locations: dict[str, Location]
    services: dict[str, Service]
    default_service: Text
    gs1_company_prefix: Annotated[str, Field(pattern=r"^\d{6,12}$")]
    privacy: Privacy
    limits: Limits = Field(default_factory=Limits)
    printing: Printing = Field(default_factory=Printing)
    notices: Notices = Field(default_factory=Notices)
    boxes: dict[str, Box] = {}
    customs: Customs = Field(default_factory=Customs)
    rules: Rules = Field(default_factory=Rules)
    approvals: Approvals = Field(default_factory=Approvals)
    tax_rounding: dict[str, Literal["line", "order"]] = Field(default_factory=dict)


class SettingsError(ValueError):
    """A settings file that cannot be used; one line a mistake."""


def parse(text: str) -> Settings:
    """Settings from JSON text; a SettingsError names each field that is wrong and what it should be."""
    try:
        settings = Settings.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise SettingsError(f"not JSON: {error}") from None
    except ValidationError as error:
        raise SettingsError(
            "\n".join(
                f"{'.'.join(map(str, e['loc']))}: {e['input']!r}: {e['msg']}" for e in error.errors(include_url=False)
            )
        ) from None
    if settings.default_service not in settings.services:
        raise SettingsError(
            f"default_service: {settings.default_service!r} is not one of {', '.join(settings.services)}"
        )
    return settings


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings that were deployed with this package: as the build has compiled them, else from their file."""
    try:
        built = import_module("order_processing.compiled_settings")
    except ModuleNotFoundError:  # not built, as in tests
        return parse(Path(__file__).with_name("settings.json").read_text(encoding="utf-8"))
    settings: Settings = built.SETTINGS
    return settings


if __name__ == "__main__":
    try:
        parse(Path(sys.argv[1]).read_text(encoding="utf-8"))
    except SettingsError as mistake:
        sys.exit(f"{sys.argv[1]} cannot be used:\n{mistake}")
