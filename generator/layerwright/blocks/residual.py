"""A residual group: the stack's result plus its input."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..graph import Tensor
from ..layers import spell
from ..layers.rule import Value
from .builder import Abandoned, Builder, Item, Stack
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

    def check(self, builder: Builder) -> None:
        """Notes what is wrong with its layers."""
        builder.check(self.layers)

    def _shortcut(self, builder: Builder, tensor: Tensor, result: Tensor) -> Tensor:
        if tensor.shape == result.shape:
            return tensor
        strides = tuple(_stride(*sizes) for sizes in zip(tensor.shape[1:-1], result.shape[1:-1], strict=False))
        convolution = builder.vocabulary.rules.get(f"Conv{len(strides)}D")
        kept = len(tensor.shape) == len(result.shape) and result.shape[-1] is not None
        if not kept or 0 in strides or (convolution is None and any(stride > 1 for stride in strides)):
            builder.problems.add(
                self.place,
                f"no shortcut leads from {spell(tensor.shape)} to {spell(result.shape)}, which its stack gives",
                "keep the number of axes, and their sizes or a whole part of them: say padding=same",
            )
            raise Abandoned
        projection: dict[str, Value] = {"filters": result.shape[-1], "kernel_size": 1, "strides": strides}
        if convolution is None:
            projection = {"units": result.shape[-1]}
        rule = convolution or builder.vocabulary.rules["Dense"]
        return builder.call(rule, projection, None, "shortcut", (tensor,), self.place)


def _stride(before: int | None, after: int | None) -> int:
    """The stride by which a 1×1 convolution takes an axis from one size to another, 0 if none does."""
    if before is None or after is None:
        return 1 if before is after else 0
    stride = math.ceil(before / after)
    return stride if math.ceil(before / stride) == after else 0


def read_residual(value: Any, place: str, reader: Reader) -> Item | None:
    """The group that a value of `residual` says."""
    parts = value if isinstance(value, Mapping) else {"layers": value}
    reader.only(parts, ("layers", "activation"), place)
    activation = parts.get("activation")
    if activation not in (None, "none"):
        reader.activation(activation, f"{place}.activation")
    stack = reader.stack(parts.get("layers"), f"{place}.layers" if isinstance(value, Mapping) else place)
    return Residual(stack, None if activation == "none" else activation, place)
