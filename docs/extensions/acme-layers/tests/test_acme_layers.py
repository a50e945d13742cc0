"""Real Keras is the referee: what the package says of its layer is what the layer does."""

import keras
import numpy as np
import pytest
from acme_layers.gated_dense import GatedDense
from acme_layers.losses import pinball

from layerwright.extensions import installed
from layerwright.plan import design


def test_it_can_be_used():
    [acme] = [each for each in installed() if each.name == "acme-layers"]
    assert acme.fault == ""


@pytest.mark.parametrize("sizes", ["8", "5x8"])
def test_shape_and_parameters_are_those_of_the_layer(sizes):
    kind = "numeric" if "x" not in sizes else "sequence"
    answers = {
        "inputs": f"x: {kind} {sizes}",
        "outputs": "y: upper_bound",
        "layers": {"branches": {"x": ["gated_dense 6"]}, "body": []},
    }
    node = design(answers).graph.nodes[0]
    layer = GatedDense(6)
    shape = layer(keras.Input(node.inputs[0].shape[1:])).shape
    assert node.output.shape == shape
    assert [(each.name, each.shape) for each in node.layer.weights] == [
        (each.name, each.shape) for each in layer.weights
    ]


def test_what_lies_under_the_truth_is_dearer():
    below, above = pinball(np.ones((1, 1)), np.zeros((1, 1))), pinball(np.zeros((1, 1)), np.ones((1, 1)))
    assert float(below[0]) == pytest.approx(0.9)
    assert float(above[0]) == pytest.approx(0.1)
