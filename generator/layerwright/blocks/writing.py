"""Values as answers have them."""

from __future__ import annotations


def written_value(value: object) -> str:
    """A value as a layer's text has it: what is read as the same."""
    if value is None or isinstance(value, bool):
        return "none" if value is None else str(value).lower()
    if isinstance(value, tuple):
        plain = len(value) > 1 and all(isinstance(each, int) for each in value)
        parts = [written_value(each) for each in value]
        return "x".join(parts) if plain else f"({','.join(parts)})"
    return str(value)
