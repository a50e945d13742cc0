"""The layers that take images and give images: of another size, or altered in training."""

from __future__ import annotations

from collections.abc import Callable

from ..faults import ArgumentMisfit, ArgumentsClash, KerasCannot, NothingLeft
from . import values
from .rule import REQUIRED, Argument, Arguments, LayerError, Rule, Shape, Value, drops_mask, spell
from .values import int_of, ints_of, share

COLOURS, GREY_OR_COLOURS = (3,), (1, 3)
"""How many channels layers take that know of red, green and blue."""


def _range(value: Value) -> str | None:
    """The lowest and the highest value that a pixel has."""
    each = value if isinstance(value, tuple) else ()
    right = len(each) == 2 and not any(map(values.number, each)) and _above(each[1], each[0])
    return None if right else "the lowest and the highest value of a pixel, as (0,255)"


def _above(one: Value, other: Value) -> bool:
    return isinstance(one, int | float) and isinstance(other, int | float) and one > other


def _zoom(value: Value) -> str | None:
    """How much smaller or larger. An image can't be made smaller by all of it."""
    each = value if isinstance(value, tuple) else (value,)
    whole = any(isinstance(one, int | float) and one <= -1 for one in each)
    return "a number above -1 and up to 1, or two of them, as (-0.2,0.2)" if whole else share(-1, 1)(value)


def _odd(value: Value) -> str | None:
    """The size of a window that has a middle. On PyTorch, Keras takes height for width where they differ."""
    is_odd = isinstance(value, int) and value % 2 == 1 and values.whole(value) is None
    return None if is_odd else "an odd number, as 3, the same for height and width"


_FACTOR = Argument("factor", REQUIRED, share(-1, 1), values.as_said)
_STRENGTH = Argument("factor", REQUIRED, share(0, 1), values.as_said)
_CHANCE = Argument("factor", 1.0, share(0, 1), values.as_said)
_VALUE_RANGE = Argument("value_range", (0, 255), _range, values.as_said)
_SEED = Argument("seed", None, values.seed)
_FORMAT = values.CHANNELS_LAST
_FILL_MODE = Argument("fill_mode", "reflect", values.word("reflect", "wrap", "constant", "nearest"))
_FILL_VALUE = Argument("fill_value", 0.0, values.number)
_INTERPOLATION = Argument("interpolation", "bilinear", values.word("nearest", "bilinear"))
_HEIGHT, _WIDTH = Argument("height", REQUIRED, values.whole), Argument("width", REQUIRED, values.whole)


def _same_image(
    layer: str, channels: tuple[int, ...] | None, least: int
) -> Callable[[Arguments, tuple[Shape, ...]], Shape]:
    """The input's shape, for images of these channels and of at least so many pixels a side."""

    def shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
        *sizes, given = inputs[0][1:]
        wanted = _channels(arguments, channels)
        if wanted is not None and given not in wanted:
            raise LayerError(
                ArgumentMisfit,
                f"{layer} takes images of {' or '.join(map(str, wanted))} channels and gets {spell(inputs[0])}",
                "leave it out, or give it the image itself",
                ("drop", None),
            )
        if any(size is not None and size < least for size in sizes):
            mend = "start from a larger image, or leave it out"
            raise LayerError(NothingLeft, f"{layer} can't alter {spell(inputs[0])}", mend, ("drop", None))
        return inputs[0]

    return shape


