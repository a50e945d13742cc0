"""The questions, as `templates/questions` has them, and what stands against an answer before it's taken.

Copier asks them, and so does `layerwright new`: both from the same files, with the same defaults and the same
objections.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import yaml
from jinja2 import Environment, StrictUndefined, Undefined, pass_context
from jinja2.runtime import Context

from .answers import KEYS, MERGED, Answers, combine, package_name
from .answers.lines import read_entries
from .answers.mending import mended
from .answers.sources import load_yaml
from .backbones import BACKBONES, Backbone
from .blocks import MERGES
from .extensions import usable
from .kinds import KINDS
from .places import template_root
from .plan import design
from .presets import BLANK, all_presets, preset_answers
from .problems import AnswersError, Problem, key_of
from .records import dataclass
from .standards import DATA, Standard, means_something, violations
from .standards import read as read_standard
from .tasks import TASKS, Task

PRESET, ADVANCED = "preset", "advanced"
"""Questions whose answers aren't recorded: where to start from, and whether to see the rest."""

Known: TypeAlias = "Context | Mapping[str, Any]"
"""Answers by key, with what Copier says beside them: its own context, or a mapping."""


class UnansweredError(Exception):
    """A question has no default."""


class _Unset(StrictUndefined):
    """Stands for no default: Copier has one of its own."""

    def __str__(self) -> NoReturn:
        raise UnansweredError


@dataclass(frozen=True)
class Choice:
    """One of the answers to choose from: its text, its value, and why it can't be chosen, if it can't."""

    text: str
    value: str
    reason: str = ""


@dataclass(frozen=True)
class Question:
    """One question. Its texts are Jinja; what they're rendered with is a mapping of the answers so far."""

    key: str
    type: str
    help: str
    default: Any
    choices: Any = ()
    multiselect: bool = False
    placeholder: str = ""
    validator: str = ""
    when: Any = True
    ask: Any = True
    secret: bool = False
    qmark: str = ""

    @property
    def is_advanced(self) -> bool:
        """Whether it's behind the one that asks whether to see the rest."""
        return ADVANCED in str(self.ask)

    def option(self, context: Known) -> str:
        """The option that answers it next time, as its help says it."""
        said = re.search(r"\((--data .*)\)", _rendered(self.help, context))
        return said[1] if said else f"--data {self.key}=…"

    def lines(self, context: Known) -> list[str]:
        """What it asks, line by line, without the option."""
        shown = _rendered(self.help, context).strip().splitlines()
        return [line for line in shown if not line.strip().startswith("(--data ")]

    def options(self, context: Known) -> list[Choice]:
        """What there is to choose from."""
        return [
            Choice(text, value["value"], _rendered(value["validator"], context))
            if isinstance(value, Mapping)
            else Choice(text, value)
            for text, value in _pairs(self.choices, context)
        ]

    def value(self, context: Known) -> Any:
        """Its default. Raises UnansweredError if it has none."""
        if isinstance(self.default, str):
            return self.read(_rendered(self.default, context))
        return self.default

    def read(self, text: str) -> Any:
        """An answer from a text: as Copier reads it, but for what's wrong with YAML. Raises AnswersError."""
        is_yaml = self.multiselect or self.type in ("bool", "yaml", "json")
        is_yaml = is_yaml or (self.key in KEYS and KEYS[self.key].type == "yaml")
        return load_yaml(text, self.key) if is_yaml else text

    def is_asked(self, context: Known) -> bool:
        """Whether it means something, with these answers."""
        return _is_true(self.when, context)

    def is_wanted(self, context: Known) -> bool:
        """Whether it's asked unasked-for."""
        return self.is_asked(context) and _is_true(self.ask, context)


def _pairs(choices: Any, context: Known) -> Iterator[tuple[str, Any]]:
    if isinstance(choices, str):
        choices = json.loads(_rendered(choices, context))
    yield from choices.items() if isinstance(choices, Mapping) else ((each, each) for each in choices)


def _is_true(said: Any, context: Known) -> bool:
    return said if isinstance(said, bool) else _rendered(said, context).strip().lower() in ("true", "yes", "1")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads `copier.yml`, whose questions lie in files that it includes, by their places in its own folder."""

    folder: Path

    def included(self, node: yaml.Node) -> Any:
        return yaml.load((self.folder / str(node.value)).read_text(encoding="utf-8"), type(self))  # noqa: S506 (safe)


_Loader.add_constructor("!include", _Loader.included)


@lru_cache(maxsize=4)
def written(root: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What a template's `copier.yml` says of itself, and every question as it's written there, in order."""
    loader = type("_Here", (_Loader,), {"folder": root})
    settings, *topics = yaml.load_all((root / "copier.yml").read_text(encoding="utf-8"), loader)
    return settings, {key: fields for topic in topics for key, fields in topic.items()}


