"""Plots as SVG drawn on the server: lines over days, each with a point a day, for a page that also has the table.

Nothing in them is styled inline: classes of `console.css` colour them, so they follow light and dark.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

_WIDTH, _HEIGHT = 640, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 12, 28
_TICKS = 4


@dataclass(frozen=True)
class Line:
    """values: one for each day, None where there is none. style: a number, 1 or 2, of the line's look."""

    name: str
    values: Sequence[float | None]
    style: int = 1


@dataclass(frozen=True)
class Mark:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Drawn:
    name: str
    style: int
    path: str
    points: tuple[Mark, ...]


@dataclass(frozen=True)
class Plot:
    """What the template draws. ticks: of the upright axis; labels: of days, the first, the middle and the last."""

    title: str
    width: int
    height: int
    left: int
    right: int
    baseline: int
    lines: tuple[Drawn, ...]
    ticks: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    id: str = ""


def plot(id: str, title: str, days: Sequence[str], lines: Sequence[Line], *, unit: str = "", top: float = 0) -> Plot:
    """A plot. days: the labels of the level axis; unit: after each number; top: where the axis ends at least."""
    highest = max([top, *(value for line in lines for value in line.values if value is not None)])
    highest = _round_up(highest) if highest > top or not top else top
    inner, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def x(place: int) -> float:
        return round(_LEFT + (inner / 2 if len(days) == 1 else inner * place / (len(days) - 1)), 1)

    def y(value: float) -> float:
        return round(_TOP + tall * (1 - value / highest), 1)

    ticks = [highest * step / _TICKS for step in range(_TICKS + 1)]
    shown = sorted({0, len(days) // 2, len(days) - 1}) if days else []
    return Plot(
        title=title,
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        baseline=_HEIGHT - _BOTTOM,
        lines=tuple(_drawn(line, days, x, y, unit) for line in lines),
        ticks=tuple(Mark(_LEFT - 6, y(tick), f"{tick:g}{unit}") for tick in ticks),
        labels=tuple(Mark(x(place), _HEIGHT - 8, days[place]) for place in shown),
        id=id,
    )


def _drawn(line: Line, days: Sequence[str], x: Callable[[int], float], y: Callable[[float], float], unit: str) -> Drawn:
    points = [
        Mark(x(place), y(value), f"{line.name}, {days[place]}: {value:g}{unit}")
        for place, value in enumerate(line.values)
        if value is not None
    ]
    path, pen = [], "M"
    marks = iter(points)
    for value in line.values:
        if value is None:
            pen = "M"
            continue
        mark = next(marks)
        path.append(f"{pen}{mark.x:g} {mark.y:g}")
        pen = "L"
    return Drawn(line.name, line.style, " ".join(path), tuple(points))


def _round_up(number: float) -> float:
    """The next of 1, 2, 4 and 8 times a power of ten, so that a quarter of it is easy to read."""
    if number <= 0:
        return 4
    power: float = 1
    while power * 8 < number:
        power *= 10
    while power > number:
        power /= 10
    return next(step * power for step in (1, 2, 4, 8) if step * power >= number) if power * 8 >= number else power * 10
