"""Protects what the language of layers can say: published architectures in a few lines, counted to the last number.

No count comes from our own output. Most are published: by the paper, or for the model that a library has of it, whose
count holds for ours unless something is added or left out, as said here. The others are worked out by hand.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import black
import pytest

from layerwright.answers import load_file
from layerwright.plan import Plan

from . import models

FOLDER = Path(__file__).parent / "published"

MODE = black.Mode(line_length=100)

LARGEST = 31_100_000
"""How many parameters a network has at most that is built here: larger ones are planned."""


class Counts(NamedTuple):
    """How many parameters an architecture has, and how many of them are statistics that training doesn't move."""

    total: int
    fixed: int = 0


def dense(inputs: int, units: int) -> int:
    """A weight for each pair, a bias for each unit. A 1×1 convolution has as many."""
    return (inputs + 1) * units


def conv(kernel: int, inputs: int, filters: int) -> int:
    """A convolution whose kernel has so many places."""
    return (kernel * inputs + 1) * filters


def lstm(inputs: int, units: int) -> int:
    """Three gates and what is remembered, from the input and the state."""
    return 4 * (inputs + units + 1) * units


def gru(inputs: int, units: int) -> int:
    """Two gates and the new state. As on a GPU, the input has biases, and the state has."""
    return 3 * (inputs + units + 2) * units


def conv_lstm(kernel: int, inputs: int, filters: int) -> int:
    """Convolutions of input and state, with one bias."""
    return 4 * conv(kernel, inputs + filters, filters)


def attention(width: int) -> int:
    """Query, key, value, and what is made of them, with heads that are as wide together as the tensor."""
    return 4 * dense(width, width)


def transformer(width: int, units: int) -> int:
    """Attention, two dense layers, a normalisation of two numbers each after both."""
    return attention(width) + dense(width, units) + dense(units, width) + 4 * width


def t_net(channels: int) -> Counts:
    """PointNet's small network that gives a matrix: five layers with a normalisation, and a sixth."""
    widths = (channels, 64, 128, 1024, 512, 256)
    normalised = sum(map(dense, widths, widths[1:])) + 4 * sum(widths[1:])
    return Counts(normalised + dense(256, channels**2), 2 * sum(widths[1:]))


