"""The pages of the site that are made: of the code, and of files that lie beside docs/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import errors
from ends import kinds, tasks

from layerwright.cli import main
from layerwright.direct import texts
from layerwright.explain import text
from layerwright.faults import FAULTS
from layerwright.layers import Rule, builtin
from layerwright.layers.rule import REQUIRED
from layerwright.pictures import dot, drawing, rendered
from layerwright.plan import design
from layerwright.presets import Preset, presets
from layerwright.questions import written

COPIED = {"index.md": "README.md", "contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}
"""Pages that lie beside docs/, where people look for them."""


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """All pages that are made of the checkout at `root`: where each lies in the site, and its text."""
    for path, source in COPIED.items():
        yield path, _moved((root / source).read_text(encoding="utf-8"))
    yield "reference/commands.md", "\n".join(["# Commands", "", *_commands(main, "layerwright")])
    yield "reference/questions.md", "\n".join(["# Questions", "", *_questions(root)])
    yield "reference/kinds.md", "\n".join(kinds())
    yield "reference/tasks.md", "\n".join(tasks())
    yield "reference/layers.md", "\n".join(["# Layers", "", *_layers()])
    yield "reference/errors/index.md", "\n".join(errors.index())
    for code, fault in FAULTS.items():
        yield f"reference/errors/{code}.md", "\n".join(errors.page(fault, root / "tests"))
    yield "reference/presets/index.md", "\n".join(_presets())
    for preset in presets().values():
        yield f"reference/presets/{preset.name}.md", "\n".join(_preset(preset))


def _moved(page: str) -> str:
    """A page as it stands in docs/: the links lead from there."""
    page = page.replace("](docs/decisions)", "](decisions/README.md)").replace("](docs/", "](")
    return page.replace("](CONTRIBUTING.md)", "](contributing.md)").replace("](CHANGELOG.md)", "](changelog.md)")


def _commands(command: click.Command, name: str) -> Iterator[str]:
    """What `--help` says, of a command and of those in it."""
    context = click.Context(command, info_name=name, max_content_width=88, terminal_width=88)
    if name != "layerwright":
        yield f"## {name.removeprefix('layerwright ')}\n"
    yield f"```text\n{command.get_help(context)}\n```\n"
    for each in getattr(command, "commands", {}).values():
        yield from _commands(each, f"{name} {each.name}")


def _questions(root: Path) -> Iterator[str]:
    """What is asked, in the order in which it's asked."""
    yield "What `new` and `copier copy` ask, in this order. [The answers](../answers.md) says what they mean.\n"
    for key, asked in written(root)[1].items():
        if "help" in asked:
            yield from _question(key, asked)


def _question(key: str, asked: dict[str, Any]) -> Iterator[str]:
    said = re.sub(r"\{%.*?%\}|\n?\s*\(--data [^)]*\)", "", str(asked["help"])).split("\n")[0].strip()
    yield f"## {key}\n\n{said}\n"
    choices = asked.get("choices")
    if isinstance(choices, dict):
        yield from (f"- `{_value(choice)}`: {label.partition(': ')[2] or label}" for label, choice in choices.items())
        yield ""
    elif isinstance(choices, list):
        yield "One of " + ", ".join(f"`{choice}`" for choice in choices) + ".\n"


def _value(choice: Any) -> Any:
    return choice.get("value") if isinstance(choice, dict) else choice


def _layers() -> Iterator[str]:
    """Every class with its arguments, and the short words."""
    vocabulary = builtin()
    yield "What may stand in a stack: every class of keras.layers that a fixed graph can have, and short words.\n"
    yield "## Short words\n\n| word | class |\n|---|---|"
    for name, word in sorted(vocabulary.words.items()):
        classes = ", ".join(f"`{each}`" for each in dict.fromkeys(word.classes.values()))
        yield f"| `{name}` | {classes} |"
    yield "\n## Classes\n\n| class | arguments, with Keras's defaults |\n|---|---|"
    yield from map(_rule, sorted(vocabulary.rules.values(), key=lambda rule: rule.name))


def _rule(rule: Rule) -> str:
    arguments = (each.name if each.default is REQUIRED else f"{each.name}={each.default!r}" for each in rule.known)
    return f"| `{rule.name}` | {', '.join(f'`{each}`' for each in arguments) or 'none'} |"


def _presets() -> Iterator[str]:
    yield "# Presets\n\nAnswers to start from. Each page has its picture, its layers, its answers, its model.py.\n"
    yield "| preset | what it shows |\n|---|---|"
    yield from (f"| [{name}]({name}.md) | {preset.about} |" for name, preset in presets().items())
    yield "\n```{toctree}\n:hidden:\n"
    yield from presets()
    yield "```"


def _preset(preset: Preset) -> Iterator[str]:
    """A preset: what it shows, its picture, its layers, its model."""
    plan = design(preset.answers(), preset.name)
    picture = rendered(dot(drawing(plan)), "svg").decode()
    yield f"# {preset.name}\n\n{preset.about}\n"
    yield f"```shell\nlayerwright new PROJECT --preset {preset.name}\n```\n"
    yield f"```{{raw}} html\n{_inline(picture)}\n```\n"
    yield f"## Its layers\n\n```text\n{text(plan)}\n```\n"
    answers = preset.path.read_text(encoding="utf-8").strip()
    yield f"## Its answers\n\n```yaml\n{answers}\n```\n"
    source = next(text for path, text in texts(preset.answers(), preset.name).items() if path.endswith("/model.py"))
    yield f"## Its model.py\n\n```python\n{source.strip()}\n```\n"


def _inline(picture: str) -> str:
    """An SVG as it can stand in a page: on one line, without what only a file has, as wide as there is room."""
    content = re.sub(r"<!--.*?-->|\s*\n\s*", "", picture[picture.index("<svg") :], flags=re.DOTALL)
    return re.sub(
        r'<svg width="(\d+)pt" height="\d+pt"', r'<svg style="max-width: \1pt; width: 100%"', content, count=1
    )
