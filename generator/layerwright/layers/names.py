"""What other names of keras.layers stand for, and which of its classes can't stand in a network of answers, and why."""

from __future__ import annotations

from collections.abc import Mapping

ALIASES: Mapping[str, str] = {
    **{f"AvgPool{axes}D": f"AveragePooling{axes}D" for axes in (1, 2, 3)},
    **{f"MaxPool{axes}D": f"MaxPooling{axes}D" for axes in (1, 2, 3)},
    **{f"GlobalAvgPool{axes}D": f"GlobalAveragePooling{axes}D" for axes in (1, 2, 3)},
    **{f"GlobalMaxPool{axes}D": f"GlobalMaxPooling{axes}D" for axes in (1, 2, 3)},
    **{f"Convolution{axes}D": f"Conv{axes}D" for axes in (1, 2, 3)},
    **{f"Convolution{axes}DTranspose": f"Conv{axes}DTranspose" for axes in (1, 2, 3)},
    **{f"SeparableConvolution{axes}D": f"SeparableConv{axes}D" for axes in (1, 2)},
}
"""Names that Keras has for a class beside its own. Source has the class's own."""

_CODE = "it's made of Python code, and answers hold none"
_OTHER_MODEL = "it holds a model of another library, and answers hold none"
_RAW = "it takes texts as they are, and a network gets numbers"
_MIXES = "it mixes each sample with another, its target too, and a layer sees no targets"

REFUSED: Mapping[str, tuple[str, str]] = {
    "CutMix": (_MIXES, "alter each image by itself, as by RandomErasing"),
    "Equalization": (
        "Keras 3.15 announces its input as its output, and so leaves it out of the network",
        "ContrastLimitedAdaptiveHistogramEqualization works",
    ),
    "FlaxLayer": (_OTHER_MODEL, "say the layers that it has"),
    "InputLayer": ("inputs have a line of their own", "say it there, as inputs: x: numeric 8"),
    "InputSpec": ("it's a description of tensors, and no layer", "leave it out"),
    "IntegerLookup": (
        "its table is made from data, and a network is made before them",
        "say an input of kind category, or Hashing",
    ),
    "JaxLayer": (_CODE, "say layers that do what it should"),
    "Lambda": (_CODE, "say layers that do what it should; an activation goes by its name"),
    "Layer": ("it's what layers are made from, and does nothing", "say one of its kinds, or Identity"),
    "MaxNumBoundingBoxes": ("it takes boxes, and a stack carries one tensor", "leave it out"),
    "MixUp": (_MIXES, "alter each image by itself, as by RandomErasing"),
    "Pipeline": ("it's a list of layers for a data pipeline", "write its layers one after the other"),
    "RandomCrop": (
        "it crops in training only: predictions would get the whole image, of another size",
        "say CenterCrop or Resizing, or RandomTranslation to move the image about",
    ),
    "StringLookup": (_RAW, "say an input of kind category or text: the data pipeline numbers its values"),
    "TFSMLayer": ("it reads a model from a folder, and answers hold none", "say the layers that it has"),
    "TextVectorization": (_RAW, "say an input of kind text: the data pipeline makes tokens"),
    "TorchModuleWrapper": (_OTHER_MODEL, "say the layers that it has"),
    "Wrapper": ("it's what wrappers are made from, and does nothing", "say TimeDistributed or Bidirectional"),
}
"""Why answers can't name a class of keras.layers, and what to say instead."""

GONE: Mapping[str, tuple[str | None, str]] = {
    "CuDNNGRU": ("GRU", "say GRU, which computes the same, by cuDNN where it can"),
    "CuDNNLSTM": ("LSTM", "say LSTM, which computes the same, by cuDNN where it can"),
    "LocallyConnected1D": ("Conv1D", "say Conv1D, which has the same weights at every place"),
    "LocallyConnected2D": ("Conv2D", "say Conv2D, which has the same weights at every place"),
    "ThresholdedReLU": (None, "say ReLU threshold=1.0"),
}
"""Classes that earlier versions of Keras had: what takes the same arguments instead, if anything, and what to say."""
