"""Predict a product's category, price and popularity from its image and a user's embedding."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model: shared features with a head for each of the three predictions.

    The image has values from 0 to 255; the user is an embedding that was made elsewhere.
    """
    image = keras.Input((128, 128, 3), name="image")
    user = keras.Input((100,), name="user")

    x = layers.Rescaling(1 / 255)(image)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    image_features = layers.Flatten(name="image_features")(x)
    features = layers.Concatenate(name="features")([image_features, user])

    category = layers.Dense(10, activation="softmax", name="category")(features)
    price = layers.Dense(1, name="price")(features)
    popularity = layers.Dense(1, activation="sigmoid", name="popularity")(features)

    return keras.Model(
        {"image": image, "user": user},
        {"category": category, "price": price, "popularity": popularity},
        name="product_heads",
    )
