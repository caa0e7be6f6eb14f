"""What the warehouse does with orders that are ready to ship: day list, printing, packing, hand-over, manifest."""
