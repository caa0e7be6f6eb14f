"""What stage 5 takes: `make delivery`.

CPU time of preparing the delivery of random orders of three parcels, warm: packing, SSCCs, and every document, made
as the stage makes them, on orders and documents kept in memory, so the AWS client's own time is not in it. Then the
import time of the function's package, each in a process of its own.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

from order_processing.carriers import own_label
from order_processing.settings import current
from order_processing.stages.prepare_delivery import prepare_delivery
