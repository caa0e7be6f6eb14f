"""Shopify's amounts: which currency, which view of the order, and what each kept line still costs.

Two currencies: an amount `x` is in the shop's currency, `x_set` has it in the shop's and in the
customer's (presentment) currency. The customer's is read, for all amounts of the order or for none.

Two views: the order as placed (`total_price`, `quantity`) and as it stands after edits, returns and
refunds (`current_total_price`, `current_quantity`). A line's own discounts and taxes are always those
of the placed quantity, so for a line that was cut down, what was refunded is taken off.
"""

from order_processing.order import Record
from order_processing.shares import share
from order_processing.stores.payload import Part, amount
from order_processing.stores.platform import Unreadable


class NoPresentmentAmount(Exception):
    """An amount that Shopify gives in the shop's currency alone."""


class Purse:
    """Reads amounts of one order in one currency. customers: in the customer's currency, not the shop's."""

    def __init__(self, order: Part, *, customers: bool) -> None:
        self.shop_currency = order.currency("currency")
        presentment = order.currency("presentment_currency") if order.has("presentment_currency") else ""
        self.customers = customers and presentment not in ("", self.shop_currency)
        self.currency = presentment if self.customers else self.shop_currency

    def amount(self, part: Part, name: str, *, signed: bool = False) -> int:
        """The amount `name`, from `name_set` where it is there; 0 when neither is."""
        money = self._in_set(part, f"{name}_set")
        if money is not None:
            return amount(money.raw("amount"), money.at("amount"), self.currency, signed=signed)
        plain = part.amount_or_zero(name, self.shop_currency, signed=signed)
        if plain and self.customers:
            raise NoPresentmentAmount(part.at(name))
        return plain

    def known(self, part: Part, name: str) -> bool:
        """Whether the amount is there at all."""
        return part.has(name) or self._in_set(part, f"{name}_set") is not None

    def required(self, part: Part, name: str) -> int:
        """Like `amount`, but Unreadable when it is not there."""
        if not self.known(part, name):
            raise Unreadable(part.at(name), "", f"an amount in {self.currency} such as '19.99'")
        return self.amount(part, name)

    def _in_set(self, part: Part, name: str) -> Part | None:
        money = part.part(name).part("presentment_money" if self.customers else "shop_money")
        if not money or not money.has("amount"):
            return None
        if money.has("currency_code") and money.text("currency_code").upper() != self.currency:
            raise Unreadable(money.at("currency_code"), money.text("currency_code"), self.currency)
        return money


class Refunded(Record):
    """What was taken off one line: pieces, and for all of them the price after discount, and the tax."""

    pieces: int = 0
    net: int = 0
    tax: int = 0


def refunded_lines(order: Part, purse: Purse) -> dict[str, Refunded]:
    """What refunds took off each line, by the line's id."""
    taken: dict[str, Refunded] = {}
    for refund in order.parts("refunds"):
        for item in refund.parts("refund_line_items"):
            line = item.identity("line_item_id")
            before = taken.get(line, Refunded())
            taken[line] = Refunded(
                pieces=before.pieces + item.quantity("quantity", least=0),
                net=before.net + purse.amount(item, "subtotal"),
                tax=before.tax + purse.amount(item, "total_tax"),
            )
    return taken


def refunded_shipping(order: Part, purse: Purse) -> int:
    """What refunds took off the shipping, before tax unless prices include it."""
    return -sum(
        purse.amount(adjustment, "amount", signed=True)
        for refund in order.parts("refunds")
        for adjustment in refund.parts("order_adjustments")
        if adjustment.text("kind") == "shipping_refund"
    )


class Cost(Record):
    """What one kept line costs: pieces, price for one, its discount split by discount application, its taxes.

    discounts: (index of the discount application, amount). taxes: (title, rate, amount).
    """

    pieces: int
    unit_price: int
    discounts: tuple[tuple[int, int], ...] = ()
    taxes: tuple[tuple[str, str, int], ...] = ()

    @property
    def discount(self) -> int:
        """The line's whole discount."""
        return sum(amount for _, amount in self.discounts)

    @property
    def net(self) -> int:
        """What the line's pieces cost after the discount."""
        return self.unit_price * self.pieces - self.discount

    @property
    def tax(self) -> int:
        """The line's whole tax."""
        return sum(amount for _, _, amount in self.taxes)


def line_cost(line: Part, purse: Purse, taken: Refunded) -> Cost:
    """A line's cost for the pieces that are left of it; `pieces` is 0 for a line that was removed."""
    placed = line.quantity("quantity", least=0)
    left = line.quantity("current_quantity", least=0) if line.has("current_quantity") else placed - taken.pieces
    left = max(0, min(left, placed))
    unit_price = purse.required(line, "price")
    discounts, taxes = line_discounts(line, purse), tax_lines(line, purse)
    if left != placed:
        whole_discount, whole_tax = sum(a for _, a in discounts), sum(a for _, _, a in taxes)
        discount, tax = whole_discount * left // max(placed, 1), whole_tax * left // max(placed, 1)
        if taken.pieces == placed - left:
            kept_discount = whole_discount - (taken.pieces * unit_price - taken.net)
            discount = kept_discount if 0 <= kept_discount <= unit_price * left else discount
            tax = whole_tax - taken.tax if taken.tax <= whole_tax else tax
        kept = share(discount, [a for _, a in discounts])
        discounts = tuple((index, a) for (index, _), a in zip(discounts, kept, strict=True))
        kept = share(tax, [a for _, _, a in taxes])
        taxes = tuple((title, rate, a) for (title, rate, _), a in zip(taxes, kept, strict=True))
    return Cost(pieces=left, unit_price=unit_price, discounts=discounts, taxes=taxes)


def line_discounts(line: Part, purse: Purse) -> tuple[tuple[int, int], ...]:
    """The discounts of a line or of the shipping, by application; of the older `total_discount` where it has none."""
    found = [
        (allocation.quantity("discount_application_index", least=0), purse.amount(allocation, "amount"))
        for allocation in line.parts("discount_allocations")
        if allocation.has("discount_application_index")
    ]
    unnamed = sum(
        purse.amount(allocation, "amount")
        for allocation in line.parts("discount_allocations")
        if not allocation.has("discount_application_index")
    )
    if not found and not unnamed:
        unnamed = purse.amount(line, "total_discount")
    return (*found, *(((-1, unnamed),) if unnamed else ()))


def tax_lines(part: Part, purse: Purse) -> tuple[tuple[str, str, int], ...]:
    """(title, rate, amount) of each tax."""
    return tuple((tax.text("title"), plain_rate(tax), purse.amount(tax, "price")) for tax in part.parts("tax_lines"))


def plain_rate(tax: Part) -> str:
    """A tax's rate as a fraction in text, "0.06"; "" where there is none."""
    rate = tax.number("rate")
    return "" if rate is None else f"{rate.normalize():f}"
