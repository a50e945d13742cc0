"""Every constructor of keras.applications, read off Keras 3.15.1.

Written by `make backbones`, and never by hand.
"""

from __future__ import annotations

from .backbone import Backbone

TABLE = (
    Backbone(
        constructor="ConvNeXtBase",
        name="convnextbase",
        size=224,
        smallest=32,
        offset=0,
        channels=1_024,
        parameters=87_566_464,
        trainable=87_566_464,
        parameters_per_channel=2_048,
        trainable_per_channel=2_048,
        multiply_adds_per_pixel=305_997,
        preprocessing=None,
        needs_colours=True,
        operations=(),
        more_for_imagenet=0,
        normalises=False,
        refused_by=(),
        layers=259,
        blocks_text=(
            "stage_0_block_0 256, stage_0_block_1 249, stage_0_block_2 242, stage_1_block_0 235, stage_1_block_1 227, "
            "stage_1_block_2 220, stage_2_block_0 213, stage_2_block_1 205, stage_2_block_2 198, stage_2_block_3 191, "
            "stage_2_block_4 184, stage_2_block_5 177, stage_2_block_6 170, stage_2_block_7 163, stage_2_block_8 156, "
            "stage_2_block_9 149, stage_2_block_10 142, stage_2_block_11 135, stage_2_block_12 128, stage_2_block_13 "
            "121, stage_2_block_14 114, stage_2_block_15 107, stage_2_block_16 100, stage_2_block_17 93, "
            "stage_2_block_18 86, stage_2_block_19 79, stage_2_block_20 72, stage_2_block_21 65, stage_2_block_22 58, "
            "stage_2_block_23 51, stage_2_block_24 44, stage_2_block_25 37, stage_2_block_26 30, stage_3_block_0 23, "
            "stage_3_block_1 15, stage_3_block_2 8"
        ),
    ),
    Backbone(
        constructor="ConvNeXtLarge",
        name="convnextlarge",
        size=224,
        smallest=32,
        offset=0,
        channels=1_536,
        parameters=196_230_336,
        trainable=196_230_336,
        parameters_per_channel=3_072,
        trainable_per_channel=3_072,
        multiply_adds_per_pixel=684_788,
        preprocessing=None,
        needs_colours=True,
        operations=(),
        more_for_imagenet=0,
        normalises=False,
        refused_by=(),
        layers=259,
        blocks_text=(
            "stage_0_block_0 256, stage_0_block_1 249, stage_0_block_2 242, stage_1_block_0 235, stage_1_block_1 227, "
            "stage_1_block_2 220, stage_2_block_0 213, stage_2_block_1 205, stage_2_block_2 198, stage_2_block_3 191, "
            "stage_2_block_4 184, stage_2_block_5 177, stage_2_block_6 170, stage_2_block_7 163, stage_2_block_8 156, "
            "stage_2_block_9 149, stage_2_block_10 142, stage_2_block_11 135, stage_2_block_12 128, stage_2_block_13 "
            "121, stage_2_block_14 114, stage_2_block_15 107, stage_2_block_16 100, stage_2_block_17 93, "
            "stage_2_block_18 86, stage_2_block_19 79, stage_2_block_20 72, stage_2_block_21 65, stage_2_block_22 58, "
            "stage_2_block_23 51, stage_2_block_24 44, stage_2_block_25 37, stage_2_block_26 30, stage_3_block_0 23, "
            "stage_3_block_1 15, stage_3_block_2 8"
        ),
    ),
    Backbone(
        constructor="ConvNeXtSmall",
        name="convnextsmall",
        size=224,
        smallest=32,
        offset=0,
        channels=768,
        parameters=49_454_688,
        trainable=49_454_688,
        parameters_per_channel=1_536,
        trainable_per_channel=1_536,
        multiply_adds_per_pixel=173_050,
        preprocessing=None,
        needs_colours=True,
        operations=(),
        more_for_imagenet=0,
        normalises=False,
        refused_by=(),
        layers=259,
        blocks_text=(
            "stage_0_block_0 256, stage_0_block_1 249, stage_0_block_2 242, stage_1_block_0 235, stage_1_block_1 227, "
            "stage_1_block_2 220, stage_2_block_0 213, stage_2_block_1 205, stage_2_block_2 198, stage_2_block_3 191, "
            "stage_2_block_4 184, stage_2_block_5 177, stage_2_block_6 170, stage_2_block_7 163, stage_2_block_8 156, "
            "stage_2_block_9 149, stage_2_block_10 142, stage_2_block_11 135, stage_2_block_12 128, stage_2_block_13 "
            "121, stage_2_block_14 114, stage_2_block_15 107, stage_2_block_16 100, stage_2_block_17 93, "
            "stage_2_block_18 86, stage_2_block_19 79, stage_2_block_20 72, stage_2_block_21 65, stage_2_block_22 58, "
            "stage_2_block_23 51, stage_2_block_24 44, stage_2_block_25 37, stage_2_block_26 30, stage_3_block_0 23, "
            "stage_3_block_1 15, stage_3_block_2 8"
        ),
    ),
    Backbone(
        constructor="ConvNeXtTiny",
        name="convnexttiny",
        size=224,
        smallest=32,
        offset=0,
        channels=768,
        parameters=27_820_128,
        trainable=27_820_128,
        parameters_per_channel=1_536,
        trainable_per_channel=1_536,
        multiply_adds_per_pixel=88_783,
        preprocessing=None,
        needs_colours=True,
        operations=(),
        more_for_imagenet=0,
        normalises=False,
        refused_by=(),
        layers=133,
        blocks_text=(
            "stage_0_block_0 130, stage_0_block_1 123, stage_0_block_2 116, stage_1_block_0 109, stage_1_block_1 101, "
            "stage_1_block_2 94, stage_2_block_0 87, stage_2_block_1 79, stage_2_block_2 72, stage_2_block_3 65, "
            "stage_2_block_4 58, stage_2_block_5 51, stage_2_block_6 44, stage_2_block_7 37, stage_2_block_8 30, "
            "stage_3_block_0 23, stage_3_block_1 15, stage_3_block_2 8"
        ),
    ),
    Backbone(
        constructor="ConvNeXtXLarge",
        name="convnextxlarge",
        size=224,
        smallest=32,
        offset=0,
        channels=2_048,
        parameters=348_147_968,
        trainable=348_147_968,
        parameters_per_channel=4_096,
        trainable_per_channel=4_096,
        multiply_adds_per_pixel=1_214_106,
        preprocessing=None,
        needs_colours=True,
        operations=(),
        more_for_imagenet=0,
        normalises=False,
        refused_by=(),
        layers=259,
        blocks_text=(
            "stage_0_block_0 256, stage_0_block_1 249, stage_0_block_2 242, stage_1_block_0 235, stage_1_block_1 227, "
            "stage_1_block_2 220, stage_2_block_0 213, stage_2_block_1 205, stage_2_block_2 198, stage_2_block_3 191, "
            "stage_2_block_4 184, stage_2_block_5 177, stage_2_block_6 170, stage_2_block_7 163, stage_2_block_8 156, "
            "stage_2_block_9 149, stage_2_block_10 142, stage_2_block_11 135, stage_2_block_12 128, stage_2_block_13 "
            "121, stage_2_block_14 114, stage_2_block_15 107, stage_2_block_16 100, stage_2_block_17 93, "
            "stage_2_block_18 86, stage_2_block_19 79, stage_2_block_20 72, stage_2_block_21 65, stage_2_block_22 58, "
            "stage_2_block_23 51, stage_2_block_24 44, stage_2_block_25 37, stage_2_block_26 30, stage_3_block_0 23, "
            "stage_3_block_1 15, stage_3_block_2 8"
        ),
    ),
    Backbone(
        constructor="DenseNet121",
        name="densenet121",
        size=224,
        smallest=32,
        offset=3,
        channels=1_024,
        parameters=7_037_504,
        trainable=6_953_856,
        parameters_per_channel=3_136,
        trainable_per_channel=3_136,
        multiply_adds_per_pixel=56_464,
        preprocessing="densenet.preprocess_input",
        needs_colours=True,
        operations=("add", "true_divide"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=427,
        blocks_text=(
            "conv2_block1 420, conv2_block2 413, conv2_block3 406, conv2_block4 399, conv2_block5 392, conv2_block6 "
            "385, conv3_block1 378, conv3_block2 367, conv3_block3 360, conv3_block4 353, conv3_block5 346, "
            "conv3_block6 339, conv3_block7 332, conv3_block8 325, conv3_block9 318, conv3_block10 311, conv3_block11 "
            "304, conv3_block12 297, conv4_block1 290, conv4_block2 279, conv4_block3 272, conv4_block4 265, "
            "conv4_block5 258, conv4_block6 251, conv4_block7 244, conv4_block8 237, conv4_block9 230, conv4_block10 "
            "223, conv4_block11 216, conv4_block12 209, conv4_block13 202, conv4_block14 195, conv4_block15 188, "
            "conv4_block16 181, conv4_block17 174, conv4_block18 167, conv4_block19 160, conv4_block20 153, "
            "conv4_block21 146, conv4_block22 139, conv4_block23 132, conv4_block24 125, conv5_block1 118, "
            "conv5_block2 107, conv5_block3 100, conv5_block4 93, conv5_block5 86, conv5_block6 79, conv5_block7 72, "
            "conv5_block8 65, conv5_block9 58, conv5_block10 51, conv5_block11 44, conv5_block12 37, conv5_block13 30,"
            " conv5_block14 23, conv5_block15 16, conv5_block16 9"
        ),
    ),
    Backbone(
        constructor="DenseNet169",
        name="densenet169",
        size=224,
        smallest=32,
        offset=3,
        channels=1_664,
        parameters=12_642_880,
        trainable=12_484_480,
        parameters_per_channel=3_136,
        trainable_per_channel=3_136,
        multiply_adds_per_pixel=66_928,
        preprocessing="densenet.preprocess_input",
        needs_colours=True,
        operations=("add", "true_divide"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=595,
        blocks_text=(
            "conv2_block1 588, conv2_block2 581, conv2_block3 574, conv2_block4 567, conv2_block5 560, conv2_block6 "
            "553, conv3_block1 546, conv3_block2 535, conv3_block3 528, conv3_block4 521, conv3_block5 514, "
            "conv3_block6 507, conv3_block7 500, conv3_block8 493, conv3_block9 486, conv3_block10 479, conv3_block11 "
            "472, conv3_block12 465, conv4_block1 458, conv4_block2 447, conv4_block3 440, conv4_block4 433, "
            "conv4_block5 426, conv4_block6 419, conv4_block7 412, conv4_block8 405, conv4_block9 398, conv4_block10 "
            "391, conv4_block11 384, conv4_block12 377, conv4_block13 370, conv4_block14 363, conv4_block15 356, "
            "conv4_block16 349, conv4_block17 342, conv4_block18 335, conv4_block19 328, conv4_block20 321, "
            "conv4_block21 314, conv4_block22 307, conv4_block23 300, conv4_block24 293, conv4_block25 286, "
            "conv4_block26 279, conv4_block27 272, conv4_block28 265, conv4_block29 258, conv4_block30 251, "
            "conv4_block31 244, conv4_block32 237, conv5_block1 230, conv5_block2 219, conv5_block3 212, conv5_block4 "
            "205, conv5_block5 198, conv5_block6 191, conv5_block7 184, conv5_block8 177, conv5_block9 170, "
            "conv5_block10 163, conv5_block11 156, conv5_block12 149, conv5_block13 142, conv5_block14 135, "
            "conv5_block15 128, conv5_block16 121, conv5_block17 114, conv5_block18 107, conv5_block19 100, "
            "conv5_block20 93, conv5_block21 86, conv5_block22 79, conv5_block23 72, conv5_block24 65, conv5_block25 "
            "58, conv5_block26 51, conv5_block27 44, conv5_block28 37, conv5_block29 30, conv5_block30 23, "
            "conv5_block31 16, conv5_block32 9"
        ),
    ),
    Backbone(
        constructor="DenseNet201",
        name="densenet201",
        size=224,
        smallest=32,
        offset=3,
        channels=1_920,
        parameters=18_321_984,
        trainable=18_092_928,
        parameters_per_channel=3_136,
        trainable_per_channel=3_136,
        multiply_adds_per_pixel=85_488,
        preprocessing="densenet.preprocess_input",
        needs_colours=True,
        operations=("add", "true_divide"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=707,
        blocks_text=(
            "conv2_block1 700, conv2_block2 693, conv2_block3 686, conv2_block4 679, conv2_block5 672, conv2_block6 "
            "665, conv3_block1 658, conv3_block2 647, conv3_block3 640, conv3_block4 633, conv3_block5 626, "
            "conv3_block6 619, conv3_block7 612, conv3_block8 605, conv3_block9 598, conv3_block10 591, conv3_block11 "
            "584, conv3_block12 577, conv4_block1 570, conv4_block2 559, conv4_block3 552, conv4_block4 545, "
            "conv4_block5 538, conv4_block6 531, conv4_block7 524, conv4_block8 517, conv4_block9 510, conv4_block10 "
            "503, conv4_block11 496, conv4_block12 489, conv4_block13 482, conv4_block14 475, conv4_block15 468, "
            "conv4_block16 461, conv4_block17 454, conv4_block18 447, conv4_block19 440, conv4_block20 433, "
            "conv4_block21 426, conv4_block22 419, conv4_block23 412, conv4_block24 405, conv4_block25 398, "
            "conv4_block26 391, conv4_block27 384, conv4_block28 377, conv4_block29 370, conv4_block30 363, "
            "conv4_block31 356, conv4_block32 349, conv4_block33 342, conv4_block34 335, conv4_block35 328, "
            "conv4_block36 321, conv4_block37 314, conv4_block38 307, conv4_block39 300, conv4_block40 293, "
            "conv4_block41 286, conv4_block42 279, conv4_block43 272, conv4_block44 265, conv4_block45 258, "
            "conv4_block46 251, conv4_block47 244, conv4_block48 237, conv5_block1 230, conv5_block2 219, conv5_block3"
            " 212, conv5_block4 205, conv5_block5 198, conv5_block6 191, conv5_block7 184, conv5_block8 177, "
            "conv5_block9 170, conv5_block10 163, conv5_block11 156, conv5_block12 149, conv5_block13 142, "
            "conv5_block14 135, conv5_block15 128, conv5_block16 121, conv5_block17 114, conv5_block18 107, "
            "conv5_block19 100, conv5_block20 93, conv5_block21 86, conv5_block22 79, conv5_block23 72, conv5_block24 "
            "65, conv5_block25 58, conv5_block26 51, conv5_block27 44, conv5_block28 37, conv5_block29 30, "
            "conv5_block30 23, conv5_block31 16, conv5_block32 9"
        ),
    ),
    Backbone(
        constructor="EfficientNetB0",
        name="efficientnetb0",
        size=224,
        smallest=32,
        offset=31,
        channels=1_280,
        parameters=4_049_571,
        trainable=4_007_548,
        parameters_per_channel=290,
        trainable_per_channel=288,
        multiply_adds_per_pixel=7_664,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=1,
        normalises=True,
        refused_by=(),
        layers=237,
        blocks_text=(
            "block1a 230, block2a 220, block2b 206, block3a 191, block3b 177, block4a 162, block4b 148, block4c 133, "
            "block5a 118, block5b 105, block5c 90, block6a 75, block6b 61, block6c 46, block6d 31, block7a 16"
        ),
    ),
    Backbone(
        constructor="EfficientNetB1",
        name="efficientnetb1",
        size=240,
        smallest=32,
        offset=31,
        channels=1_280,
        parameters=6_575_239,
        trainable=6_513_184,
        parameters_per_channel=290,
        trainable_per_channel=288,
        multiply_adds_per_pixel=11_328,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=1,
        normalises=True,
        refused_by=(),
        layers=339,
        blocks_text=(
            "block1a 332, block1b 322, block2a 310, block2b 296, block2c 281, block3a 266, block3b 252, block3c 237, "
            "block4a 222, block4b 208, block4c 193, block4d 178, block5a 163, block5b 150, block5c 135, block5d 120, "
            "block6a 105, block6b 91, block6c 76, block6d 61, block6e 46, block7a 31, block7b 18"
        ),
    ),
    Backbone(
        constructor="EfficientNetB2",
        name="efficientnetb2",
        size=260,
        smallest=32,
        offset=31,
        channels=1_408,
        parameters=7_768_569,
        trainable=7_700_994,
        parameters_per_channel=290,
        trainable_per_channel=288,
        multiply_adds_per_pixel=13_105,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=1,
        normalises=True,
        refused_by=(),
        layers=339,
        blocks_text=(
            "block1a 332, block1b 322, block2a 310, block2b 296, block2c 281, block3a 266, block3b 252, block3c 237, "
            "block4a 222, block4b 208, block4c 193, block4d 178, block5a 163, block5b 150, block5c 135, block5d 120, "
            "block6a 105, block6b 91, block6c 76, block6d 61, block6e 46, block7a 31, block7b 18"
        ),
    ),
    Backbone(
        constructor="EfficientNetB3",
        name="efficientnetb3",
        size=300,
        smallest=32,
        offset=31,
        channels=1_536,
        parameters=10_783_535,
        trainable=10_696_232,
        parameters_per_channel=362,
        trainable_per_channel=360,
        multiply_adds_per_pixel=19_156,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=1,
        normalises=True,
        refused_by=(),
        layers=384,
        blocks_text=(
            "block1a 377, block1b 367, block2a 355, block2b 341, block2c 326, block3a 311, block3b 297, block3c 282, "
            "block4a 267, block4b 253, block4c 238, block4d 223, block4e 208, block5a 193, block5b 180, block5c 165, "
            "block5d 150, block5e 135, block6a 120, block6b 106, block6c 91, block6d 76, block6e 61, block6f 46, "
            "block7a 31, block7b 18"
        ),
    ),
    Backbone(
        constructor="EfficientNetB4",
        name="efficientnetb4",
        size=380,
        smallest=32,
        offset=31,
        channels=1_792,
        parameters=17_673_823,
        trainable=17_548_616,
        parameters_per_channel=434,
        trainable_per_channel=432,
        multiply_adds_per_pixel=29_933,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=1,
        normalises=True,
        refused_by=(),
        layers=474,
        blocks_text=(
            "block1a 467, block1b 457, block2a 445, block2b 431, block2c 416, block2d 401, block3a 386, block3b 372, "
            "block3c 357, block3d 342, block4a 327, block4b 313, block4c 298, block4d 283, block4e 268, block4f 253, "
            "block5a 238, block5b 225, block5c 210, block5d 195, block5e 180, block5f 165, block6a 150, block6b 136, "
            "block6c 121, block6d 106, block6e 91, block6f 76, block6g 61, block6h 46, block7a 31, block7b 18"
        ),
    ),
    Backbone(
        constructor="EfficientNetB5",
        name="efficientnetb5",
        size=456,
        smallest=32,
        offset=31,
        channels=2_048,
        parameters=28_513_527,
        trainable=28_340_784,
        parameters_per_channel=434,
        trainable_per_channel=432,
        multiply_adds_per_pixel=46_924,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=1,
        normalises=True,
        refused_by=(),
        layers=576,
        blocks_text=(
            "block1a 569, block1b 559, block1c 547, block2a 535, block2b 521, block2c 506, block2d 491, block2e 476, "
            "block3a 461, block3b 447, block3c 432, block3d 417, block3e 402, block4a 387, block4b 373, block4c 358, "
            "block4d 343, block4e 328, block4f 313, block4g 298, block5a 283, block5b 270, block5c 255, block5d 240, "
            "block5e 225, block5f 210, block5g 195, block6a 180, block6b 166, block6c 151, block6d 136, block6e 121, "
            "block6f 106, block6g 91, block6h 76, block6i 61, block7a 46, block7b 33, block7c 18"
        ),
    ),
    Backbone(
        constructor="EfficientNetB6",
        name="efficientnetb6",
        size=528,
        smallest=32,
        offset=31,
        channels=2_304,
        parameters=40_960_143,
        trainable=40_735_704,
        parameters_per_channel=506,
        trainable_per_channel=504,
        multiply_adds_per_pixel=66_922,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=1,
        normalises=True,
        refused_by=(),
        layers=666,
        blocks_text=(
            "block1a 659, block1b 649, block1c 637, block2a 625, block2b 611, block2c 596, block2d 581, block2e 566, "
            "block2f 551, block3a 536, block3b 522, block3c 507, block3d 492, block3e 477, block3f 462, block4a 447, "
            "block4b 433, block4c 418, block4d 403, block4e 388, block4f 373, block4g 358, block4h 343, block5a 328, "
            "block5b 315, block5c 300, block5d 285, block5e 270, block5f 255, block5g 240, block5h 225, block6a 210, "
            "block6b 196, block6c 181, block6d 166, block6e 151, block6f 136, block6g 121, block6h 106, block6i 91, "
            "block6j 76, block6k 61, block7a 46, block7b 33, block7c 18"
        ),
    ),
    Backbone(
        constructor="EfficientNetB7",
        name="efficientnetb7",
        size=600,
        smallest=32,
        offset=31,
        channels=2_560,
        parameters=64_097_687,
        trainable=63_786_960,
        parameters_per_channel=578,
        trainable_per_channel=576,
        multiply_adds_per_pixel=102_984,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=1,
        normalises=True,
        refused_by=(),
        layers=813,
        blocks_text=(
            "block1a 806, block1b 796, block1c 784, block1d 772, block2a 760, block2b 746, block2c 731, block2d 716, "
            "block2e 701, block2f 686, block2g 671, block3a 656, block3b 642, block3c 627, block3d 612, block3e 597, "
            "block3f 582, block3g 567, block4a 552, block4b 538, block4c 523, block4d 508, block4e 493, block4f 478, "
            "block4g 463, block4h 448, block4i 433, block4j 418, block5a 403, block5b 390, block5c 375, block5d 360, "
            "block5e 345, block5f 330, block5g 315, block5h 300, block5i 285, block5j 270, block6a 255, block6b 241, "
            "block6c 226, block6d 211, block6e 196, block6f 181, block6g 166, block6h 151, block6i 136, block6j 121, "
            "block6k 106, block6l 91, block6m 76, block7a 61, block7b 48, block7c 33, block7d 18"
        ),
    ),
    Backbone(
        constructor="EfficientNetV2B0",
        name="efficientnetv2-b0",
        size=224,
        smallest=32,
        offset=31,
        channels=1_280,
        parameters=5_919_312,
        trainable=5_858_704,
        parameters_per_channel=288,
        trainable_per_channel=288,
        multiply_adds_per_pixel=14_286,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=270,
        blocks_text=(
            "block1a 264, block2a 261, block2b 256, block3a 249, block3b 244, block4a 237, block4b 224, block4c 209, "
            "block5a 194, block5b 181, block5c 166, block5d 151, block5e 136, block6a 121, block6b 108, block6c 93, "
            "block6d 78, block6e 63, block6f 48, block6g 33, block6h 18"
        ),
    ),
    Backbone(
        constructor="EfficientNetV2B1",
        name="efficientnetv2-b1",
        size=240,
        smallest=32,
        offset=31,
        channels=1_280,
        parameters=6_931_124,
        trainable=6_860_052,
        parameters_per_channel=288,
        trainable_per_channel=288,
        multiply_adds_per_pixel=20_220,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=334,
        blocks_text=(
            "block1a 328, block1b 325, block2a 320, block2b 315, block2c 308, block3a 301, block3b 296, block3c 289, "
            "block4a 282, block4b 269, block4c 254, block4d 239, block5a 224, block5b 211, block5c 196, block5d 181, "
            "block5e 166, block5f 151, block6a 136, block6b 123, block6c 108, block6d 93, block6e 78, block6f 63, "
            "block6g 48, block6h 33, block6i 18"
        ),
    ),
    Backbone(
        constructor="EfficientNetV2B2",
        name="efficientnetv2-b2",
        size=260,
        smallest=32,
        offset=31,
        channels=1_408,
        parameters=8_769_374,
        trainable=8_687_086,
        parameters_per_channel=288,
        trainable_per_channel=288,
        multiply_adds_per_pixel=23_267,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=349,
        blocks_text=(
            "block1a 343, block1b 340, block2a 335, block2b 330, block2c 323, block3a 316, block3b 311, block3c 304, "
            "block4a 297, block4b 284, block4c 269, block4d 254, block5a 239, block5b 226, block5c 211, block5d 196, "
            "block5e 181, block5f 166, block6a 151, block6b 138, block6c 123, block6d 108, block6e 93, block6f 78, "
            "block6g 63, block6h 48, block6i 33, block6j 18"
        ),
    ),
    Backbone(
        constructor="EfficientNetV2B3",
        name="efficientnetv2-b3",
        size=300,
        smallest=32,
        offset=31,
        channels=1_536,
        parameters=12_930_622,
        trainable=12_821_406,
        parameters_per_channel=360,
        trainable_per_channel=360,
        multiply_adds_per_pixel=32_056,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=409,
        blocks_text=(
            "block1a 403, block1b 400, block2a 395, block2b 390, block2c 383, block3a 376, block3b 371, block3c 364, "
            "block4a 357, block4b 344, block4c 329, block4d 314, block4e 299, block5a 284, block5b 271, block5c 256, "
            "block5d 241, block5e 226, block5f 211, block5g 196, block6a 181, block6b 168, block6c 153, block6d 138, "
            "block6e 123, block6f 108, block6g 93, block6h 78, block6i 63, block6j 48, block6k 33, block6l 18"
        ),
    ),
    Backbone(
        constructor="EfficientNetV2L",
        name="efficientnetv2-l",
        size=480,
        smallest=32,
        offset=31,
        channels=1_280,
        parameters=117_746_848,
        trainable=117_234_272,
        parameters_per_channel=288,
        trainable_per_channel=288,
        multiply_adds_per_pixel=243_740,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=1_028,
        blocks_text=(
            "block1a 1023, block1b 1019, block1c 1014, block1d 1009, block2a 1004, block2b 999, block2c 992, block2d "
            "985, block2e 978, block2f 971, block2g 964, block3a 957, block3b 952, block3c 945, block3d 938, block3e "
            "931, block3f 924, block3g 917, block4a 910, block4b 897, block4c 882, block4d 867, block4e 852, block4f "
            "837, block4g 822, block4h 807, block4i 792, block4j 777, block5a 762, block5b 749, block5c 734, block5d "
            "719, block5e 704, block5f 689, block5g 674, block5h 659, block5i 644, block5j 629, block5k 614, block5l "
            "599, block5m 584, block5n 569, block5o 554, block5p 539, block5q 524, block5r 509, block5s 494, block6a "
            "479, block6b 466, block6c 451, block6d 436, block6e 421, block6f 406, block6g 391, block6h 376, block6i "
            "361, block6j 346, block6k 331, block6l 316, block6m 301, block6n 286, block6o 271, block6p 256, block6q "
            "241, block6r 226, block6s 211, block6t 196, block6u 181, block6v 166, block6w 151, block6x 136, block6y "
            "121, block7a 106, block7b 93, block7c 78, block7d 63, block7e 48, block7f 33, block7g 18"
        ),
    ),
    Backbone(
        constructor="EfficientNetV2M",
        name="efficientnetv2-m",
        size=480,
        smallest=32,
        offset=31,
        channels=1_280,
        parameters=53_150_388,
        trainable=52_858_356,
        parameters_per_channel=216,
        trainable_per_channel=216,
        multiply_adds_per_pixel=106_842,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=740,
        blocks_text=(
            "block1a 735, block1b 731, block1c 726, block2a 721, block2b 716, block2c 709, block2d 702, block2e 695, "
            "block3a 688, block3b 683, block3c 676, block3d 669, block3e 662, block4a 655, block4b 642, block4c 627, "
            "block4d 612, block4e 597, block4f 582, block4g 567, block5a 552, block5b 539, block5c 524, block5d 509, "
            "block5e 494, block5f 479, block5g 464, block5h 449, block5i 434, block5j 419, block5k 404, block5l 389, "
            "block5m 374, block5n 359, block6a 344, block6b 331, block6c 316, block6d 301, block6e 286, block6f 271, "
            "block6g 256, block6h 241, block6i 226, block6j 211, block6k 196, block6l 181, block6m 166, block6n 151, "
            "block6o 136, block6p 121, block6q 106, block6r 91, block7a 76, block7b 63, block7c 48, block7d 33, "
            "block7e 18"
        ),
    ),
    Backbone(
        constructor="EfficientNetV2S",
        name="efficientnetv2-s",
        size=384,
        smallest=32,
        offset=31,
        channels=1_280,
        parameters=20_331_360,
        trainable=20_177_488,
        parameters_per_channel=216,
        trainable_per_channel=216,
        multiply_adds_per_pixel=56_772,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=513,
        blocks_text=(
            "block1a 508, block1b 504, block2a 499, block2b 494, block2c 487, block2d 480, block3a 473, block3b 468, "
            "block3c 461, block3d 454, block4a 447, block4b 434, block4c 419, block4d 404, block4e 389, block4f 374, "
            "block5a 359, block5b 346, block5c 331, block5d 316, block5e 301, block5f 286, block5g 271, block5h 256, "
            "block5i 241, block6a 226, block6b 213, block6c 198, block6d 183, block6e 168, block6f 153, block6g 138, "
            "block6h 123, block6i 108, block6j 93, block6k 78, block6l 63, block6m 48, block6n 33, block6o 18"
        ),
    ),
    Backbone(
        constructor="InceptionResNetV2",
        name="inceptionresnetv2",
        size=299,
        smallest=75,
        offset=-43,
        channels=1_536,
        parameters=54_336_736,
        trainable=54_276_192,
        parameters_per_channel=288,
        trainable_per_channel=288,
        multiply_adds_per_pixel=128_895,
        preprocessing="inception_resnet_v2.preprocess_input",
        needs_colours=False,
        operations=("subtract", "true_divide"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=780,
        blocks_text=(
            "mixed_5b 762, block35_1 739, block35_2 717, block35_3 695, block35_4 673, block35_5 651, block35_6 629, "
            "block35_7 607, block35_8 585, block35_9 563, block35_10 541, mixed_6a 519, block17_1 505, block17_2 489, "
            "block17_3 473, block17_4 457, block17_5 441, block17_6 425, block17_7 409, block17_8 393, block17_9 377, "
            "block17_10 361, block17_11 345, block17_12 329, block17_13 313, block17_14 297, block17_15 281, "
            "block17_16 265, block17_17 249, block17_18 233, block17_19 217, block17_20 201, mixed_7a 185, block8_1 "
            "162, block8_2 146, block8_3 130, block8_4 114, block8_5 98, block8_6 82, block8_7 66, block8_8 50, "
            "block8_9 34, block8_10 18"
        ),
    ),
    Backbone(
        constructor="InceptionV3",
        name="inceptionv3",
        size=299,
        smallest=75,
        offset=-43,
        channels=2_048,
        parameters=21_802_784,
        trainable=21_768_352,
        parameters_per_channel=288,
        trainable_per_channel=288,
        multiply_adds_per_pixel=56_519,
        preprocessing="inception_v3.preprocess_input",
        needs_colours=False,
        operations=("subtract", "true_divide"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=311,
        blocks_text=(
            "mixed0 293, mixed1 270, mixed2 247, mixed3 224, mixed4 210, mixed5 178, mixed6 146, mixed7 114, mixed8 "
            "82, mixed9 62, mixed10 31"
        ),
    ),
    Backbone(
        constructor="MobileNet",
        name="mobilenet",
        size=224,
        smallest=32,
        offset=1,
        channels=1_024,
        parameters=3_228_864,
        trainable=3_206_976,
        parameters_per_channel=288,
        trainable_per_channel=288,
        multiply_adds_per_pixel=11_314,
        preprocessing="mobilenet.preprocess_input",
        needs_colours=False,
        operations=("subtract", "true_divide"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=86,
        blocks_text=(
            "conv_1 82, conv_2 76, conv_3 69, conv_4 63, conv_5 56, conv_6 50, conv_7 43, conv_8 37, conv_9 31, "
            "conv_10 25, conv_11 19, conv_12 13, conv_13 6"
        ),
    ),
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
        multiply_adds_per_pixel=5_969,
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
        constructor="MobileNetV3Large",
        name="mobilenetv3large",
        size=None,
        smallest=32,
        offset=31,
        channels=960,
        parameters=2_996_352,
        trainable=2_971_952,
        parameters_per_channel=144,
        trainable_per_channel=144,
        multiply_adds_per_pixel=4_267,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=187,
        blocks_text=(
            "expanded_conv 182, expanded_conv_1 176, expanded_conv_2 167, expanded_conv_3 158, expanded_conv_4 143, "
            "expanded_conv_5 128, expanded_conv_6 113, expanded_conv_7 104, expanded_conv_8 95, expanded_conv_9 86, "
            "expanded_conv_10 77, expanded_conv_11 63, expanded_conv_12 48, expanded_conv_13 33, expanded_conv_14 18"
        ),
    ),
    Backbone(
        constructor="MobileNetV3Small",
        name="mobilenetv3small",
        size=None,
        smallest=32,
        offset=31,
        channels=576,
        parameters=939_120,
        trainable=927_008,
        parameters_per_channel=144,
        trainable_per_channel=144,
        multiply_adds_per_pixel=1_094,
        preprocessing=None,
        needs_colours=False,
        operations=(),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=157,
        blocks_text=(
            "expanded_conv 152, expanded_conv_1 140, expanded_conv_2 131, expanded_conv_3 122, expanded_conv_4 107, "
            "expanded_conv_5 92, expanded_conv_6 77, expanded_conv_7 63, expanded_conv_8 48, expanded_conv_9 33, "
            "expanded_conv_10 18"
        ),
    ),
    Backbone(
        constructor="NASNetLarge",
        name="nasnetlarge",
        size=331,
        smallest=32,
        offset=29,
        channels=4_032,
        parameters=84_916_818,
        trainable=84_720_150,
        parameters_per_channel=864,
        trainable_per_channel=864,
        multiply_adds_per_pixel=204_874,
        preprocessing="nasnet.preprocess_input",
        needs_colours=False,
        operations=("subtract", "true_divide"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=1_039,
        blocks_text=(
            "reduction_stem_1 1036, reduction_stem_2 985, normal_0 928, normal_1 880, normal_2 835, normal_3 790, "
            "normal_4 745, normal_5 700, reduction_reduce_6 655, normal_7 601, normal_8 553, normal_9 508, normal_10 "
            "463, normal_11 418, normal_12 373, reduction_reduce_12 328, normal_13 274, normal_14 226, normal_15 181, "
            "normal_16 136, normal_17 91, normal_18 46"
        ),
    ),
    Backbone(
        constructor="NASNetMobile",
        name="nasnetmobile",
        size=224,
        smallest=32,
        offset=29,
        channels=1_056,
        parameters=4_269_716,
        trainable=4_232_978,
        parameters_per_channel=288,
        trainable_per_channel=288,
        multiply_adds_per_pixel=None,
        preprocessing="nasnet.preprocess_input",
        needs_colours=False,
        operations=("subtract", "true_divide"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=("torch",),
        layers=769,
        blocks_text=(
            "reduction_stem_1 766, reduction_stem_2 715, normal_0 658, normal_1 610, normal_2 565, normal_3 520, "
            "reduction_reduce_4 475, normal_5 421, normal_6 373, normal_7 328, normal_8 283, reduction_reduce_8 238, "
            "normal_9 184, normal_10 136, normal_11 91, normal_12 46"
        ),
    ),
    Backbone(
        constructor="ResNet101",
        name="resnet101",
        size=224,
        smallest=32,
        offset=31,
        channels=2_048,
        parameters=42_658_176,
        trainable=42_552_832,
        parameters_per_channel=3_136,
        trainable_per_channel=3_136,
        multiply_adds_per_pixel=150_832,
        preprocessing="resnet.preprocess_input",
        needs_colours=True,
        operations=("add", "get_item", "stack"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=345,
        blocks_text=(
            "conv2_block1 338, conv2_block2 326, conv2_block3 316, conv3_block1 306, conv3_block2 294, conv3_block3 "
            "284, conv3_block4 274, conv4_block1 264, conv4_block2 252, conv4_block3 242, conv4_block4 232, "
            "conv4_block5 222, conv4_block6 212, conv4_block7 202, conv4_block8 192, conv4_block9 182, conv4_block10 "
            "172, conv4_block11 162, conv4_block12 152, conv4_block13 142, conv4_block14 132, conv4_block15 122, "
            "conv4_block16 112, conv4_block17 102, conv4_block18 92, conv4_block19 82, conv4_block20 72, conv4_block21"
            " 62, conv4_block22 52, conv4_block23 42, conv5_block1 32, conv5_block2 20, conv5_block3 10"
        ),
    ),
    Backbone(
        constructor="ResNet101V2",
        name="resnet101v2",
        size=224,
        smallest=32,
        offset=31,
        channels=2_048,
        parameters=42_626_560,
        trainable=42_528_896,
        parameters_per_channel=3_136,
        trainable_per_channel=3_136,
        multiply_adds_per_pixel=143_344,
        preprocessing="resnet_v2.preprocess_input",
        needs_colours=False,
        operations=("subtract", "true_divide"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=377,
        blocks_text=(
            "conv2_block1 372, conv2_block2 360, conv2_block3 349, conv3_block1 337, conv3_block2 325, conv3_block3 "
            "314, conv3_block4 303, conv4_block1 291, conv4_block2 279, conv4_block3 268, conv4_block4 257, "
            "conv4_block5 246, conv4_block6 235, conv4_block7 224, conv4_block8 213, conv4_block9 202, conv4_block10 "
            "191, conv4_block11 180, conv4_block12 169, conv4_block13 158, conv4_block14 147, conv4_block15 136, "
            "conv4_block16 125, conv4_block17 114, conv4_block18 103, conv4_block19 92, conv4_block20 81, "
            "conv4_block21 70, conv4_block22 59, conv4_block23 48, conv5_block1 36, conv5_block2 24, conv5_block3 13"
        ),
    ),
    Backbone(
        constructor="ResNet152",
        name="resnet152",
        size=224,
        smallest=32,
        offset=31,
        channels=2_048,
        parameters=58_370_944,
        trainable=58_219_520,
        parameters_per_channel=3_136,
        trainable_per_channel=3_136,
        multiply_adds_per_pixel=224_816,
        preprocessing="resnet.preprocess_input",
        needs_colours=True,
        operations=("add", "get_item", "stack"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=515,
        blocks_text=(
            "conv2_block1 508, conv2_block2 496, conv2_block3 486, conv3_block1 476, conv3_block2 464, conv3_block3 "
            "454, conv3_block4 444, conv3_block5 434, conv3_block6 424, conv3_block7 414, conv3_block8 404, "
            "conv4_block1 394, conv4_block2 382, conv4_block3 372, conv4_block4 362, conv4_block5 352, conv4_block6 "
            "342, conv4_block7 332, conv4_block8 322, conv4_block9 312, conv4_block10 302, conv4_block11 292, "
            "conv4_block12 282, conv4_block13 272, conv4_block14 262, conv4_block15 252, conv4_block16 242, "
            "conv4_block17 232, conv4_block18 222, conv4_block19 212, conv4_block20 202, conv4_block21 192, "
            "conv4_block22 182, conv4_block23 172, conv4_block24 162, conv4_block25 152, conv4_block26 142, "
            "conv4_block27 132, conv4_block28 122, conv4_block29 112, conv4_block30 102, conv4_block31 92, "
            "conv4_block32 82, conv4_block33 72, conv4_block34 62, conv4_block35 52, conv4_block36 42, conv5_block1 "
            "32, conv5_block2 20, conv5_block3 10"
        ),
    ),
    Backbone(
        constructor="ResNet152V2",
        name="resnet152v2",
        size=224,
        smallest=32,
        offset=31,
        channels=2_048,
        parameters=58_331_648,
        trainable=58_187_904,
        parameters_per_channel=3_136,
        trainable_per_channel=3_136,
        multiply_adds_per_pixel=217_328,
        preprocessing="resnet_v2.preprocess_input",
        needs_colours=False,
        operations=("subtract", "true_divide"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=564,
        blocks_text=(
            "conv2_block1 559, conv2_block2 547, conv2_block3 536, conv3_block1 524, conv3_block2 512, conv3_block3 "
            "501, conv3_block4 490, conv3_block5 479, conv3_block6 468, conv3_block7 457, conv3_block8 446, "
            "conv4_block1 434, conv4_block2 422, conv4_block3 411, conv4_block4 400, conv4_block5 389, conv4_block6 "
            "378, conv4_block7 367, conv4_block8 356, conv4_block9 345, conv4_block10 334, conv4_block11 323, "
            "conv4_block12 312, conv4_block13 301, conv4_block14 290, conv4_block15 279, conv4_block16 268, "
            "conv4_block17 257, conv4_block18 246, conv4_block19 235, conv4_block20 224, conv4_block21 213, "
            "conv4_block22 202, conv4_block23 191, conv4_block24 180, conv4_block25 169, conv4_block26 158, "
            "conv4_block27 147, conv4_block28 136, conv4_block29 125, conv4_block30 114, conv4_block31 103, "
            "conv4_block32 92, conv4_block33 81, conv4_block34 70, conv4_block35 59, conv4_block36 48, conv5_block1 "
            "36, conv5_block2 24, conv5_block3 13"
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
        multiply_adds_per_pixel=76_848,
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
        constructor="ResNet50V2",
        name="resnet50v2",
        size=224,
        smallest=32,
        offset=31,
        channels=2_048,
        parameters=23_564_800,
        trainable=23_519_360,
        parameters_per_channel=3_136,
        trainable_per_channel=3_136,
        multiply_adds_per_pixel=69_360,
        preprocessing="resnet_v2.preprocess_input",
        needs_colours=False,
        operations=("subtract", "true_divide"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=190,
        blocks_text=(
            "conv2_block1 185, conv2_block2 173, conv2_block3 162, conv3_block1 150, conv3_block2 138, conv3_block3 "
            "127, conv3_block4 116, conv4_block1 104, conv4_block2 92, conv4_block3 81, conv4_block4 70, conv4_block5 "
            "59, conv4_block6 48, conv5_block1 36, conv5_block2 24, conv5_block3 13"
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
        multiply_adds_per_pixel=305_856,
        preprocessing="vgg16.preprocess_input",
        needs_colours=True,
        operations=("add", "get_item", "stack"),
        more_for_imagenet=0,
        normalises=False,
        refused_by=(),
        layers=19,
        blocks_text="block1 18, block2 15, block3 12, block4 8, block5 4",
    ),
    Backbone(
        constructor="VGG19",
        name="vgg19",
        size=224,
        smallest=32,
        offset=0,
        channels=512,
        parameters=20_024_384,
        trainable=20_024_384,
        parameters_per_channel=576,
        trainable_per_channel=576,
        multiply_adds_per_pixel=388_800,
        preprocessing="vgg19.preprocess_input",
        needs_colours=True,
        operations=("add", "get_item", "stack"),
        more_for_imagenet=0,
        normalises=False,
        refused_by=(),
        layers=22,
        blocks_text="block1 21, block2 18, block3 15, block4 10, block5 5",
    ),
    Backbone(
        constructor="Xception",
        name="xception",
        size=299,
        smallest=71,
        offset=25,
        channels=2_048,
        parameters=20_861_480,
        trainable=20_806_952,
        parameters_per_channel=288,
        trainable_per_channel=288,
        multiply_adds_per_pixel=90_697,
        preprocessing="xception.preprocess_input",
        needs_colours=False,
        operations=("subtract", "true_divide"),
        more_for_imagenet=0,
        normalises=True,
        refused_by=(),
        layers=132,
        blocks_text=(
            "block1 131, block2 125, block3 116, block4 106, block5 96, block6 86, block7 76, block8 66, block9 56, "
            "block10 46, block11 36, block12 26, block13 16, block14 6"
        ),
    ),
)
