"""The classes of layers that generated projects define themselves, because Keras has none like them.

Their rules bring the source. The classes are registered, so that a saved model loads in safe mode.
"""

from __future__ import annotations

from ..layers import Rule

_REGISTERED = '@keras.saving.register_keras_serializable(package="{}")\n'


def own_layer(rule: Rule, package: str, *, masked: bool = True) -> str:
    """The source of a class, registered under the project's package; `masked`: it sees to masks."""
    return _REGISTERED.format(package) + rule.source.lstrip("\n") + (rule.mask_source if masked else "")
