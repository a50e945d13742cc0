"""The door through which a Copier template reaches this package: filters and functions for its Jinja environment.

`templates/extensions.py` calls `install` of the generator that belongs to its own version. Only texts, numbers,
lists and dicts pass.
"""

from __future__ import annotations

import atexit
import json
import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.runtime import Context

from . import __version__, questions
from .answers import MERGED
from .answers.sources import flow
from .compiled import Compiled, texts_looked_up
from .context import LINE_LENGTH
from .context import context as project_context
from .emit import literal
from .extensions import KEY
from .places import PUBLIC_URL
from .plan import design
from .problems import AnswersError
from .standards import violations
from .store import Store, kept

if TYPE_CHECKING:
    from black import Mode

BLACK = f"Black, {LINE_LENGTH} wide, 3.11"
"""How Black is asked to format, in a word: what `black_mode` says."""


def install(environment: Environment) -> None:
    """Adds to Copier's Jinja environment what the templates and questions use, which tells Copier what is wrong."""
    from .refusing import told

    furnish(environment)
    environment.filters["black"] = formatted_before
    environment.bytecode_cache = compiled = Compiled(_kept())
    environment.from_string = texts_looked_up(environment, compiled)  # type: ignore[method-assign]
    questions.install(environment)
    environment.globals |= {name: told(function) for name, function in TOLD.items()}


def furnish(environment: Environment) -> None:
    """Adds what the templates and the answers' defaults use, and makes an undefined name an error."""
    environment.undefined = StrictUndefined
    environment.filters |= {
        "black": formatted,
        "markdown": markdown,
        "python": literal,
        "recorded": recorded,
        "toml": toml,
        "yaml_value": flow,
    }
    environment.globals["planned_project"] = planned_project
    questions.install_functions(environment)


@cache
def black_mode() -> Mode:
    """How Black is asked to format, as the generated `pyproject.toml` has it."""
    from black.mode import Mode, TargetVersion

    return Mode(target_versions={TargetVersion.PY311}, line_length=LINE_LENGTH)


def formatted(source: str) -> str:
    """Python source as Black formats it."""
    import black  # takes a tenth of a second: only what isn't formatted yet pays for it

    return black.format_str(source.strip() + "\n", mode=black_mode())


def formatted_before(source: str) -> str:
    """The same, looked up in what is kept: an update renders each version twice."""
    return _kept().made(BLACK, source, lambda: formatted(source))


@cache
def _kept() -> Store:
    """What is kept of this user's, until Copier's process ends: nothing tells when it has rendered its last file."""
    until_the_end = ExitStack()
    atexit.register(until_the_end.close)
    return until_the_end.enter_context(kept())


def markdown(value: str) -> str:
    """A text as a line of Markdown that shows it as it is."""
    escaped = re.sub(r"([\\`*_{}\[\]<>#|!&~$])", r"\\\1", value.strip())
    return re.sub(r"^(\d*)([-+=.)])", r"\1\\\2", escaped)


def toml(value: str) -> str:
    """A text as a TOML basic string."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


@pass_context
def planned_project(context: Context) -> str:
    """The context of the answers so far, as JSON. Raises AnswersError if they can't become a project."""
    said, standard = questions.said_in(context), questions.standard_in(context)
    answers = questions.effective(said, standard)
    if standard and (found := violations(standard, answers)):
        raise AnswersError(found)
    return _planned(json.dumps(answers, default=str), context["_folder_name"])


TOLD: dict[str, Callable[..., Any]] = {"planned_project": planned_project, "from_preset": questions.from_preset}
"""The functions that refuse answers."""


@lru_cache(maxsize=8)
def _planned(answers: str, folder: str) -> str:
    return json.dumps(project_context(design(json.loads(answers), folder)))


@pass_context
def recorded(context: Context, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What a project remembers: its answers, and the source and version of the template that made it.

    The preset isn't among them, so its parts of what is merged by parts are. Which extensions it needs nobody is asked.

    A template that isn't under version control is one that an installed package brings: its place on this machine
    means nothing elsewhere, so the public one and the release are recorded instead.
    """
    said = questions.effective(questions.said_in(context), questions.standard_in(context))
    whole = {key: value for key, value in said.items() if key in MERGED and key in answers}
    source = {} if "_commit" in answers else {"_commit": f"v{__version__}", "_src_path": PUBLIC_URL}
    needed = {KEY: extensions} if (extensions := context["project"][KEY]) else {}
    return {**answers, **whole, **source, **needed}