@cache
def questions() -> tuple[Question, ...]:
    """All questions in the order in which they're asked, without those that are only computed."""
    _, said = written(template_root())
    return tuple(Question(key, **fields) for key, fields in said.items() if fields.get("when") is not False)


@cache
def _environment() -> Environment:
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 (no HTML)
    install(environment)
    environment.filters["to_json"] = json.dumps  # Copier brings one
    environment.globals["UNSET"] = _Unset("UNSET")
    return environment


@lru_cache(maxsize=256)
def _template(text: str) -> Any:
    return _environment().from_string(text)


def _rendered(text: str, context: Known) -> str:
    return str(_template(text).render(context))


def install(environment: Environment) -> None:
    """Adds what the questions use to a Jinja environment."""
    install_functions(environment)
    environment.globals |= {
        "backbone_choices": _choices(
            "backbone",
            {"none": "learn from these images alone"} | {name: _size(each) for name, each in BACKBONES.items()},
        ),
        "kind_choices": _about(KINDS),
        "merge_choices": _choices(
            "merge", {name: each.about + " (two branches)" * each.pairwise for name, each in MERGES.items()}
        ),
        "preset_choices": {"blank: say everything yourself": BLANK}
        | {f"{name}: {each.about}": name for name, each in all_presets().items()},
        "task_choices": _about(tasks()),
    }


def install_functions(environment: Environment) -> None:
    """Adds what makes and refuses answers, which is all that those need who ask nobody."""
    environment.filters["package_name"] = package_name
    environment.globals |= {
        "barred": barred,
        "could_be_straight": could_be_straight,
        "could_share": could_share,
        "from_preset": from_preset,
        "has_images": has_images,
        "refusal": refusal,
        "refused": refused,
    }


def _choices(key: str, about: Mapping[str, str]) -> dict[str, Any]:
    """Choices with what stands against each, as Copier takes them. The names are ours: it renders them."""
    return {
        f"{name}: {text}": {"value": name, "validator": f"{{{{ refused('{key}', '{name}') }}}}"}
        for name, text in about.items()
    }


def _size(each: Backbone) -> str:
    made_for = f", made for {each.size}x{each.size}" if each.size else ""
    return f"{each.parameters / 1e6:.1f} million parameters{made_for}"


def tasks() -> dict[str, Task]:
    """All tasks: those that are built in, and those that other packages bring."""
    return {**TASKS} | {name: task for each in usable() for name, task in each.offer.tasks.items()}


def _about(entries: Mapping[str, Any]) -> list[str]:
    return [f"{entry.name} {entry.form}".strip() + f": {entry.about}" for entry in entries.values()]


# What stands against an answer


@lru_cache(maxsize=512)
def _found(answers: str, folder: str) -> tuple[Problem, ...]:
    try:
        design(json.loads(answers), folder)
    except AnswersError as error:
        return error.problems
    return ()


def found(said: Answers, folder: str, standard: Standard | None = None) -> tuple[Problem, ...]:
    """All problems of answers, `preset` among them, with a standard's defaults under them."""
    try:
        answers = effective(said, standard)
    except AnswersError as error:
        return error.problems
    return _found(json.dumps(answers, default=str), folder)


def effective(said: Mapping[str, Any], standard: Standard | None = None) -> Answers:
    """The answers, the preset's under them, and under those the defaults of an organisation's standard."""
    given = {key: value for key, value in said.items() if key not in (PRESET, ADVANCED)}
    answers = combine(preset_answers(said.get(PRESET) or BLANK), given)
    return standard.over_defaults(answers) if standard else answers


def objections(
    said: Answers, key: str, settled: Collection[str], folder: str, standard: Standard | None = None
) -> list[Problem]:
    """What stands against the answer to one question, beside those that are settled.

    What a later question can still put right doesn't: a distance, before it's asked how inputs are merged; a preset's
    layers for another input.
    """
    preset = _preset_keys(str(said.get(PRESET) or BLANK))
    later = {each.key for each in questions() if each.key not in said and (each.key in preset or not each.is_advanced)}
    return [
        problem
        for problem in found(said, folder, standard)
        if problem.key in {key, *settled}
        and not (problem.edits and all(key_of(edit.place) in later for edit in problem.edits))
    ]


@lru_cache(maxsize=32)
def _preset_keys(name: str) -> frozenset[str]:
    try:
        return frozenset(preset_answers(name))
    except AnswersError:
        return frozenset()


def before(key: str) -> list[str]:
    """The keys of the questions that are asked before this one."""
    keys = [each.key for each in questions()]
    return keys[: keys.index(key)] if key in keys else keys


# What the questions use


