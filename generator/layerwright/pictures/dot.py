"""A drawing in Graphviz's language DOT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape

from .drawing import Arrow, Box, Drawing, Kind, Row

FILLS = {
    Kind.INPUT: "#dbeafe",
    Kind.CHAIN: "#ffffff",
    Kind.MERGE: "#ede9fe",
    Kind.MODEL: "#fef9e7",
    Kind.BACKBONE: "#dcfce7",
    Kind.OUTPUT: "#fee2e2",
    Kind.FOLDED: "#f3f4f6",
}
"""Light enough to print in grey, with black on them."""

CALLS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""A colour for each call of a shared layer: Okabe and Ito's, which the colour-blind tell apart."""

GREY = "#6b7280"

MARKS = {"+": "#15803d", "-": "#b91c1c", "~": "#b45309"}
"""A colour for each mark of a row: what is new, what is gone, what has changed."""

HEAD = """\
digraph network {
  graph [rankdir=TB, nodesep=0.35, ranksep=0.35, fontname="Helvetica", fontsize=11, pad=0.15]
  node [shape=plain, fontname="Helvetica", fontsize=11]
  edge [arrowsize=0.7, color="#374151", penwidth=1.1]
"""


def dot(drawn: Drawing | Mapping[str, Drawing]) -> str:
    """A drawing as text that `dot` draws: inputs at the top, branches side by side, outputs at the bottom.

    Several stand side by side, each under its title. Their keys are apart.
    """
    content = _content(drawn) if isinstance(drawn, Drawing) else "\n".join(_titled(drawn))
    return f"{HEAD}{content}\n}}\n"


def _titled(drawings: Mapping[str, Drawing]) -> Iterator[str]:
    for number, (title, each) in enumerate(drawings.items()):
        label = f'graph [label=<<b>{escape(title)}</b>>, color="{GREY}", style=rounded]'
        yield f'subgraph "cluster_{number}" {{\n  {label}\n{_content(each)}\n}}'


def _content(drawing: Drawing) -> str:
    boxes = {box.key: box for box in every(drawing)}
    inputs = [f'"{box.key}"' for box in drawing.boxes if box.kind is Kind.INPUT]
    arrows = (f"  {_arrow(arrow, boxes)}" for arrow in drawing.arrows)
    return "\n".join([*_boxes(drawing, "  "), *arrows, f"  {{ rank=source; {'; '.join(inputs)} }}"])


def every(drawing: Drawing) -> Iterator[Box]:
    """All boxes, those of nested models after the one that they lie in."""
    for box in drawing.boxes:
        yield box
        if box.inside:
            yield from every(box.inside)


def _boxes(drawing: Drawing, indent: str) -> Iterator[str]:
    for box in drawing.boxes:
        if box.inside is None:
            yield f'{indent}"{box.key}" [label=<{_table(box)}>]'
            continue
        width = 2 if box.calls > 1 else 1
        style = f'style="rounded,filled", fillcolor="{FILLS[box.kind]}", color="{GREY}", penwidth={width}, margin=10'
        yield f'{indent}subgraph "cluster_{box.key}" {{'
        yield f"{indent}  graph [{style}]"
        yield f'{indent}  "{box.key}" [label=<{_table(box)}>]'
        yield from _boxes(box.inside, indent + "  ")
        yield from (f"{indent}  {_arrow(arrow, {})}" for arrow in entered(box, box.inside))
        yield indent + "}"


def entered(box: Box, inside: Drawing) -> list[Arrow]:
    """The arrows of a nested model, whose title stands for its input."""
    keys = {each.key for each in inside.boxes}
    return [replace(arrow, start=arrow.start if arrow.start in keys else box.key) for arrow in inside.arrows]


def end(key: str, boxes: Mapping[str, Box]) -> str:
    """Where the arrows from a box begin: those from a nested model at the last box in it."""
    while key in boxes and (inside := boxes[key].inside):
        key = inside.boxes[-1].key
    return key


def _arrow(arrow: Arrow, boxes: Mapping[str, Box]) -> str:
    colour = "" if arrow.call is None else f' [color="{CALLS[arrow.call % len(CALLS)]}", penwidth=1.8]'
    return f'"{end(arrow.start, boxes)}" -> "{arrow.end}"{colour}'


def _table(box: Box) -> str:
    rows = "".join(map(_row, box.rows))
    for note in box.notes:
        rows += f'<tr><td align="left" colspan="4"><i>{_grey(note)}</i></td></tr>'
    border = 0 if box.inside else 2 if box.calls > 1 or box.kind is Kind.BACKBONE else 1
    style = f'style="rounded" bgcolor="{FILLS[box.kind]}" color="{GREY}"'
    return f'<table border="{border}" cellborder="0" cellspacing="0" cellpadding="3" {style}>{rows}</table>'


def _row(row: Row) -> str:
    name = f"<b>{escape(row.name)}</b>" if row.name else ""
    if row.mark:
        name = f'<font color="{MARKS[row.mark]}">{escape(row.mark)} {name}</font>'
    parameters = f"{row.parameters:,}" if row.parameters else ""
    cells = (("left", name), ("left", _grey(row.about)), ("right", escape(row.shape)), ("right", _grey(parameters)))
    return "<tr>" + "".join(f'<td align="{side}" valign="bottom">{text}</td>' for side, text in cells) + "</tr>"


def _grey(text: str) -> str:
    return f'<font color="{GREY}">{escape(text)}</font>' if text else ""
