"""Inputs and outputs, built step by step or typed in one line: either shows the other."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from functools import partial
from itertools import accumulate, combinations
from typing import Any, ClassVar, TypeAlias

from ..answers import KEYS, Answers
from ..answers.lines import WEIGHT, Entry, parts_of, read_entries, spelled
from ..answers.mending import mended
from ..blocks import name_like
from ..kinds import KINDS, Kind
from ..problems import Edit, Problem
from ..questions import effective, tasks
from ..records import dataclass
from ..tasks import Per, Task
from .asker import Asked, Asker, Back, Line, Option, heading

DONE, ADD, CHANGE, REMOVE, ONE_LINE, BACK = "done", "add", "change", "remove", "in one line", "back"

FROM = "from"
"""Under which option an output has the inputs that it may see."""

NAMED = "What is it called? By this name your data, the model and its results know it."


@dataclass(frozen=True)
class Draft:
    """An entry that is being built: its kind or task, what was said of its sizes, and the rest."""

    kind: str = ""
    sizes: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    more: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


Step: TypeAlias = "Callable[[Draft], Draft]"


@dataclass
class Builder(ABC):
    """Builds the answer to one question. `said` are the answers so far, this one among them; they change with it.

    `objections` says what stands against all of them, `preview` what would come of them; `note` takes the line whenever
    it has changed, so that nothing is lost; `reasons` says why a kind can't be chosen whatever else is said.
    """

    asker: Asker
    asked: Asked
    said: Answers
    objections: Callable[[Answers], list[Problem]]
    preview: Callable[[Answers, int], list[Line]]
    note: Callable[[str], None] = lambda line: None
    reasons: Mapping[str, str] = field(default_factory=dict)

    key: ClassVar[str]
    noun: ClassVar[str]
    which: ClassVar[str]

    @staticmethod
    @abstractmethod
    def known() -> Mapping[str, Any]:
        """The kinds, or tasks, that there are."""

    @property
    def kinds(self) -> Mapping[str, Any]:
        """The same."""
        return self.known()

    @abstractmethod
    def sizes(self, draft: Draft) -> Mapping[str, tuple[str, str]]:
        """What is asked of the sizes of a kind, by the letters that it's about: the question, and an example."""

    @abstractmethod
    def entry(self, draft: Draft) -> Entry:
        """The draft as an entry of the line."""

    @abstractmethod
    def draft(self, entry: Entry) -> Draft:
        """An entry of the line as a draft."""

    # What to do next

    def run(self) -> Answers:
        """Builds until the user goes on, and returns all answers. Raises Back if they go back."""
        while True:
            what, name = self._action() if self.entries else (ADD, "")
            if what == DONE:
                self.asker.record(self._question, self.line)
                return self.said
            if what == BACK:
                raise Back
            try:
                self._carry_out(what, name)
                self.note(self.line)
            except Back:
                if not self.entries:
                    raise

    @property
    def line(self) -> str:
        """The answer as it is now, in one line."""
        return str(self.said.get(self.key) or "")

    @property
    def entries(self) -> list[Entry]:
        """Its entries."""
        return read_entries(self.line, self.key)

    @property
    def _question(self) -> str:
        return heading(self.asked.question)

    def _action(self) -> tuple[str, str]:
        names = [each.name for each in self.entries]
        wrong = next((f"{each.what}: {each.mend}" for each in self.objections(self.said)), "")
        options = [
            Option((DONE, ""), "go on", f"with {' and '.join(names)}", wrong),
            Option((ADD, ""), "add", f"one more {self.noun}"),
            *(Option((CHANGE, each.name), f"change {each.name}", " ".join(each.words)) for each in self.entries),
            *(Option((REMOVE, name), f"remove {name}") for name in names),
            Option((ONE_LINE, ""), ONE_LINE, "type all of it"),
            Option((BACK, ""), BACK, "to the question before"),
        ]
        option = f"--data '{self.key}={self.line}'"
        asked = Asked(self._question, (self.line,), option, is_step=True)
        chosen: tuple[str, str] = self.asker.choose(asked, options, (DONE, ""), self._after)
        return chosen

    def _after(self, action: tuple[str, str], width: int) -> list[Line]:
        """What would come of an action: all that can be told of it is what is left if something goes."""
        what, name = action
        return self.preview(self._without(name) if what == REMOVE else self.said, width)

    def _carry_out(self, what: str, name: str) -> None:
        if what == ADD:
            self._build(None)
        elif what == CHANGE:
            self._build(next(each for each in self.entries if each.name == name))
        elif what == REMOVE:
            self.said = self._without(name)
        else:
            self._type()

    def _without(self, name: str) -> Answers:
        return _edited(self.said, Edit("drop", f"{self.key}.{name}"))

    def _type(self) -> None:
        """All of it in one line."""

        def wrong(line: str) -> str:
            return "\n".join(
                f"{each.what}\n  {each.mend}" for each in self.objections({**self.said, self.key: line})[:1]
            )

        def shown(line: str, width: int) -> list[Line]:
            return self.preview({**self.said, self.key: line}, width)

        with suppress(Back):
            self.said = {
                **self.said,
                self.key: self.asker.write(replace(self.asked, is_step=True), self.line, wrong, shown),
            }

    # One entry, step by step

    def _build(self, old: Entry | None) -> None:
        """Asks for one entry. Back leads to the step before; from the first one, out."""
        draft, at = self.draft(old) if old else Draft(), 0
        while at < len(steps := self._steps(draft, old)):
            try:
                draft, at = steps[at](draft), at + 1
            except Back:
                if at == 0:
                    raise
                at -= 1
            if draft.kind == ONE_LINE:
                return self._type()
        self.said = self._with(draft, old)
        return None

    def _steps(self, draft: Draft, old: Entry | None) -> list[Step]:
        """What is asked of an entry, as far as its kind is known."""
        if draft.kind not in self.kinds:
            return [lambda each: self._kind(each, old)]
        sizes = [partial(self._size, letters=letters, old=old) for letters in self.sizes(draft)]
        return [
            lambda each: self._kind(each, old),
            *sizes,
            lambda each: self._name(each, old),
            *self.more_steps(draft, old),
        ]

    def more_steps(self, draft: Draft, old: Entry | None) -> list[Step]:
        """What else is asked of it."""
        return []

    def _with(self, draft: Draft, old: Entry | None) -> Answers:
        """All answers, with the entry that a draft makes, in the place of an old one if there's one."""
        draft = replace(draft, name=draft.name or self._free_name(draft, old))
        entry, said = self.entry(draft), self.said
        if old is None:
            return {**said, self.key: spelled([*self.entries, entry])}
        if old.name != entry.name:
            said = _edited(said, Edit("rename", f"{self.key}.{old.name}", (old.name, entry.name)))
        entries = read_entries(said.get(self.key), self.key)
        return {**said, self.key: spelled([entry if each.name == entry.name else each for each in entries])}

    def against(self, draft: Draft, old: Entry | None) -> list[Problem]:
        """What stands against an entry; what stands against others doesn't matter yet."""
        said = self._with(draft, old)
        name = draft.name or self._free_name(draft, old)
        return [each for each in self.objections(said) if each.place in (self.key, f"{self.key}.{name}")]

    def _kind(self, draft: Draft, old: Entry | None) -> Draft:
        options = [
            Option(name, name, each.about, self.reasons.get(name) or self.reason(Draft(name), old))
            for name, each in self.kinds.items()
        ]
        if old is None:
            options.append(Option(ONE_LINE, ONE_LINE, f"type all {self.key}"))
        question = f"What is {old.name}?" if old else self.which if self.entries else self._question
        asked = Asked(question, (self.line,) if self.line else (), self.asked.option, is_step=True)
        shown = self._of(lambda kind: draft if kind == draft.kind else self.fitted(Draft(kind), old), old)
        chosen = self.asker.choose(asked, options, draft.kind, shown)
        if chosen == draft.kind:
            return draft
        return Draft(chosen, options=draft.options if old else {}, name=draft.name)

    def fitted(self, draft: Draft, old: Entry | None) -> Draft:
        """A draft as it's begun with: what it needs to fit is said for it."""
        return draft

    def reason(self, draft: Draft, old: Entry | None) -> str:
        """Why a kind can't be chosen, if it can't."""
        return next((each.what for each in self.against(draft, old)), "")

    def _size(self, draft: Draft, letters: str, old: Entry | None) -> Draft:
        question, example = self.sizes(draft)[letters]

        def sized(text: str) -> Draft:
            return replace(draft, sizes={**draft.sizes, **self.read_size(draft, letters, text)})

        before = draft.sizes.get(letters, "")
        asked = Asked(
            question, (f"{letters} in {draft.kind} {self.kinds[draft.kind].form}, as {example}",), is_step=True
        )
        text = self.asker.write(
            asked, before, lambda text: _told(self.against(sized(text), old)), self._of(sized, old), default=example
        )
        return sized(text)

    def read_size(self, draft: Draft, letters: str, text: str) -> dict[str, str]:
        """What a text says of the sizes under these letters."""
        return {letters: text.strip()}

    def _name(self, draft: Draft, old: Entry | None) -> Draft:
        def wrong(text: str) -> str:
            return _told(self.against(replace(draft, name=text), old))

        named = self._of(lambda text: replace(draft, name=text), old)
        default = self._free_name(draft, old)
        name = self.asker.write(Asked(NAMED, is_step=True), draft.name, wrong, named, default=default)
        return replace(draft, name=name)

    def _free_name(self, draft: Draft, old: Entry | None) -> str:
        """What an entry is called if nobody says."""
        if old is not None:
            return old.name
        taken = [each.name for key in ("inputs", "outputs") for each in read_entries(self.said.get(key), key)]
        return name_like(self.kinds[draft.kind].called or draft.kind, taken)

    def _of(self, made: Callable[[Any], Draft], old: Entry | None) -> Callable[[Any, int], list[Line]]:
        """The preview of a step: what would come of the draft that an answer makes."""

        def shown(answer: Any, width: int) -> list[Line]:
            draft = made(answer)
            return self.preview(self._with(draft, old) if draft.kind in self.kinds else self.said, width)

        return shown


