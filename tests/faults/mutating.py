"""The second part of `make faults`: every guard taken away, and a table of what was caught."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.faults.catching import EQUIVALENT, goes_wrong, hinted, is_test, record, recorded, shows
from tests.faults.mutations import Mutation, mutations
from tests.faults.trying import tried

_EVERYWHERE = ("tests/unit", "tests/aws")
Caught = dict[str, str]


def run(only: str, processes: int, *, each: bool, anew: bool) -> int:
    """Prints what caught how many, and each survivor, or `each` mutation, by its name. How many survived.

    only: mutations with this in their name. anew: what is not caught as the last time is looked for in all scenarios
    and all tests, and what is found is written down.
    """
    every = mutations()
    wanted = [mutation for mutation in every if only in mutation.name]
    names = {mutation.name for mutation in every}
    known = {name: by for name, by in recorded().items() if by and name in names}
    with ProcessPoolExecutor(processes) as pool:
        found, wrong = _as_before(pool, wanted, known, processes)
        if anew and (left := [m for m in wanted if m.name not in found and m.name not in EQUIVALENT]):
            more, more_wrong = _anywhere(pool, left, processes)
            found, wrong = found | more, wrong + more_wrong
    if anew:
        untried = {name: by for name, by in known.items() if name not in {mutation.name for mutation in wanted}}
        record(dict.fromkeys(names - EQUIVALENT.keys(), "") | untried | found)
    for by in wrong:
        print(f"red with every guard in place, so that it shows nothing: {by}")
    for mutation in wanted:
        if (by := found.get(mutation.name, "")) and each:
            print(f"caught: {mutation.name} (by {by})")
        elif not by and mutation.name not in EQUIVALENT:
            print(f"survived: {mutation.name}")
    return len(wrong) + _table(found, wanted)


def _as_before(
    pool: ProcessPoolExecutor, wanted: Sequence[Mutation], known: Caught, processes: int
) -> tuple[Caught, list[str]]:
    """What is caught by what caught it the last time; what is red with every guard in place."""
    by_name = {mutation.name: mutation for mutation in wanted}
    tests: dict[str, list[str]] = {}
    scenarios: dict[str, str] = {}
    for name in by_name.keys() & known.keys():
        if is_test(known[name]):
            tests.setdefault(known[name], []).append(name)
        else:
            scenarios[name] = known[name]
    lots = [
        pool.submit(_tried, lot, [by_name[name] for test in lot for name in tests[test]], tests)
        for lot in _lots(sorted(tests), processes * 3)
    ]
    swept = {name: pool.submit(shows, name, by) for name, by in scenarios.items()}
    clean = {by: pool.submit(goes_wrong, by) for by in set(scenarios.values())}
    found = {name: scenarios[name] for name, task in swept.items() if task.result()}
    wrong = [by for by, task in clean.items() if task.result()]
    for lot in lots:
        caught, red = lot.result()
        found |= caught
        wrong += red
    return {name: by for name, by in found.items() if by not in wrong}, wrong


def _anywhere(pool: ProcessPoolExecutor, left: Sequence[Mutation], processes: int) -> tuple[Caught, list[str]]:
    """What is caught by any test that comes to it, or by a scenario; of the template by a scenario if one does."""
    swept = {mutation.name: pool.submit(_first, mutation.name, hinted(mutation)) for mutation in left}
    found = {name: task.result() for name, task in swept.items() if task.result()}
    left = [mutation for mutation in left if mutation.name not in found]
    files = [str(path) for folder in _EVERYWHERE for path in sorted(Path(folder).glob("test_*.py"))]
    lots = [pool.submit(_tried, lot, left, None) for lot in _lots(files, processes * 8) if left]
    wrong: list[str] = []
    for lot in lots:
        caught, red = lot.result()
        found |= {name: by for name, by in caught.items() if by not in red}
        wrong += red
    return found, wrong


def _first(name: str, scenarios: Sequence[str]) -> str:
    return next((scenario for scenario in scenarios if shows(name, scenario)), "")


def _tried(
    tests: Sequence[str], left: Sequence[Mutation], by_test: dict[str, list[str]] | None
) -> tuple[Caught, list[str]]:
    trying = tried(tests, left, by_test)
    return trying.caught, trying.red


def _lots(things: Sequence[str], number: int) -> list[list[str]]:
    return [lot for n in range(number) if (lot := list(things[n::number]))]


def _table(found: Caught, wanted: Sequence[Mutation]) -> int:
    """Prints the table. How many survived."""
    counts: dict[str, Counter[str]] = {"caught": Counter(), "survived": Counter(), "equivalent": Counter()}
    for mutation in wanted:
        equivalent = "equivalent" if mutation.name in EQUIVALENT else "survived"
        counts["caught" if mutation.name in found else equivalent][mutation.kind] += 1
    print(f"{'mutation':12}" + "".join(f"{column:>12}" for column in counts))
    for kind in sorted({mutation.kind for mutation in wanted}):
        print(f"{kind:12}" + "".join(f"{counted[kind]:12}" for counted in counts.values()))
    print(f"{'all':12}" + "".join(f"{counted.total():12}" for counted in counts.values()) + "\n")
    return counts["survived"].total()
