"""`explain` and `diff`: networks, before there is a project or after."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..answers import combine
from ..explain import explanation, text
from ..faults import IncompleteCommand, OpposedOptions
from ..plan import Plan, design
from ..problems import AnswersError, Problem, shown
from . import completing
from .giving import answers_at, effective, from_pairs, gather, load_project
from .manner import manner
from .options import FORM, OUTPUT, PICTURES, sources
from .saying import write

if TYPE_CHECKING:
    from ..pictures import Drawing


@click.command()
@click.argument("project", required=False, type=click.Path(path_type=Path))
@sources
@FORM
@OUTPUT
def explain(
    project: Path | None,
    preset: str | None,
    file: Path | None,
    pairs: tuple[str, ...],
    defaults: bool,
    form: str | None,
    output: Path | None,
) -> None:
    """Shows the network that answers make, or that PROJECT was made with: its layers, and why it is what it is.

    Pictures in svg, png and pdf need Graphviz: pip install 'layerwright[pictures]'.

    \b
    layerwright explain --preset power-plant
    layerwright explain --data 'inputs=x: numeric 8' --data 'outputs=y: binary' --format json
    layerwright explain houses --output network.svg
    """  # noqa: D301
    given = gather(preset, file, pairs)
    if project is not None and "preset" in given:
        what = f"{shown(given['preset'])} changes nothing: {project} has answers of its own to everything"
        mend = "leave out the preset, or the project"
        raise AnswersError([Problem("preset", OpposedOptions, what, mend)])
    if project is not None:
        given = combine(load_project(project), given)
    planned: Plan = design(effective(given))

    def drawn() -> Drawing:
        from ..pictures import drawing

        return drawing(planned)

    show(form, output, text=lambda: text(planned), data=lambda: explanation(planned), drawn=drawn)


@click.command()
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="[AFTER]", required=False)
@click.option(
    "--data",
    "pairs",
    metavar="KEY=VALUE",
    multiple=True,
    help="Another answer of AFTER; may be given again.",
    shell_complete=completing.answers,
)
@FORM
@OUTPUT
def diff(before: str, after: str | None, pairs: tuple[str, ...], form: str | None, output: Path | None) -> None:
    """Shows what is different between two networks: layers that are new (+), gone (-) and changed (~).

    Each is a project, a file with answers, or a preset. Without AFTER it's BEFORE with the answers of --data.

    \b
    layerwright diff mlp residual-mlp
    layerwright diff houses --data branching=residual --output difference.svg
    """  # noqa: D301
    from .. import differences

    if after is None and not pairs:
        what, mend = "it isn't said what to compare with", "name AFTER, or say other answers by --data"
        raise AnswersError([Problem("diff", IncompleteCommand, what, mend)])
    old = answers_at(before)
    was = design(effective(old))
    if after is not None:
        manner().sources.found.clear()  # what is wrong with AFTER is marked in AFTER
    new = combine(old if after is None else answers_at(after), from_pairs(pairs))
    found = differences.difference(was, design(effective(new)))
    show(
        form,
        output,
        text=lambda: differences.as_text(found),
        data=lambda: differences.as_data(found),
        drawn=lambda: differences.as_drawings(found),
    )


def form_of(form: str | None, output: Path | None) -> str:
    """What to write: as it was said, or as the file's name ends."""
    suffix = output.suffix.lstrip(".").lower() if output else ""
    return form or {"json": "json", "mmd": "mermaid", "gv": "dot"}.get(suffix, suffix if suffix in PICTURES else "text")


def show(
    form: str | None,
    output: Path | None,
    *,
    text: Callable[[], str],
    data: Callable[[], object],
    drawn: Callable[[], Drawing | Mapping[str, Drawing]],
) -> None:
    """Writes something in the form that is wanted. Only that is made."""
    form = form_of(form, output)
    if form in PICTURES:
        from ..pictures import picture

        write(picture(drawn(), form), output)
    else:
        write(json.dumps(data(), indent=2) if form == "json" else text(), output)