class Inputs(Builder):
    """Builds `inputs`."""

    key, noun, which = "inputs", "input", "What else goes in?"

    @staticmethod
    def known() -> Mapping[str, Kind]:
        """All kinds."""
        return KINDS

    def sizes(self, draft: Draft) -> Mapping[str, tuple[str, str]]:
        """The questions of its kind, with the sizes of the kind's example."""
        kind: Kind = KINDS[draft.kind]
        examples = dict(zip(kind.letters, kind.example.split()[1].split("x"), strict=True))
        return {
            letters: (question, "x".join(examples[letter] for letter in letters.split("x")))
            for letters, question in kind.asks.items()
        }

    def read_size(self, draft: Draft, letters: str, text: str) -> dict[str, str]:
        """`64 64` and `64` are 64x64; and all sizes may be said at once."""
        parts = re.split(r"[\s,xX×*]+", text.strip())
        asked = {each: len(each.split("x")) for each in KINDS[draft.kind].asks}
        if len(parts) == 1:
            parts *= asked[letters]
        if len(parts) != sum(asked.values()):
            return {letters: "x".join(parts)}
        starts = accumulate(asked.values(), initial=0)
        return {each: "x".join(parts[at : at + asked[each]]) for each, at in zip(asked, starts, strict=False)}

    def entry(self, draft: Draft) -> Entry:
        """`image 224x224x3`."""
        sizes = [draft.sizes.get(letters, example) for letters, (_, example) in self.sizes(draft).items()]
        return Entry(draft.name, [draft.kind, "x".join(sizes), *draft.more], dict(draft.options))

    def draft(self, entry: Entry) -> Draft:
        """The sizes under the letters that they are asked by."""
        kind, said, *more = [*entry.words, "", ""][: max(2, len(entry.words))]
        draft = Draft(kind, {}, entry.name, tuple(more), entry.options)
        if kind not in KINDS:
            return draft
        parts = parts_of(said)
        sizes: dict[str, str] = {}
        for letters in KINDS[kind].asks:
            count = len(letters.split("x"))
            sizes[letters], parts = "x".join(parts[:count]), parts[count:]
        return replace(draft, sizes=sizes)


