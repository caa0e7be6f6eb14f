"""Outbound webhooks: order events delivered to the endpoints of front ends and stores. See docs/webhooks.md."""
