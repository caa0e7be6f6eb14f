"""AWS, and other services over HTTP, behind the rules' ports. A function imports this before anything that is large."""

import gc

# What is imported stays: looking for garbage in it would take a tenth of a cold start. Requests make little garbage
# that reference counting leaves, so the collector may look far less often than after every 700 new objects.
gc.set_threshold(100_000)
