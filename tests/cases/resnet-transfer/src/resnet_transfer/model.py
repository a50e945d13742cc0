"""The network: Functional, because ResNet50 is a model of its own, the backbone."""

import keras
from keras import layers


def build_model(weights: str | None = "imagenet") -> keras.Model:
    """Returns the network, not yet compiled.

    `weights` are the backbone's: "imagenet" (downloaded once), a file, or None for random ones.
    """
    image = keras.Input((224, 224, 3), name="image")
    # Frozen: training starts with the layers after it.
    resnet50 = keras.applications.ResNet50(
        include_top=False, weights=weights, input_shape=(224, 224, 3), name="resnet50"
    )
    resnet50.trainable = False
    x = resnet50(keras.applications.resnet50.preprocess_input(image))
    x = layers.GlobalAveragePooling2D(name="image_global_average_pool")(x)
    x = layers.Dense(256, activation="relu", name="dense")(x)
    x = layers.Dropout(0.4, name="dropout")(x)
    category = layers.Dense(10, activation="softmax", name="category")(x)

    return keras.Model({"image": image}, {"category": category}, name="resnet_transfer")


def unfreeze_top(model: keras.Model, count: int) -> None:
    """Lets the last `count` layers of the backbone learn. Compile the model again afterwards."""
    backbone = model.get_layer("resnet50")
    backbone.trainable = True
    first = max(0, len(backbone.layers) - count)
    for layer in backbone.layers[:first]:
        layer.trainable = False
    for layer in backbone.layers[first:]:
        # Small batches would ruin the statistics learned on millions of images. Calling the
        # backbone with training=False doesn't keep them: `fit` overrides it.
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False
