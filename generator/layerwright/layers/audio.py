"""Spectrograms: sound to how much of each frequency there is, step by step."""

from __future__ import annotations

from ..faults import ArgumentsClash, KerasCannot, NothingLeft
from . import values
from .convolution import window
from .rule import Argument, Arguments, LayerError, Rule, Shape, Weight, drops_mask, known, spell
from .values import int_of

_SCIPY_WINDOWS = (
    *("barthann", "bartlett", "blackman", "blackmanharris", "bohman", "boxcar", "cosine", "exponential", "flattop"),
    *("hamming", "hann", "lanczos", "nuttall", "parzen", "taylor", "triang", "tukey"),
)
"""The windows of scipy.signal.get_window that need no parameter."""


def _frame_step(arguments: Arguments) -> int:
    step = arguments["frame_step"]
    return int_of(arguments["frame_length"]) // 2 if step is None else int_of(step)


def _frequencies(arguments: Arguments) -> int:
    """How many frequencies a frame has: half of its length, which is rounded up to a power of 2, and one."""
    length = arguments["fft_length"]
    if length is None:
        length = 1 << (int_of(arguments["frame_length"]) - 1).bit_length()
    return int_of(length) // 2 + 1


def _stft_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """Keras's own convolution: a row for each frame, a column for each frequency of each channel."""
    batch, length, channels = inputs[0]
    frame, fft = int_of(arguments["frame_length"]), arguments["fft_length"]
    if not 1 <= _frame_step(arguments) <= frame or (fft is not None and int_of(fft) < frame):
        raise LayerError(
            ArgumentsClash,
            f"STFTSpectrogram has frame_length={frame}, and a frame_step above it, or an fft_length below it",
            f"frame_step is 1 to {frame}, and fft_length {frame} or more; or leave both and frame_length out",
            ("set", "STFTSpectrogram"),
        )
    steps = window(length, frame, _frame_step(arguments), str(arguments["padding"]))
    if steps is not None and steps < 1:
        raise LayerError(
            NothingLeft,
            f"a frame of {frame} doesn't fit into {spell(inputs[0])}",
            "say a smaller frame_length, or padding=same",
            ("argument", ("padding", "same")),
        )
    frequencies = _frequencies(arguments) * (2 if arguments["mode"] == "stft" else 1)
    sources = known(channels, "STFTSpectrogram")
    return (batch, steps, frequencies, sources) if arguments["expand_dims"] else (batch, steps, frequencies * sources)


def _stft_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    """The waves of each frequency. Keras has them trained."""
    shape = (int_of(arguments["frame_length"]), 1, _frequencies(arguments))
    return (
        *((Weight("real_kernel", shape),) if arguments["mode"] != "imag" else ()),
        *((Weight("imag_kernel", shape),) if arguments["mode"] != "real" else ()),
    )


def _mel_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """A row for each band, a column for each frame around a sample of every stride.

    Keras announces (length + stride + 1) // stride frames and computes one less for some lengths.
    """
    batch, length = inputs[0]
    fft, stride, bands = (int_of(arguments[each]) for each in ("fft_length", "sequence_stride", "num_mel_bins"))
    sequence = arguments["sequence_length"]
    if sequence is not None and int_of(sequence) > fft:
        raise LayerError(
            ArgumentsClash,
            f"MelSpectrogram has sequence_length={sequence} and fft_length={fft}",
            f"say a sequence_length up to {fft}, or leave it out",
            ("argument", ("sequence_length", None)),
        )
    if length is None:
        return (batch, bands, None)
    if length <= fft // 2:
        raise LayerError(
            NothingLeft,
            f"MelSpectrogram gets {length} samples, and half a frame has {fft // 2}",
            f"say a smaller fft_length, as fft_length={length}",
            ("argument", ("fft_length", length)),
        )
    announced, computed = (length + stride + 1) // stride, 1 + (length + fft // 2 * 2 - fft) // stride
    if announced != computed:
        raise LayerError(
            KerasCannot,
            f"MelSpectrogram with sequence_stride={stride} gives {computed} frames of {length} samples, and Keras "
            f"announces {announced}",
            "take one sample more or fewer, or another sequence_stride",
        )
    return (batch, bands, computed)


RULES = (
    Rule(
        "STFTSpectrogram",
        (
            Argument("mode", "log", values.word("log", "magnitude", "psd", "real", "imag", "angle", "stft")),
            Argument("frame_length", 256, values.whole),
            Argument("frame_step", None, values.optional(values.whole)),
            Argument("fft_length", None, values.optional(values.whole)),
            Argument("window", "hann", values.optional(values.word(*_SCIPY_WINDOWS))),
            Argument("periodic", False, values.flag),
            Argument("scaling", "density", values.optional(values.word("density", "spectrum"))),
            Argument("padding", "valid", values.word("valid", "same")),
            Argument("expand_dims", False, values.flag),
            values.CHANNELS_LAST,
        ),
        shape=_stft_shape,
        weights=_stft_weights,
        mask=drops_mask,
        rank=3,
        integers=False,
        packages=("scipy",),
    ),
    Rule(
        "MelSpectrogram",
        (
            Argument("fft_length", 2048, values.whole),
            Argument("sequence_stride", 512, values.whole),
            Argument("sequence_length", None, values.optional(values.whole)),
            Argument("window", "hann", values.optional(values.word("hann", "hamming"))),
            Argument("sampling_rate", 16000, values.whole),
            Argument("num_mel_bins", 128, values.whole),
            Argument("min_freq", 20.0, values.positive),
            Argument("max_freq", None, values.optional(values.positive)),
            Argument("power_to_db", True, values.flag),
            Argument("top_db", 80.0, values.positive),
            Argument("mag_exp", 2.0, values.positive),
            Argument("min_power", 1e-10, values.positive),
            Argument("ref_power", 1.0, values.number),
        ),
        shape=_mel_shape,
        mask=drops_mask,
        rank=2,
    ),
)
