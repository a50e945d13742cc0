"""The network: Functional, because there are 2 inputs (image, user)."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    user = keras.Input((100,), name="user")

    image = keras.Input((128, 128, 3), name="image")
    x = layers.Rescaling(1 / 255, name="image_rescaling")(image)
    x = layers.Conv2D(32, 3, activation="relu", name="image_conv")(x)
    image_features = layers.Flatten(name="image_flatten")(x)

    x = layers.Concatenate(name="merge")([image_features, user])

    category = layers.Dense(10, activation="softmax", name="category")(x)
    price = layers.Dense(1, name="price")(x)
    popularity = layers.Dense(1, activation="sigmoid", name="popularity")(x)

    return keras.Model(
        {"image": image, "user": user},
        {"category": category, "price": price, "popularity": popularity},
        name="product_heads",
    )
