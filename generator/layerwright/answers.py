"""Answers: plain texts, lists and mappings from presets, files, flags and prompts; put together, then checked.

`combine` puts the sources together, later over earlier. `read` makes a spec of the result, or raises every
problem it found. What the keys mean is in KEYS and in the readers below, one for each key that needs more than
its type.
"""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from .backbones import BACKBONES, Backbone
from .blocks import GROUPS, MERGES, LayerItem, Reader, Stack, is_name
from .kinds import KINDS
from .problems import AnswersError, Problem, Problems, shown, unknown
from .spec import Group, Hardware, Head, Input, Layers, Output, Spec, Training, Transfer
from .tasks import TASKS

Answers: TypeAlias = "dict[str, Any]"

LONGEST_LINE = 10_000
"""Longest one-line answer, in characters."""

LARGEST_SIZE = 2**24
"""Largest size that an input or output may say."""

BRANCHINGS = ("residual", "parallel")
BODIES = ("shared", "separate")
DEVICES = ("cpu", "gpu")
BACKENDS = ("tensorflow", "jax", "torch")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
LICENSES = ("none", "Apache-2.0", "BSD-3-Clause", "MIT", "MPL-2.0", "GPL-3.0-or-later", "LicenseRef-Proprietary")

TRAINING_DEFAULTS = {"epochs": 50, "batch_size": 32, "learning_rate": 0.001, "patience": 8}
TRANSFER_DEFAULTS = {"epochs": 10, "patience": 3}


@dataclass(frozen=True)
class Key:
    """One key of the answers: how `KEY=VALUE` texts are read (`line` as they are, `yaml` as YAML), its default."""

    name: str
    type: str = "line"
    default: Any = ""


KEYS = {
    key.name: key
    for key in (
        Key("project_name"),
        Key("package"),
        Key("description"),
        Key("author"),
        Key("license", default="none"),
        Key("inputs"),
        Key("outputs"),
        Key("branching", "yaml", default=[]),
        Key("merge", default="concatenate"),
        Key("sharing"),
        Key("body", default="shared"),
        Key("backbone", default="none"),
        Key("backbone_weights", default="imagenet"),
        Key("fine_tune", "yaml", default=20),
        Key("straight", "yaml", default=True),
        Key("hardware", default="gpu"),
        Key("backend", default="tensorflow"),
        Key("precision", default="float32"),
        Key("layers", "yaml", default={}),
        Key("training", "yaml", default={}),
    )
}

LATER = ("models", "tracking", "export", "extras")
"""Keys of the answers' language that this version doesn't carry out yet: anything but nothing is refused."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's safe loader, without aliases: answers have no use for them, and they can grow without bound."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "an alias (*name) has no place in answers", None)
        return super().compose_node(parent, index)


def load_yaml(text: str, place: str) -> Any:
    """The value of a YAML text. Raises AnswersError that names the place if it isn't YAML."""
    try:
        return yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{place}, line {mark.line + 1}" if mark else place
        what = getattr(error, "problem", None) or str(error).partition("\n")[0]
        mend = "a value with a colon in it is quoted, as inputs: \"photo: image 224x224x3\""
        raise AnswersError([Problem(where, f"this is not YAML: {what}", mend)]) from error
    except (RecursionError, ValueError) as error:
        raise AnswersError([Problem(place, "this is not YAML that can be read", "write it more simply")]) from error


