"""What is packed: equal pieces of a line, and the parcels they make before these have a number."""

from collections.abc import Iterable

from order_processing.delivery import PackedLine, Placement
from order_processing.order import Quantity, Record, Text
from order_processing.verified_order import VerifiedOrder


class Goods(Record):
    """Equal pieces of one line, or of one component of a bundle. weight_g, size_mm: of one piece."""

    line_id: Text
    sku: Text
    description: Text
    quantity: Quantity
    weight_g: int
    size_mm: tuple[int, int, int]
    fragile: bool = False
    keep_upright: bool = False
    dangerous: Text = ""

    @property
    def packed(self) -> PackedLine:
        """These pieces as a parcel's content."""
        return PackedLine(line_id=self.line_id, sku=self.sku, description=self.description, quantity=self.quantity)

    def pieces(self, quantity: int) -> "Goods":
        """As many of the same pieces."""
        return self.model_copy(update={"quantity": quantity})

    def pieces_or_none(self, quantity: int) -> "Goods | None":
        """As many of the same pieces; None for none."""
        return self.pieces(quantity) if quantity else None


class PackedParcel(Record):
    """A parcel that has no SSCC yet; its fields are those of `delivery.Parcel`."""

    contents: tuple[PackedLine, ...]
    weight_g: int
    size_mm: tuple[int, int, int]
    box: Text = ""
    inner_mm: tuple[int, int, int] = (0, 0, 0)
    placements: tuple[Placement, ...] = ()
    remarks: tuple[Text, ...] = ()


def weight_of(load: Iterable[Goods]) -> int:
    """What some goods weigh together, in grams."""
    return sum(group.weight_g * group.quantity for group in load)


def un_numbers(contents: Iterable[PackedLine], verified: VerifiedOrder) -> tuple[str, ...]:
    """The UN numbers of the dangerous goods among a parcel's contents, sorted; none where it holds none."""
    found = {verified.item(packed.line_id).part(packed.sku).dangerous for packed in contents}
    return tuple(sorted(found - {""}))


def stacked_size(load: Iterable[Goods]) -> tuple[int, int, int]:
    """A size that surely holds the pieces: one upon the other, each standing or lying as it may."""
    length = width = height = 0
    for group in load:
        long, wide, high = group.size_mm
        if not group.keep_upright:
            high, wide, long = sorted(group.size_mm)
        long, wide = max(long, wide), min(long, wide)
        length, width, height = max(length, long), max(width, wide), height + high * group.quantity
    return length, width, height