@pass_context
def refusal(context: Context, key: str) -> str:
    """What is wrong with the answer to one question, in a few words, or nothing."""
    said, folder, standard = said_in(context), context["_folder_name"], standard_in(context)
    broken = violations(standard, effective(said, standard)) if standard else []
    if problem := next((each for each in broken if each.key == key), None):
        return problem.short
    if is_asking(context):
        return next((each.short for each in objections(said, key, before(key), folder, standard)), "")
    return next((each.short for each in found(said, folder, standard) if each.key == key), "")


@pass_context
def refused(context: Context, key: str, value: str) -> str:
    """Why one of several choices can't be made, in a few words, or nothing. Asked only while somebody chooses."""
    if reason := barred(context, key, value):
        return reason
    if not is_asking(context):
        return ""
    return next((each.short for each in against(context, key, value)), "")


@pass_context
def barred(context: Context, key: str, value: str) -> str:
    """Why an organisation's standard doesn't allow a choice, or nothing."""
    standard = standard_in(context)
    return standard.bars(key, value) if standard else ""


def against(context: Known, key: str, value: Any) -> list[Problem]:
    """What stands against one choice, with the answers to the questions before it."""
    said = {name: each for name, each in said_in(context).items() if name != key}
    return objections({**said, key: value}, key, before(key), context["_folder_name"], standard_in(context))


@pass_context
def from_preset(context: Context, key: str) -> Any:
    """The preset's answer to a question, or the default.

    While somebody is asked, one that doesn't hold is no default: it's what would mend it, or nothing.
    """
    given = {name: value for name in ("inputs", "outputs", "sharing") if (value := _value(context, name)) is not None}
    standard = standard_in(context)
    answers = effective({PRESET: _value(context, PRESET), **given}, standard)
    value = answers.get(key, KEYS[key].default)
    value = standard.default(key, value) if standard and means_something(answers, key) else value
    if not is_asking(context) or not value or not (problems := against(context, key, value)):
        return value
    if key in ("inputs", "outputs"):
        return ""
    edits = [edit for problem in problems for edit in problem.edits if key_of(edit.place) == key]
    mends = [edit.value for edit in edits if edit.place == key and edit.action == "set"]
    if key in MERGED and isinstance(value, Mapping):
        mends = [difference(value, mended({key: value}, edits).get(key))]
    for instead in (*mends, KEYS[key].default, *(MERGES if key == "merge" else ())):
        if not against(context, key, instead):
            return instead
    return value


def difference(before: Mapping[str, Any], after: Any) -> Any:
    """What makes one mapping of another where they are merged part by part; None for what isn't there any more."""
    if not isinstance(after, Mapping):
        return after
    found: dict[str, Any] = {}
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key), after.get(key)
        if isinstance(was, Mapping) and isinstance(now, Mapping):
            part = difference(was, now)
            found |= {key: part} if part else {}
        elif isinstance(was, Mapping):
            found[key] = dict.fromkeys(was)
        elif was != now:
            found[key] = now
    return found


def said_parts(value: Any) -> Any:
    """A mapping without the parts that are None: those that aren't said any more."""
    if not isinstance(value, Mapping):
        return value
    return {key: said_parts(each) for key, each in value.items() if each is not None}


@pass_context
def could_be_straight(context: Context) -> bool:
    """Whether the answers so far are strictly a straight line, so that it means something to ask if it stays one."""
    try:
        answers = effective({**said_in(context), "straight": True}, standard_in(context))
        planned = design(answers, context["_folder_name"])
    except AnswersError:
        return True
    return planned.decision.template == "sequential"


@pass_context
def could_share(context: Context) -> bool:
    """Whether two inputs are of one kind and size, so that they can go through one encoder."""
    words = [tuple(each.words) for each in read_entries(_value(context, "inputs"), "inputs")]
    return len(set(words)) < len(words)


@pass_context
def has_images(context: Context) -> bool:
    """Whether an input holds pictures, so that a pretrained network can begin with them."""
    return any(each.words[:1] == ["image"] for each in read_entries(_value(context, "inputs"), "inputs"))


def is_asking(context: Known) -> bool:
    """Whether somebody is asked. Copier says so in a mapping of its own."""
    settings = context.get("_copier_conf")
    return isinstance(settings, Mapping) and settings.get("defaults") is False


def said_in(context: Known) -> Answers:
    """The answers so far, the preset's name among them."""
    keys = (*KEYS, PRESET)
    return {key: value for key in keys if (value := _value(context, key)) is not None}


def standard_in(context: Known) -> Standard | None:
    """The organisation's standard that `layerwright` renders by. It comes as data, and plain Copier gives none."""
    said = _value(context, DATA)
    return _read_standard(json.dumps(said)) if said else None


@lru_cache(maxsize=8)
def _read_standard(said: str) -> Standard:
    return read_standard(json.loads(said), DATA)


def _value(context: Known, name: str) -> Any:
    value = context.get(name)
    return None if isinstance(value, Undefined) else value
