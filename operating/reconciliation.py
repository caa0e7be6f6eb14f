"""Which orders stores' webhooks did not bring.

    python -m operating.reconciliation             every store that has access: how far it was compared, what was missed
    python -m operating.reconciliation --now       compare now, then say the same

With --stack NAME on a stack in your AWS account.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from operating.stack import add_stack, connect
from order_processing.adapters.reconciliations import DynamoReconciliations


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code is 1 when a comparison failed."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.reconciliation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_stack(parser)
    parser.add_argument("--now", action="store_true", help="compare now; may take minutes")
    given = parser.parse_args(arguments)
    clients, outputs = connect(given.stack)
    failed = 0
    if given.now:
        answer = clients("lambda").invoke(FunctionName=outputs["ReconcileStoresFunction"])
        said = json.loads(answer["Payload"].read())
        failed = said.get("failed", 1)
        print(f"compared: {said.get('missed', 0)} orders had been missed, {failed} stores could not be compared")
    secret = clients("secretsmanager").get_secret_value(SecretId=outputs["StoresSecret"])["SecretString"]
    kept = DynamoReconciliations(clients("dynamodb"), outputs["OrdersTable"])
    compared = {source: stores for source, stores in json.loads(secret).items() if stores}
    if not compared:
        print("no store's list of orders can be compared: StoresSecret holds no access to any (docs/stores.md)")
    for source, stores in compared.items():
        for store in stores:
            last = kept.last(source, store)
            print(
                f"{source} {store}: "
                + (f"compared up to {last.until:%Y-%m-%d %H:%M} UTC" if last else "never compared")
            )
            for found in kept.report(source, store):
                print(f"  {found.at:%Y-%m-%d %H:%M}  missed: {', '.join(found.missed) or 'none'}")
                if found.changed:
                    print(f"                    changes missed of: {', '.join(found.changed)}")
                for aside in found.set_aside:
                    print(f"                    in quarantine: {aside}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