def load_file(path: Path) -> Answers:
    """The answers in a YAML file. Raises AnswersError if it can't be read or holds no mapping."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it isn't UTF-8 text"
        mend = "name a YAML file with answers"
        raise AnswersError([Problem(str(path), f"can't be read: {reason}", mend)]) from error
    answers = load_yaml(text, path.name)
    if answers is None:
        return {}
    if not isinstance(answers, dict):
        raise AnswersError([Problem(path.name, "holds no answers", "write key: value, one to a line")])
    return {key: value for key, value in answers.items() if not str(key).startswith("_")}


def load_pairs(pairs: Sequence[str]) -> Answers:
    """The answers in `KEY=VALUE` texts. Raises AnswersError for a text without `=`."""
    answers: Answers = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise AnswersError([Problem("--data", f"{shown(pair)} has no =", "write KEY=VALUE, as backend=jax")])
        key = KEYS.get(name)
        answers[name] = load_yaml(value, name) if key is None or key.type == "yaml" else value
    return answers


def combine(*sources: Answers) -> Answers:
    """The answers of all sources, a later one over an earlier.

    `layers` is merged part by part and `training` key by key. A part that an earlier source gave for an input or
    output that a later source took away goes with it.
    """
    combined: Answers = {}
    for source in sources:
        if combined and ("inputs" in source or "outputs" in source or "sharing" in source):
            combined = _without_orphans(combined, combined | source)
        merged = dict(source)
        for key in ("layers", "training"):
            if isinstance(source.get(key), Mapping) and isinstance(combined.get(key), Mapping):
                merged[key] = _merged(combined[key], source[key], deep=key == "layers")
        combined |= merged
    return combined


def _merged(earlier: Mapping[Any, Any], later: Mapping[Any, Any], *, deep: bool) -> dict[Any, Any]:
    result = {**earlier, **later}
    for part, value in later.items():
        if deep and isinstance(value, Mapping) and isinstance(earlier.get(part), Mapping):
            result[part] = {**earlier[part], **value}
    return result


def _without_orphans(earlier: Answers, combined: Answers) -> Answers:
    """`earlier` without the parts of `layers` whose input or output isn't among the combined answers."""
    layers = earlier.get("layers")
    if not isinstance(layers, Mapping):
        return earlier
    kept = dict(layers)
    for part, names in (("branches", _names(combined, "inputs", "sharing")), ("heads", _names(combined, "outputs"))):
        if isinstance(layers.get(part), Mapping):
            kept[part] = {name: stack for name, stack in layers[part].items() if name in names}
    return earlier | {"layers": kept}


def _names(answers: Answers, *keys: str) -> set[str]:
    return {entry.partition(":")[0].strip() for key in keys for entry in str(answers.get(key, "")).split(",")}


def complete(answers: Answers, folder: str = "") -> Answers:
    """The answers with every default filled in. `folder` is the name of the project's folder."""
    combined = {key.name: key.default for key in KEYS.values()} | {
        key: value for key, value in answers.items() if value is not None
    }
    combined["project_name"] = combined["project_name"] or folder or "model"
    combined["package"] = combined["package"] or package_name(str(combined["project_name"]))
    return normalised(combined)


def normalised(answers: Answers) -> Answers:
    """The answers with those that may be written in several ways written in one: lists as lists."""
    branching = answers.get("branching")
    if not isinstance(branching, str):
        return answers
    words = [word for word in re.split(r"[,\s]+", branching.strip("[] ")) if word]
    return answers | {"branching": words}


def package_name(project_name: str) -> str:
    """The name of the import package for a project of this name."""
    words = re.sub(r"[^a-z0-9]+", "_", project_name.lower()).strip("_")
    name = words if words[:1].isalpha() else f"model_{words}".rstrip("_")
    return f"{name}_model" if _reserved(name) else name


def read(answers: Answers, folder: str = "") -> Spec:
    """The spec that answers ask for. Raises AnswersError with every problem that needs no graph to be seen."""
    problems = Problems()
    _check_keys(answers, problems)
    spec = _Reading(complete(answers, folder), problems).spec()
    problems.raise_if_any()
    return spec


def _check_keys(answers: Answers, problems: Problems) -> None:
    for key, value in answers.items():
        if key in LATER:
            if value not in (None, "", "none", [], {}):
                problems.add(key, "this version doesn't do it yet", f"leave {key} out")
        elif key not in KEYS:
            problems.add(str(key), *unknown("key", key, KEYS))


