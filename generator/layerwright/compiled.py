"""What Jinja has compiled, kept in a store: of files, and of texts in questions."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any

from jinja2 import BytecodeCache, Environment, Template
from jinja2.bccache import Bucket

from .store import Store

SET_UP = (
    *("autoescape", "block_end_string", "block_start_string", "comment_end_string", "comment_start_string"),
    *("keep_trailing_newline", "line_comment_prefix", "line_statement_prefix", "lstrip_blocks", "newline_sequence"),
    *("optimized", "sandboxed", "trim_blocks", "variable_end_string", "variable_start_string"),
)
"""What Jinja's code depends on beside the text and the extensions, as attributes of an environment."""


class Compiled(BytecodeCache):
    """Finds a template by its name and text, wherever it lies: an update renders each version from another folder."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The name alone."""
        return name

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fills in what is kept."""
        code = self.store.entries.get(self._key(bucket))
        if isinstance(code, bytes):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps it."""
        self.store.put(self._key(bucket), bucket.bytecode_to_string())

    def _key(self, bucket: Bucket) -> bytes:
        return Store.key(f"Jinja, {_set_up(bucket.environment)}, {bucket.key}", bucket.checksum)


@lru_cache(maxsize=8)
def _set_up(environment: Environment) -> str:
    """How it's set up, in a word: code is made for one way alone."""
    return repr([*(getattr(environment, name) for name in SET_UP), *sorted(environment.extensions)])


def texts_looked_up(environment: Environment, compiled: Compiled) -> Callable[..., Template]:
    """A `from_string` that looks a text up before it's compiled, as Jinja itself does with files alone."""
    compile_anew = environment.from_string

    def from_string(
        source: Any,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 (Jinja's name)
        template_class: type[Template] | None = None,
    ) -> Template:
        if not isinstance(source, str):
            return compile_anew(source, globals, template_class)
        bucket = compiled.get_bucket(environment, "", None, source)
        if bucket.code is None:
            bucket.code = environment.compile(source)
            compiled.set_bucket(bucket)
        made = template_class or environment.template_class
        return made.from_code(environment, bucket.code, environment.make_globals(globals), None)

    return from_string
