"""The stores' side of intake: each platform's signature and its orders, read into the one shape of `order`."""

from order_processing.stores.platform import (
    Change,
    Delivery,
    Fetching,
    NeedsFetch,
    NotAnOrder,
    OrderChanged,
    OrderDeleted,
    OrderPlaced,
    Platform,
    SignatureError,
    UnknownPlatform,
    Unreadable,
    platform,
    sources,
)

__all__ = [
    "Change",
    "Delivery",
    "Fetching",
    "NeedsFetch",
    "NotAnOrder",
    "OrderChanged",
    "OrderDeleted",
    "OrderPlaced",
    "Platform",
    "SignatureError",
    "UnknownPlatform",
    "Unreadable",
    "platform",
    "sources",
]
