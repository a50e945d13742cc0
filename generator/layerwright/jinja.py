"""The door through which a Copier template reaches this package: filters and functions for its Jinja environment.

`templates/extensions.py` calls `install` of the generator that belongs to its own version. Only texts, numbers,
lists and dicts pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import black
import yaml
from black.mode import TargetVersion
from copier.errors import UserMessageError
from jinja2 import Environment, StrictUndefined, Undefined, pass_context
from jinja2.runtime import Context

from . import __version__
from .answers import KEYS, MERGED, Answers, combine, package_name
from .backbones import BACKBONES, Backbone
from .blocks import MERGES
from .context import LINE_LENGTH
from .context import context as project_context
from .emit import literal
from .extensions import KEY, usable
from .kinds import KINDS
from .places import PUBLIC_URL
from .plan import design
from .presets import BLANK, all_presets, preset_answers
from .problems import AnswersError, Problem
from .standards import Standard, read, violations
from .tasks import TASKS, Task

BLACK_MODE = black.Mode(target_versions={TargetVersion.PY311}, line_length=LINE_LENGTH)
"""As the generated `pyproject.toml` has it."""


class RefusedAnswers(UserMessageError):
    """The answers can't become a project. `problems` has a dict for each: place, what, mend."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = [{"place": each.place, "what": each.what, "mend": each.mend} for each in problems]


def install(environment: Environment) -> None:
    """Adds what the templates and questions use to a Jinja environment, and makes an undefined name an error."""
    environment.undefined = StrictUndefined
    environment.filters |= {
        "black": formatted,
        "markdown": markdown,
        "package_name": package_name,
        "python": literal,
        "recorded": recorded,
        "toml": toml,
        "yaml_value": yaml_value,
    }
    environment.globals |= {
        "backbone_choices": backbone_choices,
        "barred": barred,
        "from_preset": from_preset,
        "kind_choices": _about(KINDS),
        "merge_choices": merge_choices,
        "preset_choices": {f"{name}: {each.about}": name for name, each in all_presets().items()} | {"blank": BLANK},
        "planned_project": planned_project,
        "refusal": refusal,
        "task_choices": _about(TASKS | _tasks()),
    }


def formatted(source: str) -> str:
    """Python source as Black formats it."""
    return black.format_str(source.strip() + "\n", mode=BLACK_MODE)


def markdown(value: str) -> str:
    """A text as a line of Markdown that shows it as it is."""
    escaped = re.sub(r"([\\`*_{}\[\]<>#|!&~$])", r"\\\1", value.strip())
    return re.sub(r"^(\d*)([-+=.)])", r"\1\\\2", escaped)


def toml(value: str) -> str:
    """A text as a TOML basic string."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def yaml_value(value: Any) -> str:
    """A value as it stands behind a key in YAML, quoted only where it has to be."""
    dumped = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True)
    return dumped.strip().removesuffix("...").strip()


@pass_context
def planned_project(context: Context) -> str:
    """The context of the answers so far, as JSON. Raises RefusedAnswers if they can't become a project."""
    answers, standard = _answers(context), _standard(context)
    try:
        if standard and (found := violations(standard, answers)):
            raise AnswersError(found)
        return _planned(json.dumps(answers, default=str), context["_folder_name"])
    except AnswersError as error:
        raise RefusedAnswers(error.problems) from error


@lru_cache(maxsize=8)
def _planned(answers: str, folder: str) -> str:
    return json.dumps(project_context(design(json.loads(answers), folder)))


@pass_context
def refusal(context: Context, key: str) -> str:
    """What is wrong with the answer to one question, in a few words, or nothing."""
    standard = _standard(context)
    try:
        if standard and (found := violations(standard, _answers(context))):
            raise AnswersError(found)
        design(_answers(context), context["_folder_name"])
    except AnswersError as error:
        return next((each.short for each in error.problems if each.place.split(".")[0] == key), "")
    return ""


@pass_context
def from_preset(context: Context, key: str) -> Any:
    """The preset's answer to a question, or the default."""
    given = {name: value for name in ("inputs", "outputs", "sharing") if (value := _value(context, name)) is not None}
    try:
        under = _under(context)
    except AnswersError as error:
        raise RefusedAnswers(error.problems) from error
    value, standard = combine(under, given).get(key, KEYS[key].default), _standard(context)
    return standard.default(key, value) if standard else value


@pass_context
def barred(context: Context, key: str, value: str) -> str:
    """Why an organisation's standard doesn't allow a choice, or nothing."""
    standard = _standard(context)
    return standard.bars(key, value) if standard else ""


@pass_context
def backbone_choices(context: Context) -> dict[str, Any]:
    """The pretrained networks to choose from."""
    labels = {"none: learn from these images alone": "none"}
    return _choices(context, "backbone", labels | {_backbone_choice(each): name for name, each in BACKBONES.items()})


@pass_context
def merge_choices(context: Context) -> dict[str, Any]:
    """The merges to choose from."""
    labels = {f"{name}: {each.about}{' (two branches)' * each.pairwise}": name for name, each in MERGES.items()}
    return _choices(context, "merge", labels)


def _choices(context: Context, key: str, choices: Mapping[str, str]) -> dict[str, Any]:
    """Choices by label, as Copier takes them: those that a standard bars show why."""
    if _standard(context) is None:
        return dict(choices)
    why = "{{{{ barred({!r}, {!r}) }}}}"
    return {label: {"value": name, "validator": why.format(key, name)} for label, name in choices.items()}


@pass_context
def recorded(context: Context, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What a project remembers: its answers, and the source and version of the template that made it.

    The preset isn't among them, so its parts of what is merged by parts are. Which extensions it needs nobody is asked.

    A template that isn't under version control is one that an installed package brings: its place on this machine
    means nothing elsewhere, so the public one and the release are recorded instead.
    """
    whole = {key: value for key, value in _answers(context).items() if key in MERGED and key in answers}
    source = {} if "_commit" in answers else {"_commit": f"v{__version__}", "_src_path": PUBLIC_URL}
    needed = {KEY: extensions} if (extensions := context["project"][KEY]) else {}
    return {**answers, **whole, **source, **needed}


def _answers(context: Context) -> Answers:
    """The answers so far, the preset's parts of `layers` and `training` under them."""
    return combine(_under(context), {key: value for key in KEYS if (value := _value(context, key)) is not None})


def _under(context: Context) -> Answers:
    """What counts where nothing is answered: the preset, and under it the defaults of an organisation's standard."""
    preset, standard = preset_answers(_value(context, "preset") or BLANK), _standard(context)
    return combine(standard.defaults, preset) if standard else preset


def _standard(context: Context) -> Standard | None:
    """The organisation's standard that `layerwright` renders by. It comes as data, and plain Copier gives none."""
    said = _value(context, "layerwright_standard")
    return _read_standard(json.dumps(said)) if said else None


@lru_cache(maxsize=8)
def _read_standard(said: str) -> Standard:
    return read(json.loads(said), "layerwright_standard")


def _value(context: Context, name: str) -> Any:
    value = context.get(name)
    return None if isinstance(value, Undefined) else value


def _backbone_choice(each: Backbone) -> str:
    made_for = f", made for {each.size}x{each.size}" if each.size else ""
    return f"{each.constructor}: {each.parameters / 1e6:.1f} million parameters{made_for}"


def _tasks() -> dict[str, Task]:
    """The tasks that other packages bring."""
    return {name: task for each in usable() for name, task in each.offer.tasks.items()}


def _about(entries: Mapping[str, Any]) -> list[str]:
    return [f"{entry.name} {entry.form}".strip() + f": {entry.about}" for entry in entries.values()]
