"""Renders a project straight from the template: what Copier would write, in a fraction of the time.

For `new`, and for what renders often and writes nothing, as `check`. Questions are read as Copier reads them, but none
is asked and no answer is checked: it's for answers of which a plan was made. A test has it byte-identical to Copier for
every preset.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatch
from functools import cached_property, lru_cache
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import yaml
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, FunctionLoader
from jinja2.sandbox import SandboxedEnvironment

from .answers import Answers, normalised
from .compiled import Compiled
from .jinja import BLACK, formatted, furnish
from .places import ANSWERS_FILE, template_root
from .questions import written
from .records import dataclass
from .store import Store

HERE = Store()
"""What this process has made."""

TEXT = "="
"""What a template's name begins with that is no file, but a text in a question: the text follows."""


class File(NamedTuple):
    """A file of a project, and the one in the template that it's made from."""

    path: str
    text: str
    source: Path


def texts(answers: Answers, folder: str) -> dict[str, str]:
    """The files of the project that these answers make in a folder of this name: their texts, by path.

    Raises whatever the template raises.
    """
    return {each.path: each.text for each in files(answers, folder)}


def files(answers: Answers, folder: str, store: Store = HERE) -> Iterator[File]:
    """The files of the project that these answers make. Raises AnswersError, and whatever else the template raises."""
    template = _template(template_root(), store)
    yield from template.rendered(template.answered(normalised(answers), folder))


def paths(answers: Answers, folder: str) -> list[str]:
    """Where these files would lie, without their texts, which take longer. Raises whatever the template raises."""
    template = _template(template_root(), HERE)
    return [path for path, _ in template.placed(template.answered(normalised(answers), folder))]


def write(project: Path, answers: Answers, store: Store) -> None:
    """Writes a project to a folder that isn't there yet, as Copier would: each file with its template's mode."""
    for each in files(answers, project.name, store):
        target = project / each.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(each.text.encode())
        target.chmod(each.source.stat().st_mode)


@lru_cache(maxsize=1)
def _template(root: Path, store: Store) -> Template:
    return Template(root, *written(root), store)


@dataclass(frozen=True)
class Template:
    """The template in a folder: what it says of itself, and the questions in the order in which they are asked."""

    root: Path
    settings: Mapping[str, Any]
    questions: Mapping[str, Mapping[str, Any]]
    store: Store

    @cached_property
    def environment(self) -> Environment:
        """Jinja as Copier sets it up for this template."""
        options = {key: value for key, value in self.settings["_envops"].items() if key != "undefined"}
        own = FunctionLoader(lambda name: name.removeprefix(TEXT) if name.startswith(TEXT) else None)
        environment = SandboxedEnvironment(
            loader=ChoiceLoader([own, FileSystemLoader(self.root)]),
            extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
            keep_trailing_newline=True,
            auto_reload=False,
            bytecode_cache=Compiled(self.store),
            **options,
        )
        furnish(environment)
        environment.filters["black"] = self._formatted
        return environment

    def _formatted(self, source: str) -> str:
        def piece(source: str) -> str:
            return self.store.made(BLACK, source, lambda: formatted(source))

        return self.store.made(f"{BLACK}, in pieces", source, lambda: formatted_by_pieces(source, piece))

    def answered(self, given: Answers, folder: str) -> dict[str, Any]:
        """What the files are rendered from: every question's answer, the given one or its default."""
        context: dict[str, Any] = {**given, "_folder_name": folder}
        context["_copier_conf"] = {"answers_file": PurePath(ANSWERS_FILE)}
        remembered: dict[str, Any] = {}
        for name, question in self.questions.items():
            value = given[name] if name in given else self._value(question.get("default"), context)
            context[name] = _parsed(value, question, lambda text: self._value(text, context))
            if _is_true(self._value(question.get("when", True), context)) and not question.get("secret"):
                remembered[name] = context[name]
        return context | {"_copier_answers": remembered}

    def _value(self, value: Any, context: Mapping[str, Any]) -> Any:
        return self.environment.get_template(TEXT + value).render(context) if isinstance(value, str) else value

    def rendered(self, context: Mapping[str, Any]) -> Iterator[File]:
        """Each file."""
        for path, source in self.placed(context):
            template = self.environment.get_template(source.relative_to(self.root).as_posix())
            yield File(path, template.render(context), source)

    def placed(self, context: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
        """The path of each file, and the file in the template."""
        folder = self.root / self.settings["_subdirectory"]
        suffix = self.settings["_templates_suffix"]
        for source in sorted(folder.rglob(f"*{suffix}")):
            parts = source.relative_to(folder).as_posix().removesuffix(suffix).split("/")
            if any(fnmatch(part, pattern) for part in parts for pattern in self.settings["_exclude"]):
                continue
            path = [self._value(part, context) for part in parts]
            if all(path):
                yield "/".join(path), source


STAND_IN = "def stand_in_{}():\n    return 0\n"
"""What stands for a function or a class while the rest of a file is formatted."""


def formatted_by_pieces(source: str, formatted: Callable[[str], str] = formatted) -> str:
    """Source as Black formats it, each function and class of it alone: most are in other projects too.

    Black formats what stands in a file's first column on its own but for the blank lines around it, and those come out
    right around something that stands for it.
    """
    lines, end = source.strip().splitlines(keepends=True), 0
    rest: list[str] = []
    pieces: dict[str, str] = {}
    for node in ast.parse(source.strip()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.end_lineno is not None:
            if _reaches_out(node, lines):
                return formatted(source)
            start = min(each.lineno for each in (node, *node.decorator_list)) - 1
            decorator = "@decorator\n" if node.decorator_list else ""
            stand_in = decorator + STAND_IN.format(len(pieces))
            pieces[stand_in] = "".join(lines[start : node.end_lineno])
            rest += [*lines[end:start], stand_in]
            end = node.end_lineno
    text = formatted("".join([*rest, *lines[end:]]))
    if any(text.count(stand_in) != 1 for stand_in in pieces):  # one stands in a text of the file's own
        return formatted(source)
    found = re.compile("|".join(map(re.escape, pieces)) or r"(?!)")
    return found.sub(lambda match: formatted(pieces[match[0]]), text)


def _reaches_out(node: ast.FunctionDef | ast.ClassDef, lines: Sequence[str]) -> bool:
    """Whether something of a piece lies behind it, a comment, or it's a stub: Black leaves no lines between those."""
    after = next((line for line in lines[node.end_lineno :] if line.strip()), "")
    is_stub = isinstance(node.body[0], ast.Expr) and getattr(node.body[0].value, "value", None) is ...
    return after[:1].isspace() or is_stub


def _parsed(value: Any, question: Mapping[str, Any], rendered: Any) -> Any:
    """An answer as one of its question's type."""
    if question.get("multiselect"):
        chosen = yaml.safe_load(value) if isinstance(value, str) else value
        chosen = chosen if isinstance(chosen, list) else [chosen]
        choices = (each["value"] if isinstance(each, Mapping) else each for each in question["choices"].values())
        return [choice for choice in map(rendered, choices) if choice in chosen]
    if question["type"] == "str":
        return str(value)
    if question["type"] == "json" and isinstance(value, str):
        return json.loads(value)
    return yaml.safe_load(value) if isinstance(value, str) else value


def _is_true(value: Any) -> bool:
    """Whether a condition holds, by what it was rendered as."""
    return yaml.safe_load(value) is True if isinstance(value, str) else bool(value)
