"""AWS, and other services over HTTP, behind the rules' ports. A function imports this before anything that is large."""

import gc

# What is imported stays: looking for garbage in it would take a tenth of a cold start. Requests make little garbage
# that reference counting leaves, so the collector may look far less often than after every 700 new objects.
# A start makes up to 130,000, and one look at 100,000 takes 30 ms: so none falls into a start or a first run.
gc.set_threshold(300_000)