class Outputs(Builder):
    """Builds `outputs`."""

    key, noun, which = "outputs", "output", "What else comes out?"

    @staticmethod
    def known() -> Mapping[str, Task]:
        """All tasks, those of other packages too."""
        return tasks()

    def sizes(self, draft: Draft) -> Mapping[str, tuple[str, str]]:
        """The one question of its task, if it has one."""
        task: Task = self.kinds[draft.kind]
        example = (able[0] if (able := self._able()) else "") if task.per is Per.INPUT else _size_of(task)
        return {task.form.strip("[]").split(" ")[0]: (task.asks, example)} if task.asks else {}

    def _able(self) -> list[str]:
        """The inputs that there are."""
        return [each.name for each in read_entries(effective(self.said).get("inputs"), "inputs")]

    def entry(self, draft: Draft) -> Entry:
        """`multiclass 10 from=photo * 0.5`."""
        sizes = [draft.sizes.get(letters, example) for letters, (_, example) in self.sizes(draft).items()]
        plain = [each for each in sizes if not (self.kinds[draft.kind].default is not None and each == "1")]
        return Entry(draft.name, [draft.kind, *plain, *draft.more], dict(draft.options))

    def draft(self, entry: Entry) -> Draft:
        """Its first word after the task is the size, if the task has one."""
        kind, *rest = entry.words or [""]
        draft = Draft(kind, {}, entry.name, (), entry.options)
        if kind not in self.kinds or not self.kinds[kind].asks:
            return replace(draft, more=tuple(rest))
        [letters] = self.sizes(draft)
        has_size = bool(rest) and (rest[0].isdecimal() or self.kinds[kind].per is Per.INPUT)
        size, more = (rest[0], rest[1:]) if has_size else ("1", rest)
        return replace(draft, sizes={letters: size}, more=tuple(more))

    def reason(self, draft: Draft, old: Entry | None) -> str:
        """A task that only some of the inputs fit can be chosen: it sees those."""
        first = super().reason(draft, old)
        return "" if first and self._seeing(draft, old) else first

    def _seeing(self, draft: Draft, old: Entry | None) -> str:
        """The first input, or pair of inputs, that fits a task alone; of a reconstruction, what it makes again."""
        names = self._able()
        for some in (*((name,) for name in names), *combinations(names, 2)):
            name = "+".join(some)
            tried = replace(draft, options={**draft.options, FROM: name})
            if self.kinds[draft.kind].per is Per.INPUT:
                tried = replace(draft, sizes=dict.fromkeys(self.sizes(draft), name))
            if not self.against(tried, old):
                return name
        return ""

    def fitted(self, draft: Draft, old: Entry | None) -> Draft:
        """Where a task doesn't fit all inputs, it sees those that it fits."""
        if draft.kind not in self.kinds or not self.against(draft, old) or not (name := self._seeing(draft, old)):
            return draft
        if self.kinds[draft.kind].per is Per.INPUT:
            return replace(draft, sizes=dict.fromkeys(self.sizes(draft), name))
        return replace(draft, options={**draft.options, FROM: name})

    def _kind(self, draft: Draft, old: Entry | None) -> Draft:
        chosen = super()._kind(draft, old)
        fitted = self.fitted(chosen, old)
        if sees := fitted.options.get(FROM) if fitted != chosen else None:
            self.asker.tell(f"  It sees {sees.replace('+', ' and ')} alone: with the others it doesn't work.")
        return fitted

    def _size(self, draft: Draft, letters: str, old: Entry | None) -> Draft:
        if self.kinds[draft.kind].per is not Per.INPUT:
            return super()._size(draft, letters, old)

        def of(name: str) -> Draft:
            return replace(draft, sizes={letters: name})

        options = [Option(name, name, "", _told(self.against(of(name), old))) for name in self._able()]
        asked = Asked(self.kinds[draft.kind].asks, is_step=True)
        return of(self.asker.choose(asked, options, draft.sizes.get(letters), self._of(of, old)))

    def more_steps(self, draft: Draft, old: Entry | None) -> list[Step]:
        """Which inputs it sees, and how much it counts, where there are several."""
        others = [each for each in self.entries if old is None or each.name != old.name]
        steps: list[Step] = [lambda each: self._sources(each, old)] if len(self._able()) > 1 else []
        return [*steps, *([lambda each: self._weight(each, old)] if others else [])]

    def _sources(self, draft: Draft, old: Entry | None) -> Draft:
        names = self._able()

        def seeing(chosen: Sequence[str]) -> Draft:
            rest = {key: value for key, value in draft.options.items() if key != FROM}
            some = {FROM: "+".join(chosen)} if chosen and set(chosen) != set(names) else {}
            return replace(draft, options={**rest, **some})

        said = draft.options.get(FROM, "+".join(names)).split("+")
        options = [Option(name, name) for name in names]
        while True:
            chosen = self.asker.mark(
                Asked("Which inputs may it see?", is_step=True), options, said, self._of(seeing, old)
            )
            if not (wrong := _told(self.against(seeing(chosen), old))):
                return seeing(chosen)
            self.asker.tell(f"  {wrong}", "wrong")

    def _weight(self, draft: Draft, old: Entry | None) -> Draft:
        def weighing(text: str) -> Draft:
            rest = {key: value for key, value in draft.options.items() if key != WEIGHT}
            return replace(draft, options=rest if text in ("", "1") else {**rest, WEIGHT: text})

        said = self.asker.write(
            Asked(
                "How much does its error count, beside those of other outputs?",
                ("1: as much as another one's",),
                is_step=True,
            ),
            draft.options.get(WEIGHT, ""),
            lambda text: _told(self.against(weighing(text), old)),
            self._of(weighing, old),
            default="1",
        )
        return weighing(said)


def _size_of(task: Task) -> str:
    """The size of a task's example."""
    return next(iter(task.example.split()[1:]), "1")


def _told(found: Iterable[Problem]) -> str:
    """The first of the problems, with its mend."""
    return next((f"{each.what}\n  {each.mend}" for each in found), "")


def _edited(said: Answers, edit: Edit) -> Answers:
    """The answers with one edit, and with all that it changes elsewhere, in what comes from a preset too."""
    now = effective(said)
    after = mended(now, [edit])
    return {**said, **{key: value for key, value in after.items() if key in KEYS and value != now.get(key)}}
