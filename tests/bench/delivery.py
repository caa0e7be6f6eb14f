"""What stage 5 takes: `make delivery`.

CPU time of preparing the delivery of random orders of three parcels, warm: packing, SSCCs, and every document, made
as the stage makes them, on orders and documents kept in memory, so the AWS client's own time is not in it. Then the
import time of the function's package, each in a process of its own.
"""

from __future__ import annotations
