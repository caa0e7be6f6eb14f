"""AWS's clients, as `boto3.client` makes them, in about half of the time that it takes.

`boto3.client` is botocore's client; what boto3 adds (resources, file transfers) nobody here uses. Of the rest, a
good part goes into looking for every service that there is and into a megabyte of endpoints, most of them of other
services. Endpoints come from each service's own rules all the same, so of that file only the partitions matter, and
botocore has these in a small file too. S3 is older than regions, and is given the whole file. Of what botocore hooks
into each call, what only writes its documentation is left out, and what is S3's where no client of S3 is made.
tests/aws/test_aws.py compares the requests with those of boto3's clients.
"""

from __future__ import annotations

from functools import cache
from os import listdir
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST
from botocore.loaders import Loader
from botocore.session import Session


class _Loader(Loader):
    """Loads the descriptions of the services that are asked for, and looks at no others."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self._whole = whole

    def list_available_services(self, type_name: str) -> list[str]:
        """The folders of services, without a look into each of the hundreds."""
        return sorted({name for path in self.search_paths if Path(path).is_dir() for name in listdir(path)})

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """As botocore's; unless it is to be the whole, the endpoints of services are left out."""
        if name != "endpoints" or self._whole:
            return super().load_data_with_path(name)
        described, path = super().load_data_with_path("partitions")
        return {"version": 3, "partitions": [_partition(each) for each in described["partitions"]]}, path


def _partition(described: Any) -> dict[str, Any]:
    """A partition in the shape of `endpoints.json`, with what holds for services that say nothing else."""
    suffix, dual = described["outputs"]["dnsSuffix"], described["outputs"]["dualStackDnsSuffix"]
    variants = [
        {"tags": ["fips"], "hostname": "{service}-fips.{region}.{dnsSuffix}", "dnsSuffix": suffix},
        {"tags": ["dualstack"], "hostname": "{service}.{region}.{dnsSuffix}", "dnsSuffix": dual},
        {"tags": ["dualstack", "fips"], "hostname": "{service}-fips.{region}.{dnsSuffix}", "dnsSuffix": dual},
    ]
    return {
        "partition": described["id"],
        "partitionName": described["outputs"]["name"],
        "dnsSuffix": suffix,
        "regionRegex": described["regionRegex"],
        "regions": {name: {} for name in described["regions"]},
        "defaults": {
            "hostname": "{service}.{region}.{dnsSuffix}",
            "protocols": ["https"],
            "signatureVersions": ["v4"],
            "variants": variants,
        },
        "services": {},
    }


@cache
def _session(*, whole: bool) -> Session:
    session = Session(include_builtin_handlers=False)
    _hook(session, s3=whole)
    session.register_component("data_loader", _Loader(whole=whole))
    return session


def _hook(session: Session, *, s3: bool) -> None:
    """As botocore hooks its own handlers in, but for those that no client of the session comes to."""
    events = session.get_component("event_emitter")
    ways = {None: events.register, REGISTER_FIRST: events.register_first, REGISTER_LAST: events.register_last}
    for event, handler, *way in BUILTIN_HANDLERS:
        kind, _, of = event.partition(".")
        if kind != "docs" and (s3 or of.partition(".")[0] != "s3"):
            ways[way[0] if way else None](event, handler)


def client(service: str, config: Config | None = None) -> Any:
    """A client of one of AWS's services, by boto3's name of it; region and credentials are the environment's."""
    return _session(whole=service == "s3").create_client(service, config=config)


_FOR_DOORS = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=2, read_timeout=5)


def door_client(service: str) -> Any:
    """A client for whoever answers a request: botocore by itself tries DynamoDB for longer than a door may take, and
    the sender would hear nothing. With this one they are told within seconds to come again."""
    return client(service, _FOR_DOORS)