def vgg_16() -> int:
    """Thirteen convolutions of 3×3."""
    widths = (3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
    return sum(conv(9, inputs, filters) for inputs, filters in pairwise(widths))


def u_net() -> int:
    """Two convolutions a level on the way down, three on the way up, the first of 2×2; two classes at the end."""
    widths = (1, 64, 128, 256, 512, 1024)
    down = sum(conv(9, inputs, w) + conv(9, w, w) for inputs, w in pairwise(widths))
    up = sum(conv(4, 2 * w, w) + conv(9, 2 * w, w) + conv(9, w, w) for w in widths[1:-1])
    return down + up + dense(64, 2)


def u_net_plus_plus() -> int:
    """Two convolutions for each of six nodes, of which three begin with a 2×2 one that comes up from below."""
    down = conv(9, 3, 32) + conv(9, 32, 64) + conv(9, 64, 128)
    up = 2 * conv(4, 64, 32) + conv(4, 128, 64)
    joined = conv(9, 2 * 32, 32) + conv(9, 2 * 64, 64) + conv(9, 3 * 32, 32)
    second = 3 * conv(9, 32, 32) + 2 * conv(9, 64, 64) + conv(9, 128, 128)
    return down + up + joined + second + dense(32, 1)


def highway() -> int:
    """Nine layers, each with a gate as wide, after one that makes the width."""
    return dense(784, 50) + 9 * 2 * dense(50, 50) + dense(50, 10)


def pointnet() -> Counts:
    """Two small networks, and between and behind them eight layers, of which seven have a normalisation."""
    points, features, widths = t_net(3), t_net(64), (3, 64, 64, 64, 128, 1024, 512, 256)
    normalised = sum(map(dense, widths, widths[1:])) + 4 * sum(widths[1:])
    total = points.total + features.total + normalised + dense(256, 40)
    return Counts(total, points.fixed + features.fixed + 2 * sum(widths[1:]))


def sentences() -> int:
    """Hierarchical attention: a GRU both ways, and a score of each step: at words, then at sentences."""
    score = dense(100, 100) + 100
    return 20_000 * 200 + 2 * gru(200, 50) + score + 2 * gru(100, 50) + score + dense(100, 5)


PUBLISHED = {
    # 96 filters see three colours, half of the 256 and 384 see half of the maps.
    "alexnet": Counts(
        conv(121, 3, 96)
        + conv(25, 48, 256)
        + conv(9, 256, 384)
        + conv(9, 192, 384)
        + conv(9, 192, 256)
        + dense(9216, 4096)
        + dense(4096, 4096)
        + dense(4096, 1000)
    ),
    "bert": Counts(109_482_240),  # Hugging Face's bert-base-uncased, as far as its pooled vector
    "bilstm-tagger": Counts(20_000 * 50 + 2 * lstm(50, 300) + dense(600, 9)),
    # What is left of 1014 characters: 1008, 336, 330, 110, four times two less, 34.
    "char-cnn": Counts(
        conv(7, 71, 256)
        + conv(7, 256, 256)
        + 4 * conv(3, 256, 256)
        + dense(34 * 256, 1024)
        + dense(1024, 1024)
        + dense(1024, 4)
    ),
    "convlstm": Counts(
        conv_lstm(25, 1, 64) + conv_lstm(9, 64, 64) + conv_lstm(1, 64, 64) + 2 * 4 * 64 + conv(27, 64, 1), 2 * 2 * 64
    ),
    # 21.1 M in the paper: 33 convolutions, 32 of one place a channel, 65 normalisations.
    "convmixer": Counts(
        conv(49, 3, 768) + 32 * (50 * 768 + dense(768, 768)) + 65 * 4 * 768 + dense(768, 1000), 65 * 2 * 768
    ),
    "convnext-tiny": Counts(28_589_128),  # torchvision
    # PyTorch's example dcgan: 2,765,568, which leaves out the statistics of its normalisations.
    "dcgan-discriminator": Counts(2_765_568 + 2 * (128 + 256 + 512), 2 * (128 + 256 + 512)),
    # PyTorch's example dcgan: 3,576,704, which leaves out the statistics of its normalisations.
    "dcgan-generator": Counts(3_576_704 + 2 * (512 + 256 + 128 + 64), 2 * (512 + 256 + 128 + 64)),
    "ddpg-critic": Counts(4 * 17 + dense(17, 400) + 4 * 400 + dense(406, 300) + dense(300, 1), 2 * (17 + 400)),
    "deep-and-cross": Counts(
        6041 * 32 + 3953 * 32 + 19 * 8 + 3 * dense(77, 77) + dense(77, 128) + dense(128, 64) + dense(64, 1)
    ),
    "densenet-121": Counts(8_062_504, 83_648),  # keras.applications
    "dqn": Counts(conv(64, 4, 32) + conv(16, 32, 64) + conv(9, 64, 64) + dense(3136, 512) + dense(512, 18)),
    "dueling-dqn": Counts(
        conv(64, 4, 32) + conv(16, 32, 64) + conv(9, 64, 64) + 2 * dense(3136, 512) + dense(512, 1) + dense(512, 18)
    ),
    # keras.applications has 5,330,571: it standardises colours, by seven numbers.
    "efficientnet-b0": Counts(5_330_571 - 7, 5_330_564 - 5_288_548),
    "espcn": Counts(conv(25, 1, 64) + conv(9, 64, 32) + conv(9, 32, 9)),
    "fcn-8s": Counts(
        vgg_16()
        + conv(49, 512, 4096)
        + dense(4096, 4096)
        + dense(4096, 21)
        + dense(512, 21)
        + dense(256, 21)
        + 2 * 16 * 21**2
        + 256 * 21**2
    ),
    "googlenet": Counts(13_378_280),  # Caffe's bvlc_googlenet
    "gpt-2": Counts(124_439_808),  # Hugging Face's gpt2, whose last layer is its table of tokens once more
    "gru4rec": Counts(37_483 * 100 + 2 * gru(100, 100) + dense(100, 37_483)),
    "hierarchical-attention": Counts(sentences()),
    "highway-network": Counts(highway()),
    "inception-v3": Counts(23_851_784, 34_432),  # keras.applications
    "lenet-5": Counts(conv(25, 1, 6) + conv(25, 6, 16) + dense(400, 120) + dense(120, 84) + dense(84, 10)),
    "lstm-autoencoder": Counts(lstm(4096, 2048) + lstm(2048, 2048) + dense(2048, 4096)),
    "lstm-seq2seq": Counts(lstm(71, 256) + lstm(93, 256) + dense(256, 93)),
    "memory-network": Counts(2 * 22 * 64 + 22 * 4 + lstm(68 + 64, 32) + dense(32, 22)),
    # 18.5 M in the paper: eight times a mix of 196 patches and one of 512 channels.
    "mlp-mixer": Counts(
        conv(256, 3, 512)
        + 8 * (dense(196, 256) + dense(256, 196) + dense(512, 2048) + dense(2048, 512) + 2 * 2 * 512)
        + 2 * 512
        + dense(512, 1000)
    ),
    "mobilenet": Counts(4_253_864, 21_888),  # keras.applications
    "mobilenet-v2": Counts(3_538_984, 34_112),  # keras.applications
    # Three layers after the first, for each block; what it explains, of 60 numbers; what it expects, of 12.
    "n-beats": Counts(3 * dense(60, 512) + 9 * dense(512, 512) + 2 * dense(512, 60) + 3 * dense(512, 12)),
    "network-in-network": Counts(
        conv(25, 3, 192)
        + dense(192, 160)
        + dense(160, 96)
        + conv(25, 96, 192)
        + 2 * dense(192, 192)
        + conv(9, 192, 192)
        + dense(192, 192)
        + dense(192, 10)
    ),
    "neural-collaborative-filtering": Counts(
        (6040 + 3706) * (8 + 32) + dense(64, 32) + dense(32, 16) + dense(16, 8) + dense(8 + 8, 1)
    ),
    "pix2pix-generator": Counts(54_425_859, 10_880),  # TensorFlow's tutorial pix2pix
    "pointnet": pointnet(),
    # torchvision has 11,689,512; the statistics of 4,800 channels are extra.
    "resnet-18": Counts(11_689_512 + 2 * 4_800, 2 * 4_800),
    "resnet-20": Counts(274_442, 1_376),  # Keras's example cifar10_resnet, ResNet20 v1
    "resnet-50": Counts(25_636_712, 53_120),  # keras.applications
    # torchvision has 25,028,904; the statistics of 34,112 channels are extra.
    "resnext-50": Counts(25_028_904 + 2 * 34_112, 2 * 34_112),
    # 28,088,024 in imgclsmob and elsewhere, less the statistics of as many channels as ResNet50 has.
    "se-resnet-50": Counts(28_088_024 + 53_120, 53_120),
    "siamese-one-shot": Counts(
        conv(100, 1, 64)
        + conv(49, 64, 128)
        + conv(16, 128, 128)
        + conv(16, 128, 256)
        + dense(9216, 4096)
        + dense(4096, 1)
    ),
    "squeezenet": Counts(1_235_496),  # torchvision
    # Eight blocks of two convolutions, the first of which sees two numbers, and so has a projection.
    "tcn": Counts(conv(8, 2, 24) + 15 * conv(8, 24, 24) + dense(2, 24) + dense(24, 1)),
    "textcnn": Counts(18_765 * 300 + sum(conv(size, 300, 100) for size in (3, 4, 5)) + dense(300, 2)),
    # PyTorch's nn.Transformer has 44,140,544, with two norms more; then there are the table and the last layer.
    "transformer": Counts(44_140_544 - 2 * 2 * 512 + 37_000 * 512 + dense(512, 37_000)),
    "transformer-encoder": Counts(6 * transformer(512, 2048)),
    "two-tower": Counts(2 * (dense(30_000, 300) + dense(300, 300) + dense(300, 128)) + dense(1, 1)),
    "u-net": Counts(u_net()),
    "u-net-plus-plus": Counts(u_net_plus_plus()),
    # 19,069,955 in the paper; the normalisations of 2,336 channels are extra.
    "u-net-3d": Counts(19_069_955 + 4 * 2_336, 2 * 2_336),
    "vgg-16": Counts(138_357_544),  # keras.applications
    "video-lstm": Counts(conv(9, 3, 32) + conv(9, 32, 64) + conv(9, 64, 96) + lstm(96, 256) + dense(256, 101)),
    "vision-transformer": Counts(5_717_416),  # timm's vit_tiny_patch16_224
    "wavenet": Counts(256 * 32 + 10 * (2 * conv(2, 32, 32) + dense(32, 32)) + dense(32, 256) + dense(256, 256)),
    "wide-and-deep": Counts(8 * (15 + 16 + 42) + dense(3 * 8 + 5, 100) + dense(100, 50) + dense(1050, 1)),
    "xception": Counts(22_910_480, 54_528),  # keras.applications
}

each_published = pytest.mark.parametrize("name", PUBLISHED)


def _plan(name: str) -> Plan:
    return models.planned(**load_file(FOLDER / f"{name}.yml"))


def test_every_file_is_counted_here() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yml")) == sorted(PUBLISHED)


@each_published
def test_a_file_says_first_what_it_is_and_where_it_was_published(name: str) -> None:
    first, *_ = (FOLDER / f"{name}.yml").read_text(encoding="utf-8").splitlines()
    assert first.startswith("# ")
    assert '"' in first


@each_published
def test_a_published_architecture_has_its_parameters(name: str) -> None:
    graph, counts = _plan(name).graph, PUBLISHED[name]
    assert graph.parameters == counts.total
    assert graph.trainable_parameters == counts.total - counts.fixed


@each_published
def test_its_source_is_laid_out_and_compiles(name: str) -> None:
    text = models.source(_plan(name))
    compile(text, f"{name}.py", "exec")
    assert black.format_str(text, mode=MODE) == text


@pytest.mark.parametrize("name", [name for name, counts in PUBLISHED.items() if counts.total <= LARGEST])
def test_its_model_is_what_is_planned(name: str) -> None:
    plan = _plan(name)
    assert models.described(models.built(models.source(plan))) == models.expected(plan)
