"""What Acme's networks are made of, for layerwright: a layer, a block, a task and a preset.

Nothing is imported from layerwright: all that is needed comes with the argument of `register`, which is called once for
each version of layerwright that is at work. So nothing is kept here between two calls, and Keras isn't needed.
"""

from pathlib import Path

HERE = Path(__file__).parent


def register(layerwright):
    """Brings all of it."""
    layerwright.version(1)
    layerwright.layer(
        rule_of_gated_dense(layerwright),
        layerwright.Word("gated_dense", {None: "GatedDense"}, ("units",)),
        source=HERE / "gated_dense.py",
    )
    layerwright.block("bottleneck", bottleneck, about="Narrows, gates, and widens again.")
    layerwright.task(task_of_upper_bound(layerwright), source=HERE / "losses.py")
    layerwright.preset(HERE / "presets" / "acme-upper-bound.yml")


def rule_of_gated_dense(layerwright):
    """The rule of GatedDense: what a plan has to know of the class in `gated_dense.py`, without running it."""
    weight = layerwright.Weight

    def shape(arguments, inputs):
        if len(inputs[0]) < 2:
            raise layerwright.LayerError("GatedDense gets one number a sample", "give it a tensor of one axis or more")
        return (*inputs[0][:-1], arguments["units"])

    def weights(arguments, inputs):
        features, units = layerwright.known(inputs[0][-1], "GatedDense"), arguments["units"]
        return (
            weight("kernel", (features, units)),
            weight("bias", (units,)),
            weight("gate_kernel", (features, units)),
            weight("gate_bias", (units,)),
        )

    return layerwright.Rule(
        "GatedDense",
        (
            layerwright.Argument("units", layerwright.REQUIRED, layerwright.checks.whole),
            layerwright.Argument("gate", "sigmoid", layerwright.checks.activation),
        ),
        shape=shape,
        weights=weights,
    )


def bottleneck(units, narrow=4, rate=0.1):
    """What `bottleneck 64` stands for, in the language of answers: `narrow` is how many times narrower it gets."""
    if units % narrow:
        raise ValueError(f"{units} units can't be made {narrow} times narrower")
    return [{"residual": [f"dense {units // narrow} gelu", f"gated_dense {units}", f"dropout {rate}"]}]


def task_of_upper_bound(layerwright):
    """The task `upper_bound`: a number that nine of ten true values lie under."""
    return layerwright.Task(
        name="upper_bound",
        form="[N]",
        about="a number, or N of them, that nine of ten true values lie under",
        example="upper_bound",
        last=("dense {size} linear",),
        loss="pinball",
        metrics=('"mae"',),
        target="numbers",
        values=layerwright.Values(),
        score="regression",
        said="{size} upper bounds",
        single_said="an upper bound",
        why="the pinball loss: nine times dearer below the truth than above it",
        default=1,
        standardised=True,
    )
