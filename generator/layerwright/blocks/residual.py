"""A residual group: the stack's result plus its input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..graph import Tensor
from .builder import Builder, Item, Stack
from .layer import LayerItem
from .reading import Reader


@dataclass(frozen=True)
class Residual:
    """`residual: [..]`, or `residual: {layers: [..], activation: relu}`.

    The input goes round the stack and is added to its result. Where the shapes differ it is projected linearly,
    with bias: by a 1×1 convolution with the stride that fits, or by a dense layer.
    """

    layers: Stack
    activation: str | None = None
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds the stack, the shortcut, and the addition."""
        result = builder.stack(self.layers, tensor)
        shortcut = self._shortcut(builder, tensor, result)
        total = builder.merge("add", [result, shortcut], "residual", self.place)
        if self.activation is None:
            return total
        return LayerItem(self.activation, place=self.place).build(builder, total)

    def _shortcut(self, builder: Builder, tensor: Tensor, result: Tensor) -> Tensor:
        if tensor.shape == result.shape:
            return tensor
        units = result.shape[-1]
        if len(tensor.shape) == 2:
            projection = {"units": units}
            rule = builder.vocabulary.rules["Dense"]
        else:
            strides = tuple(_stride(*sizes) for sizes in zip(tensor.shape[1:-1], result.shape[1:-1], strict=False))
            projection = {"filters": units, "kernel_size": 1, "strides": strides}  # type: ignore[dict-item]
            rule = builder.vocabulary.rules[f"Conv{len(tensor.shape) - 2}D"]
        return builder.call(rule, projection, None, "shortcut", (tensor,), self.place)


def _stride(before: int | None, after: int | None) -> int:
    """The stride that takes an axis from one size to another."""
    return 1 if not before or not after else max(1, round(before / after))


def read_residual(value: Any, place: str, reader: Reader) -> Item | None:
    """The group that a value of `residual` says."""
    parts = value if isinstance(value, Mapping) else {"layers": value}
    reader.only(parts, ("layers", "activation"), place)
    activation = parts.get("activation")
    if activation not in (None, "none"):
        reader.activation(activation, f"{place}.activation")
    stack = reader.stack(parts.get("layers"), f"{place}.layers" if isinstance(value, Mapping) else place)
    return Residual(stack, None if activation == "none" else activation, place)