@dataclass
class _Reading:
    """Reads one complete set of answers, key by key."""

    answers: Answers
    problems: Problems

    def spec(self) -> Spec:
        inputs = self.inputs()
        sharing = self.sharing(inputs)
        outputs = self.outputs(inputs)
        return Spec(
            project_name=self.line("project_name"),
            package=self.package(),
            description=self.line("description"),
            author=self.line("author"),
            license=self.choice("license", LICENSES),
            inputs=inputs,
            outputs=outputs,
            branching=self.branching(),
            merge=self.choice("merge", MERGES),
            sharing=sharing,
            separate_bodies=self.choice("body", BODIES) == "separate",
            transfer=self.transfer(inputs),
            straight=self.flag("straight"),
            hardware=self.hardware(),
            layers=self.layers(inputs, outputs, sharing),
            training=self.training(),
        )

    def line(self, key: str) -> str:
        """A one-line text."""
        value = self.answers[key]
        if not isinstance(value, str):
            mend = 'quote it, as inputs: "photo: image 224x224x3"' if isinstance(value, Mapping) else "quote it"
            self.problems.add(key, f"{shown(value)} is no text", mend)
            return ""
        if any(not character.isprintable() for character in value):
            self.problems.add(key, "holds a line break or another control character", "write it on one line")
            return ""
        if len(value) > LONGEST_LINE:
            self.problems.add(key, f"has {len(value)} characters", f"keep it under {LONGEST_LINE}")
            return ""
        return value

    def choice(self, key: str, known: Sequence[str] | Mapping[str, object]) -> str:
        """One of the known words."""
        value = self.answers[key]
        if value in known:
            return str(value)
        self.problems.add(key, *unknown(key, value, known))
        return next(iter(known))

    def flag(self, key: str) -> bool:
        """Yes or no."""
        value = self.answers[key]
        if not isinstance(value, bool):
            self.problems.add(key, f"{shown(value)} is neither yes nor no", "write true or false")
        return value is True

    def package(self) -> str:
        name = self.line("package")
        if name and not (is_name(name) and not keyword.iskeyword(name)):
            self.problems.add("package", f"{shown(name)} is no package name", f"as {package_name(name)}")
        elif _reserved(name):
            self.problems.add("package", f"{name} would hide the library of that name", f"as {name}_model")
        return name

    def entries(self, key: str) -> list[tuple[str, str, list[str]]]:
        """The entries `NAME: WORD ARGUMENTS` of a one-line answer, split at the commas."""
        text = self.line(key)
        if not text.strip():
            noun = key.removesuffix("s")
            example = "photo: image 224x224x3" if key == "inputs" else "category: multiclass 10"
            self.problems.add(key, f"there is no {noun}", f'say one, as {key}: "{example}", or start from a preset')
        entries = []
        for entry in filter(str.strip, text.split(",")):
            name, colon, rest = (part.strip() for part in entry.partition(":"))
            words = rest.split()
            if not colon or not words:
                self.problems.add(key, f"{shown(entry.strip())} says no name and kind", "write NAME: KIND SIZE")
            elif self.is_new_name(name, key, [name for name, _, _ in entries]):
                entries.append((name, words[0], words[1:]))
        return entries

    def is_new_name(self, name: str, key: str, before: Sequence[str]) -> bool:
        """Whether a name can be used, and isn't yet."""
        if not is_name(name):
            self.problems.add(
                key, f"{shown(name)} is no name", "a name has letters, digits and _, and starts with a letter"
            )
        elif name.lower() in map(str.lower, before):
            self.problems.add(f"{key}.{name}", "the name is there twice", "give each a name of its own")
        else:
            return True
        return False

    def size(self, text: str, place: str, smallest: int = 1) -> int | None:
        """A size, as `10`."""
        if re.fullmatch(r"\d{1,9}", text, re.ASCII) and smallest <= int(text) <= LARGEST_SIZE:
            return int(text)
        self.problems.add(
            place, f"{shown(text)} is no size", f"a whole number from {smallest} to {LARGEST_SIZE}"
        )
        return None

    def inputs(self) -> tuple[Input, ...]:
        inputs = []
        for name, word, arguments in self.entries("inputs"):
            place = f"inputs.{name}"
            kind = KINDS.get(word)
            if kind is None:
                self.problems.add(place, *unknown("kind", word, KINDS))
                continue
            parts = arguments[0].split("x") if len(arguments) == 1 else []
            if len(parts) != kind.axes:
                said = " ".join(arguments) or "nothing"
                self.problems.add(
                    place, f"{word} takes {kind.form}, not {shown(said)}", f"as {name}: {kind.example}"
                )
                continue
            sizes = [self.size(part, place) for part in parts]
            if None not in sizes:
                inputs.append(Input(name, kind, tuple(size for size in sizes if size is not None)))
        return tuple(inputs)

    def outputs(self, inputs: Sequence[Input]) -> tuple[Output, ...]:
        names = [each.name for each in inputs]
        outputs = []
        for name, word, arguments in self.entries("outputs"):
            place = f"outputs.{name}"
            if name.lower() in map(str.lower, names):
                self.problems.add(place, "an input has this name", "give each a name of its own")
            if word not in TASKS:
                self.problems.add(place, *unknown("task", word, TASKS))
            elif output := self.output(name, word, arguments, names):
                outputs.append(output)
        return tuple(outputs)

    def output(self, name: str, word: str, arguments: list[str], inputs: Sequence[str]) -> Output | None:
        task, place = TASKS[word], f"outputs.{name}"
        weight = self.weight(arguments, place)
        sources = tuple(inputs)
        for argument in [argument for argument in arguments if argument.startswith("from=")]:
            arguments.remove(argument)
            sources = self.members(argument.removeprefix("from="), inputs, place)
        if not arguments and task.default is not None:
            return Output(name, task, task.default, sources, weight)
        if len(arguments) != 1 or not task.form:
            said = " ".join(arguments) or "nothing"
            takes = f"takes {task.form}" if task.form else "takes no size"
            self.problems.add(place, f"{word} {takes}, not {shown(said)}", f"as {name}: {task.example}")
            return None
        size = self.size(arguments[0], place, task.smallest)
        return Output(name, task, size, sources, weight) if size else None

    def weight(self, arguments: list[str], place: str) -> float:
        """Takes `* WEIGHT` off the end of an output's arguments."""
        text = " ".join(arguments)
        if "*" not in text:
            return 1.0
        rest, _, weight = (part.strip() for part in text.partition("*"))
        arguments[:] = rest.split()
        if re.fullmatch(r"\d{0,9}\.?\d{0,9}(e-?\d{1,2})?", weight, re.ASCII) and re.search(r"[1-9]", weight):
            return float(weight)
        self.problems.add(place, f"{shown(weight)} is no loss weight", "a number above 0, as * 0.5")
        return 1.0

    def members(self, text: str, inputs: Sequence[str], place: str) -> tuple[str, ...]:
        """Names of inputs, joined by `+`, in the order of the inputs."""
        names = [name.strip() for name in text.split("+")]
        for name in names:
            if name not in inputs:
                self.problems.add(place, *unknown("input", name, inputs))
        return tuple(name for name in inputs if name in names)

    def sharing(self, inputs: Sequence[Input]) -> tuple[Group, ...]:
        groups: list[Group] = []
        by_name = {each.name: each for each in inputs}
        for entry in filter(str.strip, self.line("sharing").split(",")):
            name, colon, members = (part.strip() for part in entry.partition(":"))
            name, members = (name, members) if colon else ("shared_encoder", name)
            place = f"sharing.{name}"
            if not self.is_new_name(name, "sharing", [*by_name, *(group.name for group in groups)]):
                continue
            group = Group(name, self.members(members, list(by_name), place))
            if len(group.members) < 2:
                self.problems.add(place, "fewer than two inputs share it", "name two inputs or more, joined by +")
                continue
            self.check_group(group, by_name, groups)
            groups.append(group)
        return tuple(groups)

    def check_group(self, group: Group, inputs: Mapping[str, Input], before: Sequence[Group]) -> None:
        """Notes members that can't go through one encoder."""
        first, *others = (inputs[name] for name in group.members)
        for other in others:
            if (other.kind, other.sizes) != (first.kind, first.sizes):
                self.problems.add(
                    f"sharing.{group.name}",
                    f"{first.name} and {other.name} have different kinds or sizes",
                    "one encoder takes inputs of one kind and size: make them equal, or don't share",
                )
        for name in group.members:
            if any(name in earlier.members for earlier in before):
                self.problems.add(f"sharing.{group.name}", f"{name} is in two groups", "an input is in one group")

    def branching(self) -> tuple[str, ...]:
        value = self.answers["branching"]
        chosen = value if isinstance(value, list) else [value]
        for word in chosen:
            if word not in BRANCHINGS:
                self.problems.add("branching", *unknown("branching", word, BRANCHINGS))
        return tuple(word for word in BRANCHINGS if word in chosen)

    def transfer(self, inputs: Sequence[Input]) -> Transfer | None:
        name = self.line("backbone")
        if name == "none":
            return None
        backbone = BACKBONES.get(name)
        if backbone is None:
            self.problems.add("backbone", *_unknown_backbone(name))
            return None
        self.check_images(backbone, inputs)
        weights, fine_tune = self.line("backbone_weights"), self.answers["fine_tune"]
        if not isinstance(fine_tune, int) or isinstance(fine_tune, bool) or not 0 <= fine_tune <= backbone.layers:
            mend = f"a number of layers from 0 to {backbone.layers}, all that {name} has"
            self.problems.add("fine_tune", f"{shown(fine_tune)} is no number of layers of {name}", mend)
            fine_tune = 0
        return Transfer(backbone, None if weights == "none" else weights, fine_tune)

    def check_images(self, backbone: Backbone, inputs: Sequence[Input]) -> None:
        """Notes what keeps a backbone from being used on the images."""
        images = [each for each in inputs if each.kind.name == "image"]
        if inputs and not images:
            self.problems.add("backbone", "there is no image for it", "say an image input, or backbone: none")
        if len({each.sizes for each in images}) > 1:
            self.problems.add("backbone", "the images have different sizes", "one backbone takes one size")
        for each in images:
            if min(each.sizes[:2]) < backbone.smallest:
                what = f"{'×'.join(map(str, each.sizes[:2]))} is below the {backbone.smallest} that the backbone needs"
                self.problems.add(f"inputs.{each.name}", what, f"at least {backbone.smallest}x{backbone.smallest}x3")
            if each.sizes[2] != 3:
                what = f"a backbone takes 3 channels, not {each.sizes[2]}"
                self.problems.add(f"inputs.{each.name}", what, "give it colour images, as 224x224x3")

    def hardware(self) -> Hardware:
        return Hardware(
            self.choice("hardware", DEVICES), self.choice("backend", BACKENDS), self.choice("precision", PRECISIONS)
        )

    def training(self) -> Training:
        given = self.mapping("training", self.answers["training"])
        defaults = TRAINING_DEFAULTS | (TRANSFER_DEFAULTS if self.answers["backbone"] != "none" else {})
        for key in given:
            if key not in defaults:
                self.problems.add(f"training.{key}", *unknown("key", key, defaults))
        values = {key: given.get(key, default) for key, default in defaults.items()}
        for key, value in values.items():
            whole = key != "learning_rate"
            right = isinstance(value, int if whole else int | float) and not isinstance(value, bool) and value > 0
            if not right:
                expected = "a whole number of at least 1" if whole else "a number above 0"
                self.problems.add(f"training.{key}", f"{shown(value)} is no {key.replace('_', ' ')}", expected)
        return Training(**values)

    def mapping(self, place: str, value: Any) -> Mapping[Any, Any]:
        """A mapping, or an empty one and a problem."""
        if isinstance(value, Mapping):
            return value
        if value is not None:
            self.problems.add(place, f"{shown(value)} is no mapping", "write key: value")
        return {}

    def layers(self, inputs: Sequence[Input], outputs: Sequence[Output], sharing: Sequence[Group]) -> Layers:
        parts = self.mapping("layers", self.answers["layers"])
        reader = Reader(GROUPS, self.problems)
        reader.only(parts, ("branches", "body", "heads"), "layers")
        grouped = {name for group in sharing for name in group.members}
        owners = [each.name for each in inputs if each.name not in grouped] + [group.name for group in sharing]
        branches = {
            str(name): reader.stack(stack, f"layers.branches.{name}")
            for name, stack in self.named(parts, "branches", owners)
        }
        heads = {
            str(name): self.head(stack, f"layers.heads.{name}", reader)
            for name, stack in self.named(parts, "heads", [each.name for each in outputs])
        }
        body = None if parts.get("body") is None else reader.stack(parts["body"], "layers.body")
        return Layers(branches, body, heads)

    def named(self, parts: Mapping[Any, Any], part: str, owners: Sequence[str]) -> list[tuple[Any, Any]]:
        """The stacks of a part that belong to something that there is; a problem for each other one."""
        stacks = self.mapping(f"layers.{part}", parts.get(part))
        for name in stacks:
            if owners and name not in owners:
                noun = "output" if part == "heads" else "branch"
                self.problems.add(f"layers.{part}.{name}", *unknown(noun, name, owners))
        return list(stacks.items())

    def head(self, value: Any, place: str, reader: Reader) -> Head:
        """A head's stack, whose last item may be `output: LAYER`."""
        items = value if isinstance(value, list) else None
        if not items or not isinstance(items[-1], Mapping) or list(items[-1]) != ["output"]:
            return Head(reader.stack(value, place))
        stack: Stack = reader.stack(items[:-1], place)
        text = items[-1]["output"]
        if text in (None, "none"):
            return Head(stack, None, keeps_last=False)
        item = reader.item(text, f"{place}[{len(items) - 1}].output")
        return Head(stack, item if isinstance(item, LayerItem) else None, keeps_last=False)


def _reserved(name: str) -> bool:
    """Whether a package of this name would hide a module that the project imports."""
    used = {"keras", "numpy", "pandas", "matplotlib", "tensorflow", "jax", "torch", "yaml", "pytest", "tests", "test"}
    return name in used or name in sys.stdlib_module_names


def _unknown_backbone(name: str) -> tuple[str, str]:
    what, mend = unknown("backbone", name, ["none", *BACKBONES])
    lower = {constructor.lower(): constructor for constructor in BACKBONES}
    return what, f"did you mean {lower[name.lower()]}?" if name.lower() in lower else mend


