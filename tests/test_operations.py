"""Protects the count of multiply-adds: PyTorch's own counter is the referee, on real Keras models."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from layerwright.memory import STEPS
from layerwright.operations import of_graph
from layerwright.plan import Plan, design
from layerwright.presets import preset_answers

from . import models
from .workbench import PRESETS

IMAGE, STEPPED, CLIP = "x: image 16x16x4", "x: sequence 12x6", "x: volume 5x16x16x3"

STACKS: dict[str, tuple[str, list[Any]]] = {
    "dense over steps": (STEPPED, ["dense 8", "flatten"]),
    "strides and padding": (IMAGE, ["conv 8 strides=2 padding=same", "conv 6 kernel_size=5", "flatten"]),
    "groups": (IMAGE, ["Conv2D 8 3 groups=4", "flatten"]),
    "dilation": (IMAGE, ["Conv2D 8 3 dilation_rate=2", "flatten"]),
    "depthwise": (IMAGE, ["DepthwiseConv2D 3 depth_multiplier=2 strides=2", "flatten"]),
    "separable": (IMAGE, ["SeparableConv2D 8 3 depth_multiplier=2", "flatten"]),
    "transposed": (IMAGE, ["Conv2DTranspose 8 3 strides=2 padding=same", "flatten"]),
    "one axis": (STEPPED, ["Conv1D 8 3 padding=causal", "flatten"]),
    "three axes": (CLIP, ["Conv3D 4 2", "flatten"]),
    "lstm": (STEPPED, ["lstm 8"]),
    "gru": (STEPPED, ["GRU 8"]),
    "both directions": (STEPPED, [{"bidirectional": "lstm 8"}]),
    "at each step": (CLIP, [{"time_distributed": "conv 4"}, "flatten"]),
    "several at each step": (CLIP, [{"time_distributed": ["conv 4", "flatten", "dense 3"]}, "flatten"]),
    "several in several": (
        CLIP,
        [{"time_distributed": [{"time_distributed": ["dense 4", "dense 2"]}, "flatten", "dense 3"]}, "flatten"],
    ),
    "equation": (STEPPED, ["EinsumDense abc,cde->abde output_shape=12x3x5", "flatten"]),
    "attention": (STEPPED, ["self_attention 2x4", "flatten"]),
    "spectral norm": (STEPPED, [{"SpectralNormalization": "Dense 8"}, "flatten"]),
    "a state to begin with": (STEPPED, ["lstm 8 name=first return_sequences=true", "lstm 8 initial_state=first"]),
    "twice": (STEPPED, [{"residual": ["dense 6", "dense 6"]}, "flatten"]),
}
"""A stack for each way of counting, with the input that it goes on."""


def counted(plan: Plan) -> int:
    """What PyTorch counts on the real model, for one sample."""
    model = models.built(models.source(plan))
    tensors = {
        name: torch.zeros((1, *(STEPS if size is None else size for size in tensor.shape[1:]))).to(
            getattr(torch, tensor.dtype)
        )
        for name, tensor in plan.graph.inputs.items()
    }
    sample = next(iter(tensors.values())) if plan.decision.template == "sequential" else tensors
    # Of the ways to attend, the counter sees into this one alone.
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        model(sample, training=False)
    flops = counter.get_total_flops()
    assert flops % 2 == 0
    return int(flops // 2)


@pytest.mark.parametrize("name", STACKS)
def test_a_layer_is_counted_as_pytorch_counts_it(name: str) -> None:
    inputs, stack = STACKS[name]
    answers = {"inputs": inputs, "outputs": "y: regression", "layers": {"branches": {"x": stack}, "body": []}}
    plan = design(answers)
    assert of_graph(plan.graph) == counted(plan)


@pytest.mark.parametrize("preset", sorted(set(PRESETS) - {"masked-lstm", "resnet-transfer"}))
def test_a_preset_is_counted_as_pytorch_counts_it(preset: str) -> None:
    plan = design(preset_answers(preset))
    assert of_graph(plan.graph) == counted(plan)


def test_a_body_has_its_part() -> None:
    """ResNet50 takes 3.8 billion for an image of 224 × 224 pixels (He et al. 2015, table 1)."""
    plan = design({"inputs": "photo: image 224x224x3", "outputs": "y: binary", "backbone": "ResNet50"})
    assert of_graph(plan.graph) == pytest.approx(3.8e9, rel=0.02)


BEFOREHAND = {
    "lstm with a mask": ("x: sequence ?x6", ["masking", "lstm 8"], 4 * 8 * (6 + 8)),
    "simple": (STEPPED, ["SimpleRNN 4"], 4 * (6 + 4)),
    "a cell": (STEPPED, [{"RNN": "GRUCell 8"}], 3 * 8 * (6 + 8)),
    "cells in each other": (STEPPED, [{"RNN": ["SimpleRNNCell 4", "GRUCell 8"]}], 2 * (4 * (6 + 4) + 3 * 8 * (4 + 8))),
    "convolved": (CLIP, ["ConvLSTM2D 4 3 padding=same", "flatten"], 16 * 16 * 9 * (3 + 4) * 4 * 4),
}
"""Recurrent stacks that Keras goes through step by step on PyTorch, and what it makes beforehand.

That is one step, to see what comes out; cells in each other are built by another one.
"""


@pytest.mark.parametrize("name", BEFOREHAND)
def test_a_first_step_that_keras_makes_twice_is_counted_once(name: str) -> None:
    inputs, stack, beforehand = BEFOREHAND[name]
    answers = {"inputs": inputs, "outputs": "y: regression", "layers": {"branches": {"x": stack}, "body": []}}
    plan = design(answers)
    assert counted(plan) - of_graph(plan.graph) == beforehand
