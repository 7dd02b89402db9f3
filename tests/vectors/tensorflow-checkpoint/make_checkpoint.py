"""Makes the checkpoints beside it with TensorFlow itself, and what the network in them paints.

    python -m venv env && env/bin/pip install tensorflow-cpu==2.21.0
    env/bin/python make_checkpoint.py

The network is that of 2016 (9x9, two 3x3 of stride 2, five residual blocks, two transposed convolutions,
9x9; instance norm after each, its variables made in the order kernel, shift, scale), with 2, 3 and 4
channels and random weights. An Adam optimizer has made its slots, as after a training.

``version-2.ckpt.*`` and ``version-1.ckpt`` hold the same; ``picture.npy`` is (20, 24, 3) uint8,
``painted.npy`` what TensorFlow makes of it: (20, 24, 3) float32, on the scale of 0 to 255, not clipped.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent
CHANNELS = (2, 3, 4)
EPSILON = 1e-3


class Network:
    """Builds the graph; each convolution makes three variables without names."""

    def __init__(self, tensorflow: Any) -> None:  # noqa: ANN401 - a module
        self._tf = tensorflow
        self._random = np.random.default_rng(2016)

    def paint(self, picture: Any) -> Any:  # noqa: ANN401 - a tensor of TensorFlow
        """(1, H, W, 3) float32 of 0 to 255 to the same."""
        tf, (full, half, quarter) = self._tf, CHANNELS
        x = tf.nn.relu(self._convolution(picture, 9, 3, full))
        x = tf.nn.relu(self._convolution(x, 3, full, half, stride=2))
        x = tf.nn.relu(self._convolution(x, 3, half, quarter, stride=2))
        for _ in range(5):
            inner = tf.nn.relu(self._convolution(x, 3, quarter, quarter))
            x = x + self._convolution(inner, 3, quarter, quarter)
        x = tf.nn.relu(self._transposed(x, quarter, half))
        x = tf.nn.relu(self._transposed(x, half, full))
        return tf.nn.tanh(self._convolution(x, 9, full, 3)) * 150 + 255.0 / 2

    def _convolution(self, x: Any, side: int, ins: int, outs: int, *, stride: int = 1) -> Any:  # noqa: ANN401
        kernel = self._variable((side, side, ins, outs), 0.1)
        return self._norm(self._tf.nn.conv2d(x, kernel, [1, stride, stride, 1], padding="SAME"), outs)

    def _transposed(self, x: Any, ins: int, outs: int) -> Any:  # noqa: ANN401
        kernel = self._variable((3, 3, outs, ins), 0.1)
        _, height, width, _ = x.shape
        shape = [1, 2 * height, 2 * width, outs]
        return self._norm(self._tf.nn.conv2d_transpose(x, kernel, shape, [1, 2, 2, 1], padding="SAME"), outs)

    def _norm(self, x: Any, channels: int) -> Any:  # noqa: ANN401
        mean, variance = self._tf.nn.moments(x, [1, 2], keepdims=True)
        shift = self._variable((channels,), 0.3)
        scale = self._variable((channels,), 0.3, middle=0.8)
        return scale * ((x - mean) / (variance + EPSILON) ** 0.5) + shift

    def _variable(self, shape: tuple[int, ...], spread: float, middle: float = 0.0) -> Any:  # noqa: ANN401
        values = self._random.normal(middle, spread, shape).astype(np.float32)
        return self._tf.compat.v1.Variable(values)


def main() -> None:
    """Write all files anew."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    tf: Any = import_module("tensorflow")
    tf.compat.v1.disable_eager_execution()
    picture: NDArray[np.uint8] = np.random.default_rng(7).integers(0, 256, (20, 24, 3), np.uint8)
    taken = tf.compat.v1.placeholder(tf.float32, (1, *picture.shape))
    painted = Network(tf).paint(taken)
    tf.compat.v1.train.AdamOptimizer(0.0).minimize(tf.reduce_mean(painted))
    with tf.compat.v1.Session() as session:
        session.run(tf.compat.v1.global_variables_initializer())
        np.save(FOLDER / "picture.npy", picture)
        np.save(FOLDER / "painted.npy", session.run(painted, {taken: picture[None].astype(np.float32)})[0])
        for version in (1, 2):
            saver = tf.compat.v1.train.Saver(write_version=version)
            saver.save(
                session,
                str(FOLDER / f"version-{version}.ckpt"),
                write_meta_graph=False,
                write_state=False,
            )


if __name__ == "__main__":
    main()
