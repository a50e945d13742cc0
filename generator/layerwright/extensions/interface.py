"""What a package gets to bring its own layers, blocks, tasks and presets: ours come in by the same calls.

A package is never imported by name here, nor imports layerwright: an update runs two versions of layerwright in one
process, and each hands its own interface over. So what a package needs are attributes of that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, get_args, get_type_hints

from ..blocks.expanding import expander
from ..blocks.layer import is_name
from ..blocks.reading import GroupReader
from ..faults import ExtensionRefuses
from ..kinds import Values
from ..layers import LayerError, Rule, Weight, Word
from ..layers import values as checks
from ..layers.rule import (
    OWN,
    REQUIRED,
    Argument,
    Takes,
    drops_mask,
    keeps_mask,
    known,
    same_dtype,
    same_shape,
)
from ..problems import Action, shown
from ..records import dataclass
from ..tasks import Per, Task

VERSION = 1
"""Of this interface. It counts up when a package that was written for the one before would not work any more."""

OURS = "layerwright"
"""Who brings what is built in."""

SUFFIX = ".yml"


class OfferError(ValueError):
    """What a package brings can't be taken. The text says what and why."""


@dataclass(frozen=True)
class Offer:
    """What one package brings."""

    owner: str
    rules: dict[str, Rule] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)
    groups: dict[str, GroupReader] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    presets: dict[str, Path] = field(default_factory=dict)

    @property
    def names(self) -> dict[tuple[str, str], None]:
        """Every name that it brings, each with what it's a name of: what stands in a stack shares its names."""
        stacked = (*self.rules, *self.words, *self.groups)
        return dict.fromkeys(
            [("layer", name) for name in stacked]
            + [("task", name) for name in self.tasks]
            + [("preset", name) for name in self.presets]
        )


class Refusal(LayerError):
    """A layer of a package refuses what it gets: what is wrong, and what would be right."""

    def __init__(self, what: str, mend: str, edit: tuple[Action, Any] | None = None) -> None:
        super().__init__(ExtensionRefuses, what, mend, edit)


class Parts:
    """What the things that a package brings are made of."""

    Argument: ClassVar = Argument
    LayerError: ClassVar = Refusal
    Per: ClassVar = Per
    Rule: ClassVar = Rule
    Takes: ClassVar = Takes
    Task: ClassVar = Task
    Values: ClassVar = Values
    Weight: ClassVar = Weight
    Word: ClassVar = Word
    REQUIRED: ClassVar = REQUIRED
    checks: ClassVar = checks
    drops_mask: ClassVar = staticmethod(drops_mask)
    keeps_mask: ClassVar = staticmethod(keeps_mask)
    known: ClassVar = staticmethod(known)
    same_dtype: ClassVar = staticmethod(same_dtype)
    same_shape: ClassVar = staticmethod(same_shape)


