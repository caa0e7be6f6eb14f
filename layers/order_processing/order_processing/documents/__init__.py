"""The documents that a warehouse prints: pure functions from the order's data to the bytes of a file."""
