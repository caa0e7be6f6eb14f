"""Preset dictionaries (RFC 1950) for the documents in items: what most of them say, so that it need not be kept.

A dictionary is told by its Adler-32 in what was deflated with it. So one that was ever used is never changed or
removed: a better one is added at the end, and is what is written from then on.
"""

from __future__ import annotations

import zlib

_FIRST = (
    b'{"found":[{"code":"TOTAL_MISMATCH","path":"customer.email","found":"","expected":"","resolution":"corrected"},'
    b'{"resolution":"noted"}]}{"actor":"customer","at":"2026-11-24T15:00:00Z","corrections":[{"path":"lines[0].sku",'
    b'"found":"","value":""}],"approvals":[]}{"code":"","text":""}{"kind":"CORRECTION_PENDING","token":"","asked_at":'
    b'"2026-11-24T15:00:00Z","expires_at":"2026-11-27T15:00:00Z","told_at":"2026-11-24T15:00:00Z"}'
    b'{"customer_id":"guest-","order_id":"","store_order_number":"1001","description":"1 x ","delivery_date":"2026-12-'
    b'01","amount":,"currency":"USD","recorded_at":"2026-11-24T15:00:00Z"}'
    b'{"order":{"source":"shopify","store":".myshopify.com","source":"woocommerce","source":"api","store":"front end",'
    b'"store_order_id":"","store_order_number":"#1001","store_version":"2026-11-24T15:00:00Z","placed_at":'
    b'"2026-11-24T15:00:00Z","currency":"USD","currency":"EUR","customer":{"store_customer_id":"","email":"","name":"",'
    b'"phone":"+1","company":"","tax_number":"","locale":"en"},"shipping_address":{"name":"","company":"","line1":"",'
    b'"line2":"","city":"","region":"","postal_code":"","country":"US","phone":"+1"},"billing_address":{"name":"",'
    b'"line1":"","city":"","region":"","postal_code":"","country":"US"},"lines":[{"line_id":"1","sku":"",'
    b'"store_variant_id":"","gtin":"","title":"","options":[{"name":"","value":""}],"quantity":1,"unit_price":,'
    b'"discount":,"tax":,"tax_rate":"0.06","requires_shipping":false},{"line_id":"2","sku":"","title":"","quantity":1,'
    b'"unit_price":}],"shipping":{"service":"standard","title":"Standard","price":,"discount":,"tax":},"discounts":[{'
    b'"code":"","title":"","kind":"percentage","kind":"fixed_amount","value":"","amount":}],"taxes":[{"title":"","rate"'
    b':"0.06","amount":}],"fees":[{"title":"","amount":,"tax":}],"prices_include_tax":true,"tax_total":,'
    b'"discount_total":,"total":,"subtotal":,"paid":false,"note":"","gift":true,"allow_partial_shipment":true},'
    b'"customer_id":"guest-","items":[{"line_id":"1","sku":"","description":"","weight_g":1200,"size_mm":[300,200,120],'
    b'"hs_code":"","origin":"US","picture":"https://cdn.shopify.com/","components":[["",1]],"fragile":true,'
    b'"keep_upright":true,"dangerous":"","parts":[{"sku":"","description":"","weight_g":,"size_mm":[]}],'
    b'"component_amounts":[]}],"service":"standard"}'
    b'{"attempt_at":"2026-11-24T15:00:00Z","sent_at":"2026-11-24T15:00:00Z","message_id":"010001"}'
    b'{"allocations":[{"line_id":"1","sku":"","quantity":1,"kind":"stock","kind":"supply","kind":"production",'
    b'"location":"louisville","source_id":"","bucket":2,"ship_date":"2026-11-24","delivery_date":"2026-11-30",'
    b'"reason":"1 in Louisville today, ordered before the 14:00 cut-off, ordered after the 14:00 cut-off, ships 24 Nov,'
    b' 3 working days to United States"}],"materials":[{"line_id":"1","sku":"","quantity":1,"kind":"supply"}]}'
    b'{"shipments":[{"location":"louisville","ship_date":"2026-11-24","service":"standard","parcels":[{"sscc":"9061414",'
    b'"number":1,"of":1,"contents":[{"line_id":"1","sku":"","description":"","quantity":1}],"weight_g":1490,'
    b'"size_mm":[408,308,208],"box":"Small box","box":"Large box","box":"Medium box","inner_mm":[400,300,200],'
    b'"placements":[{"content":0,"at_mm":[0,0,0],"size_mm":[200,300,120]}],"remarks":[""]}]}],"documents":[{"kind":'
    b'"customs_declaration","key":"orders//customs-declaration-1.pdf"},{"kind":"commercial_invoice","key":"orders/'
    b'/commercial-invoice-1.pdf","content_type":"application/pdf","sha256":"","size":},{"kind":"label","key":"orders/'
    b'/label-1.pdf","content_type":"application/pdf","sha256":"","size":22441},{"kind":"packing_slip","key":"orders/'
    b'/packing-slip.pdf","content_type":"application/pdf","sha256":"","size":19833}]}'
)
DICTIONARIES = (_FIRST,)
_BY_CHECKSUM = {zlib.adler32(each): each for each in DICTIONARIES}
_PRESET = 0x20


def deflated(body: bytes) -> bytes:
    """The body, deflated with the newest dictionary."""
    deflating = zlib.compressobj(9, zdict=DICTIONARIES[-1])
    return deflating.compress(body) + deflating.flush()


def inflated(packed: bytes) -> bytes:
    """What was deflated, with whichever dictionary or with none. Raises zlib.error for a dictionary not known here."""
    if len(packed) > 6 and packed[1] & _PRESET:
        checksum = int.from_bytes(packed[2:6], "big")
        if checksum not in _BY_CHECKSUM:
            raise zlib.error(f"deflated with the dictionary {checksum:08x}, which is not known to this version")
        return zlib.decompressobj(zdict=_BY_CHECKSUM[checksum]).decompress(packed)
    return zlib.decompress(packed)
