"""A drawing in Mermaid's language, which GitHub and GitLab show as a picture in a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from .dot import CALLS, FILLS, GREY, end, entered, every
from .drawing import Arrow, Box, Drawing, Kind, Row

SHAPES = {
    Kind.INPUT: ('(["', '"])'),
    Kind.MERGE: ('{{"', '"}}'),
    Kind.BACKBONE: ('[["', '"]]'),
    Kind.OUTPUT: ('(["', '"])'),
}
"""How a kind of box is written, if it isn't a plain one."""

PLAIN = ('["', '"]')

WIDE = '%%{init: {"flowchart": {"wrappingWidth": 500}}}%%'
"""Says that a row of a box stays one line."""


def mermaid(drawn: Drawing | Mapping[str, Drawing]) -> str:
    """A drawing as a flowchart, from top to bottom. Several stand side by side, each under its title."""
    if isinstance(drawn, Drawing):
        return _flowchart(list(_boxes(drawn, "  ")), [drawn])
    lines: list[str] = []
    for title, each in drawn.items():
        lines += [f'  subgraph part_{len(lines)} ["{title}"]', *_boxes(each, "    "), "  end"]
    return _flowchart(lines, list(drawn.values()))


def _flowchart(lines: list[str], drawings: list[Drawing]) -> str:
    boxes = {box.key: box for each in drawings for box in every(each)}
    inner = [arrow for box in boxes.values() if box.inside for arrow in entered(box, box.inside)]
    outer = [replace(arrow, start=end(arrow.start, boxes)) for each in drawings for arrow in each.arrows]
    drawn = (f"  {arrow.start} --> {arrow.end}" for arrow in [*inner, *outer])
    return "\n".join([WIDE, "flowchart TD", *lines, *drawn, *_styles(boxes), *_colours([*inner, *outer])])


def _boxes(drawing: Drawing, indent: str) -> Iterator[str]:
    for box in drawing.boxes:
        left, right = SHAPES.get(box.kind, PLAIN)
        text = "<br>".join([*map(_row, box.rows), *(f"<i>{note}</i>" for note in box.notes)])
        if box.inside is None:
            yield f"{indent}{box.key}{left}{text}{right}{_styled(box)}"
            continue
        yield f'{indent}subgraph {box.key}__ [" "]'
        yield f"{indent}  {box.key}{left}{text}{right}{_styled(box)}"
        yield from _boxes(box.inside, indent + "  ")
        yield f"{indent}end"


def _row(row: Row) -> str:
    name = f"<b>{row.name}</b>" if row.name else ""
    return " ".join(filter(None, (row.mark, name, row.about, row.shape)))


def _styled(box: Box) -> str:
    """The style of a box. Plain ones look as the page does, dark or light."""
    return "" if box.kind is Kind.CHAIN else f":::{box.kind.value}"


def _styles(boxes: Mapping[str, Box]) -> Iterator[str]:
    for kind in dict.fromkeys(box.kind for box in boxes.values() if box.kind is not Kind.CHAIN):
        yield f"  classDef {kind.value} fill:{FILLS[kind]},stroke:{GREY},color:#111827"


def _colours(arrows: list[Arrow]) -> Iterator[str]:
    for number, colour in enumerate(CALLS):
        coloured = [
            at for at, arrow in enumerate(arrows) if arrow.call is not None and arrow.call % len(CALLS) == number
        ]
        if coloured:
            yield f"  linkStyle {','.join(map(str, coloured))} stroke:{colour},stroke-width:2px"
