"""Who may send orders to the local stack, decide about them and hand them over: two shops, two front ends, staff,
accounting and a warehouse system, with secrets that open nothing else."""

SHOPIFY_SHOP = "northgate.myshopify.example"
WOOCOMMERCE_SHOP = "store.example.com"
FRONT_END = "web-shop"
OTHER_FRONT_END = "other-shop"
STAFF = "order desk"
ACCOUNTING = "accounting"
SECOND_STAFF = "finance"
WAREHOUSE = "warehouse system"

SHOPIFY_SECRET = "local-shopify-secret"  # noqa: S105
WOOCOMMERCE_SECRET = "local-woocommerce-secret"  # noqa: S105
BIGCOMMERCE_SECRET = "local-bigcommerce-secret"  # noqa: S105
API_KEY = "local-api-key"
OTHER_API_KEY = "local-other-api-key"
STAFF_KEY = "local-staff-key"
ACCOUNTING_KEY = "local-accounting-key"
SECOND_STAFF_KEY = "local-second-staff-key"
WAREHOUSE_KEY = "local-warehouse-key"
INVENTORY_KEY = "local-inventory-key"

SENDERS = {
    "shopify": {SHOPIFY_SHOP: [SHOPIFY_SECRET]},
    "woocommerce": {WOOCOMMERCE_SHOP: [WOOCOMMERCE_SECRET]},
    "bigcommerce": {"": [BIGCOMMERCE_SECRET]},
    "api": {FRONT_END: [API_KEY], OTHER_FRONT_END: [OTHER_API_KEY]},
    "accounting": {ACCOUNTING: [ACCOUNTING_KEY]},
    "staff": {STAFF: [STAFF_KEY], SECOND_STAFF: [SECOND_STAFF_KEY]},
    "warehouse": {WAREHOUSE: [WAREHOUSE_KEY]},
    "inventory": {WAREHOUSE: [INVENTORY_KEY]},
}
