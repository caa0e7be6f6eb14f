"""Order processing: the step of order-to-cash between a placed order and its delivery."""
