"""Every constructor of keras.applications, read off Keras 3.15.1.

Written by `make backbones`, and never by hand.
"""

from __future__ import annotations

from .backbone import Backbone

TABLE = (
    Backbone(
        constructor="MobileNetV2",
        name="mobilenetv2",
        size=224,
        smallest=32,
        offset=31,
        channels=1_280,
        parameters=2_257_984,
        trainable=2_223_872,
        parameters_per_channel=288,
        trainable_per_channel=288,
        preprocessing="mobilenet_v2.preprocess_input",
        needs_colours=False,
        operations=("subtract", "true_divide"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=154,
        blocks_text=(
            "expanded_conv 150, block_1 145, block_2 136, block_3 127, block_4 118, block_5 109, block_6 100, block_7 "
            "91, block_8 82, block_9 73, block_10 64, block_11 56, block_12 47, block_13 38, block_14 29, block_15 20,"
            " block_16 11"
        ),
    ),
    Backbone(
        constructor="ResNet50",
        name="resnet50",
        size=224,
        smallest=32,
        offset=31,
        channels=2_048,
        parameters=23_587_712,
        trainable=23_534_592,
        parameters_per_channel=3_136,
        trainable_per_channel=3_136,
        preprocessing="resnet50.preprocess_input",
        needs_colours=True,
        operations=("add", "get_item", "stack"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=175,
        blocks_text=(
            "conv2_block1 168, conv2_block2 156, conv2_block3 146, conv3_block1 136, conv3_block2 124, conv3_block3 "
            "114, conv3_block4 104, conv4_block1 94, conv4_block2 82, conv4_block3 72, conv4_block4 62, conv4_block5 "
            "52, conv4_block6 42, conv5_block1 32, conv5_block2 20, conv5_block3 10"
        ),
    ),
    Backbone(
        constructor="VGG16",
        name="vgg16",
        size=224,
        smallest=32,
        offset=0,
        channels=512,
        parameters=14_714_688,
        trainable=14_714_688,
        parameters_per_channel=576,
        trainable_per_channel=576,
        preprocessing="vgg16.preprocess_input",
        needs_colours=True,
        operations=("add", "get_item", "stack"),
        more_for_imagenet=0,
        normalises=False,
        refused_by=(),
        layers=19,
        blocks_text="block1 18, block2 15, block3 12, block4 8, block5 4",
    ),
)