def _channels(arguments: Arguments, channels: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The channels that a layer takes, some of which depend on what it's told to do."""
    if any(arguments.get(f"{of}_factor") is not None for of in ("saturation", "hue")):
        return COLOURS
    return channels


def _augmenting(
    name: str,
    *arguments: Argument,
    channels: tuple[int, ...] | None = None,
    least: int = 1,
    backends: tuple[str, ...] | None = None,
) -> Rule:
    """A layer that alters images in training. Keras leaves whole numbers whole on some backends and at times only."""
    return Rule(
        name,
        arguments,
        shape=_same_image(name, channels, least),
        mask=drops_mask,
        rank=4,
        integers=False,
        backends=backends,
    )


def _bits(value: Value) -> str | None:
    """How many bits are left of a colour. PyTorch draws whole numbers between whole numbers only."""
    each = value if isinstance(value, tuple) else (value,)
    right = share(1, 8)(value) is None and all(isinstance(bits, int) for bits in each)
    return None if right else "a whole number from 1 to 8, or two of them, as 2x4"


def _resized_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    if arguments.get("crop_to_aspect_ratio") and arguments.get("pad_to_aspect_ratio"):
        what = "crop_to_aspect_ratio and pad_to_aspect_ratio exclude each other"
        mend = "leave one of them out, as pad_to_aspect_ratio"
        raise LayerError(ArgumentsClash, what, mend, ("argument", ("pad_to_aspect_ratio", None)))
    if arguments.get("pad_to_aspect_ratio") and not _pads_at_the_sides(arguments, inputs[0]):
        what = f"pad_to_aspect_ratio would pad {spell(inputs[0])} above and below, which fails on TensorFlow with a GPU"
        mend = "leave pad_to_aspect_ratio out, or say crop_to_aspect_ratio=true in its place"
        raise LayerError(KerasCannot, what, mend, ("argument", ("pad_to_aspect_ratio", None)))
    return (inputs[0][0], int_of(arguments["height"]), int_of(arguments["width"]), inputs[0][-1])


def _pads_at_the_sides(arguments: Arguments, shape: Shape) -> bool:
    """Whether images are as high as is wanted for their width, or higher: XLA can't pad others."""
    height, width = shape[1:3]
    if height is None or width is None:
        return False
    wanted = width * int_of(arguments["height"]) // int_of(arguments["width"])
    return wanted - height < 2


def _equalized_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The input's shape. TensorFlow can't mirror more of an image than there is, to fill up tiles."""
    tiles = ints_of(arguments["tile_grid_size"])
    for size, count in zip(inputs[0][1:-1], tiles, strict=True):
        if size is not None and -size % count > size:
            raise LayerError(
                KerasCannot,
                f"tile_grid_size={'×'.join(map(str, tiles))} is too fine for {spell(inputs[0])}",
                "say a coarser one, as tile_grid_size=1x1",
                ("argument", ("tile_grid_size", (1, 1))),
            )
    return inputs[0]


def _pair(value: Value) -> str | None:
    each = value if isinstance(value, tuple) else ()
    return None if len(each) == 2 and not any(map(values.whole, each)) else "two whole numbers, as 8x8"


RULES = (
    Rule(
        "Resizing",
        (
            _HEIGHT,
            _WIDTH,
            Argument("interpolation", "bilinear", values.word(*values.INTERPOLATIONS)),
            Argument("crop_to_aspect_ratio", False, values.flag),
            Argument("pad_to_aspect_ratio", False, values.flag),
            Argument("fill_mode", "constant", values.word("constant")),
            _FILL_VALUE,
            Argument("antialias", False, values.flag),
            _FORMAT,
        ),
        shape=_resized_shape,
        mask=drops_mask,
        rank=4,
        integers=False,
    ),
    Rule("CenterCrop", (_HEIGHT, _WIDTH, _FORMAT), shape=_resized_shape, mask=drops_mask, rank=4),
    Rule(
        "ContrastLimitedAdaptiveHistogramEqualization",
        (
            _VALUE_RANGE,
            Argument("clip_limit", 4.0, values.positive),
            Argument("tile_grid_size", (8, 8), _pair, values.as_said),
            _FORMAT,
        ),
        shape=_equalized_shape,
        mask=drops_mask,
        rank=4,
        integers=False,
    ),
    _augmenting("AutoContrast", _VALUE_RANGE),
    _augmenting(
        "AugMix",
        _VALUE_RANGE,
        Argument("num_chains", 3, values.whole),
        Argument("chain_depth", 3, values.whole),
        Argument("factor", 0.3, share(0, 1), values.as_said),
        Argument("alpha", 1.0, values.positive),
        Argument("all_ops", True, values.flag),
        _INTERPOLATION,
        _SEED,
        _FORMAT,
        channels=GREY_OR_COLOURS,
    ),
    _augmenting(
        "RandAugment",
        _VALUE_RANGE,
        Argument("num_ops", 2, values.whole),
        Argument("factor", 0.5, share(0, 1), values.as_said),
        _INTERPOLATION,
        _SEED,
        _FORMAT,
        channels=GREY_OR_COLOURS,
    ),
    _augmenting("RandomBrightness", _FACTOR, _VALUE_RANGE, _SEED),
    _augmenting("RandomColorDegeneration", _FACTOR, _VALUE_RANGE, _FORMAT, _SEED, channels=COLOURS),
    _augmenting(
        "RandomColorJitter",
        _VALUE_RANGE,
        Argument("brightness_factor", None, values.optional(share(-1, 1)), values.as_said),
        Argument("contrast_factor", None, values.optional(share(0, 1)), values.as_said),
        Argument("saturation_factor", None, values.optional(share(-1, 1)), values.as_said),
        Argument("hue_factor", None, values.optional(share(0, 1)), values.as_said),
        _SEED,
        _FORMAT,
    ),
    _augmenting("RandomContrast", _STRENGTH, _VALUE_RANGE, _SEED),
    _augmenting(
        "RandomElasticTransform",
        _CHANCE,
        Argument("scale", 1.0, share(0, 1), values.as_said),
        _INTERPOLATION,
        _FILL_MODE,
        _FILL_VALUE,
        _VALUE_RANGE,
        _SEED,
        _FORMAT,
        least=2,
        # On JAX it fails in training, on TensorFlow wherever XLA compiles it: on every GPU.
        backends=("torch",),
    ),
    _augmenting(
        "RandomErasing",
        _CHANCE,
        Argument("scale", (0.02, 0.33), share(0, 1), values.as_said),
        Argument("fill_value", None, values.optional(values.number)),
        _VALUE_RANGE,
        _SEED,
        _FORMAT,
    ),
    _augmenting(
        "RandomFlip",
        Argument("mode", "horizontal_and_vertical", values.word("horizontal", "vertical", "horizontal_and_vertical")),
        _SEED,
        _FORMAT,
    ),
    _augmenting(
        "RandomGaussianBlur",
        _CHANCE,
        Argument("kernel_size", 3, _odd),
        Argument("sigma", 1.0, share(0, 1), values.as_said),
        _VALUE_RANGE,
        _FORMAT,
        _SEED,
    ),
    _augmenting("RandomGrayscale", Argument("factor", 0.5, values.rate), _FORMAT, _SEED, channels=GREY_OR_COLOURS),
    _augmenting("RandomHue", _STRENGTH, _VALUE_RANGE, _FORMAT, _SEED, channels=COLOURS),
    _augmenting("RandomInvert", _CHANCE, _VALUE_RANGE, _SEED, _FORMAT),
    _augmenting(
        "RandomPerspective",
        _CHANCE,
        Argument("scale", 1.0, values.rate),
        _INTERPOLATION,
        _FILL_VALUE,
        _SEED,
        _FORMAT,
        least=2,
    ),
    _augmenting(
        "RandomPosterization",
        Argument("factor", REQUIRED, _bits, values.as_said),
        _VALUE_RANGE,
        _FORMAT,
        _SEED,
    ),
    _augmenting("RandomRotation", _FACTOR, _FILL_MODE, _INTERPOLATION, _SEED, _FILL_VALUE, _FORMAT),
    _augmenting("RandomSaturation", _FACTOR, _VALUE_RANGE, _FORMAT, _SEED, channels=COLOURS),
    _augmenting("RandomSharpness", _STRENGTH, _VALUE_RANGE, _FORMAT, _SEED),
    _augmenting(
        "RandomShear",
        Argument("x_factor", 0.0, share(0, 1), values.as_said),
        Argument("y_factor", 0.0, share(0, 1), values.as_said),
        _INTERPOLATION,
        _FILL_MODE,
        _FILL_VALUE,
        _FORMAT,
        _SEED,
    ),
    _augmenting(
        "RandomTranslation",
        Argument("height_factor", REQUIRED, share(-1, 1), values.as_said),
        Argument("width_factor", REQUIRED, share(-1, 1), values.as_said),
        _FILL_MODE,
        _INTERPOLATION,
        _SEED,
        _FILL_VALUE,
        _FORMAT,
    ),
    _augmenting(
        "RandomZoom",
        Argument("height_factor", REQUIRED, _zoom, values.as_said),
        Argument("width_factor", None, values.optional(_zoom), values.as_said),
        _FILL_MODE,
        _INTERPOLATION,
        _SEED,
        _FILL_VALUE,
        _FORMAT,
    ),
    _augmenting(
        "Solarization",
        Argument("addition_factor", 0.0, share(0, 1), values.as_said),
        Argument("threshold_factor", 0.0, share(0, 1), values.as_said),
        _VALUE_RANGE,
        _SEED,
    ),
)