@dataclass
class Interface(Parts):
    """Takes what a package brings: `def register(layerwright): layerwright.version(1); layerwright.layer(...)`."""

    offer: Offer
    spoken: int | None = None

    def version(self, number: int) -> None:
        """Says which version of the interface the package was written for: the first call."""
        if number != VERSION or isinstance(number, bool):
            raise OfferError(
                f"it was written for version {shown(number)} of the interface, and this is version {VERSION}"
            )
        self.spoken = number

    def layer(self, rule: Rule, *words: Word, source: Path | None = None) -> None:
        """A class of layers and short words for it. `source` is the file with the class, for projects to define."""
        self._ready()
        _of_type(rule, Rule, "a layer")
        self._new(rule.name)
        if not rule.name[0].isupper():
            raise OfferError(f"{rule.name} is no name of a class: those begin with a capital")
        if source is not None:
            arguments, masks = [each.name for each in rule.arguments], rule.mask is not drops_mask
            from .sources import of_class

            text, imports = _read(of_class, source, rule.name, arguments, masks)
            rule = replace(rule, source=text, imports=imports, module=OWN)
        elif self.offer.owner != OURS:
            raise OfferError(
                f"{rule.name} has no source: those of Keras are all here, others need the file that has them"
            )
        self.offer.rules[rule.name] = rule if self.offer.owner == OURS else self._guarded(rule)
        for word in words:
            self.word(word)

    def word(self, word: Word) -> None:
        """A short word for classes that are there."""
        self._ready()
        _of_type(word, Word, "a word")
        self._new(word.name, small=True)
        self.offer.words[word.name] = word

    def block(self, word: str, expand: Callable[..., list[Any]], about: str) -> None:
        """A word that stands for several layers: `expand` gets what is said behind it, and returns them as answers do.

        Its parameters are what can be said; those without a default have to be. `about` is a sentence for the source.
        """
        self._ready()
        self._new(word, small=True)
        if not callable(expand) or isinstance(expand, type):
            raise OfferError(f"what {word} stands for is {shown(expand)}, and no function that returns layers")
        if not isinstance(about, str) or not about.isprintable() or not about.strip() or '"' in about or "\\" in about:
            raise OfferError(f"{word} has {shown(about)} where one sentence says what it does")
        self.offer.groups[word] = expander(word, expand, about, self.offer.owner)

    def group(self, word: str, reader: GroupReader) -> None:
        """A word whose value is read, and built, by code of its own: the door of residual, parallel and their like.

        It may be the name of a class that is called otherwise than others, as that of a wrapper.
        """
        self._ready()
        _name(word)
        if word in self.offer.groups or word in self.offer.words:
            raise OfferError(f"it brings {word} twice")
        if not callable(reader):
            raise OfferError(f"what reads {word} is {shown(reader)}, and no function")
        self.offer.groups[word] = reader

    def task(self, task: Task, *, source: Path | None = None) -> None:
        """A task of outputs. `source` is the file with the function that its loss names, for projects to define."""
        self._ready()
        _of_type(task, Task, "a task")
        _name(task.name)
        if task.name in self.offer.tasks:
            raise OfferError(f"it brings the task {task.name} twice")
        if source is not None:
            from .sources import of_function

            task = replace(task, loss_source=_read(of_function, source, task.loss))
        if self.offer.owner != OURS:
            _check_task(task)
        self.offer.tasks[task.name] = task

    def preset(self, path: Path) -> None:
        """A file with answers, called as the preset is, whose first line is a comment that says what it shows."""
        self._ready()
        path = Path(path)
        if path.suffix != SUFFIX or not path.is_file():
            raise OfferError(f"{shown(str(path.name))} is no preset: a file NAME{SUFFIX} that is there")
        if not all(map(is_name, path.stem.split("-"))):
            raise OfferError(f"{shown(path.stem)} is no name of a preset: letters, digits and -, a letter first")
        if path.stem in self.offer.presets:
            raise OfferError(f"it brings the preset {path.stem} twice")
        self.offer.presets[path.stem] = path

    def _guarded(self, rule: Rule) -> Rule:
        from .guarding import guarded  # this, and what reads sources, is for other packages only

        return guarded(rule, self.offer.owner)

    def _ready(self) -> None:
        if self.spoken is None:
            raise OfferError(
                f"it doesn't say for which version of the interface it was written: version({VERSION}) first"
            )

    def _new(self, name: object, *, small: bool = False) -> None:
        _name(name)
        if small and str(name) != str(name).lower():
            raise OfferError(f"{name} is no word: those are small, and classes begin with a capital")
        if any(name in names for names in (self.offer.rules, self.offer.words, self.offer.groups)):
            raise OfferError(f"it brings {name} twice")


def _of_type(value: object, wanted: type, noun: str) -> None:
    if not isinstance(value, wanted):
        raise OfferError(f"{shown(value)} is no {wanted.__name__} of this interface, as {noun} is")


def _name(name: object) -> None:
    if not isinstance(name, str) or not is_name(name):
        raise OfferError(f"{shown(name)} is no name: letters, digits and _, a letter first")


def _read(reader: Callable[..., Any], path: Path, *wanted: Any) -> Any:
    from .sources import SourceError

    try:
        return reader(Path(path), *wanted)
    except SourceError as error:
        raise OfferError(str(error)) from error


def _check_task(task: Task) -> None:
    """Raises OfferError for a task that no project could be made with."""
    from .sources import is_expression

    hints = get_type_hints(Task)
    for name, words in ((name, get_args(hints[name])) for name in ("target", "score")):
        if getattr(task, name) not in words:
            raise OfferError(
                f"{name} of the task {task.name} is {shown(getattr(task, name))}, not one of {', '.join(words)}"
            )
    for each in fields(Task):
        value = getattr(task, each.name)
        if isinstance(value, str) and each.name != "loss_source" and not value.isprintable():
            raise OfferError(f"{each.name} of the task {task.name} is {shown(value)}, and no line of text")
    for text in (task.loss, task.single_loss, task.places_loss, *task.metrics, *task.single_metrics):
        if text and not is_expression(text.replace("{size}", "2")):
            raise OfferError(f"the task {task.name} has {shown(text)} for source of a loss or metric, and it's none")
