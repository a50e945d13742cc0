"""Classify images with a ResNet50 that was trained on ImageNet."""

import keras
from keras import layers
from keras.applications import resnet50


def build_model(weights: str | None = "imagenet") -> keras.Model:
    """Build the classifier of 224x224 images with values from 0 to 255.

    The backbone is frozen; train the head first, then see `unfreeze_top`. `weights` are those of
    the backbone: "imagenet", the path of a file, or None for random ones.
    """
    image = keras.Input((224, 224, 3), name="image")

    backbone = resnet50.ResNet50(
        include_top=False, weights=weights, input_shape=(224, 224, 3), name="backbone"
    )
    backbone.trainable = False

    x = resnet50.preprocess_input(image)
    # Batch normalization keeps ImageNet's statistics, also once the backbone is fine-tuned.
    x = backbone(x, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(0.4)(x)
    category = layers.Dense(10, activation="softmax", name="category")(x)

    return keras.Model({"image": image}, {"category": category}, name="resnet_transfer")


def unfreeze_top(model: keras.Model, count: int) -> None:
    """Make the last `count` layers of the backbone trainable, except for batch normalization.

    Compile the model again afterwards, with a low learning rate.
    """
    backbone = model.get_layer("backbone")
    backbone.trainable = True
    first = len(backbone.layers) - count
    for index, layer in enumerate(backbone.layers):
        layer.trainable = index >= first and not isinstance(layer, layers.BatchNormalization)
