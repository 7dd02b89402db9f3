"""The optimizer of the style network: Muon for its matrices, Adam for everything else.

Muon (Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks") replaces the momentum of
a weight matrix by the nearest matrix whose singular values are all about one, so that no direction of the
weights is learned much later than others. Most weights of the style network are those of 1x1 convolutions,
which are matrices, and other convolutions that mix channels can be read as such. Scaled as by Liu et al. 2025
("Muon is scalable for LLM training"), updates are as large as Adam's, and one learning rate serves both.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
"""How much of a matrix's momentum a step keeps."""
UPDATE_SIZE = 0.2
"""Root mean square of a matrix's update, in units of the learning rate: about what Adam's is."""

_ITERATIONS = 5
_POLYNOMIAL = (3.4445, -4.7750, 2.0315)
"""Of Jordan et al.: an odd polynomial which, iterated, takes every singular value in (0, 1] near 1."""
_ADAM_MOMENTS = ("step", "exp_avg", "exp_avg_sq")
"""Adam's state of a parameter, by torch's names."""


class StyleOptimizer:
    """Changes parameters by their gradients; knows what a checkpoint needs.

    A parameter without a gradient stays as it is, and so do its moments.
    """

    def __init__(self, named: Mapping[str, nn.Parameter], *, adam_betas: tuple[float, float]) -> None:
        """Take charge of parameters.

        Args:
            named: float32, each by a name of its own; convolution weights that mix channels are the matrices.
            adam_betas: Adam's decay rates of the first and second moment.
        """
        self._matrices = {name: parameter for name, parameter in named.items() if _mixes_channels(parameter)}
        self._others = {name: parameter for name, parameter in named.items() if name not in self._matrices}
        self._momentum = {name: torch.zeros_like(matrix) for name, matrix in self._matrices.items()}
        self._adam = torch.optim.Adam(self._others.values(), betas=adam_betas)
        for parameter in self._others.values():  # as Adam itself begins, so that a checkpoint can hold it
            first, second = torch.zeros_like(parameter), torch.zeros_like(parameter)
            self._adam.state[parameter] = {"step": torch.zeros(()), "exp_avg": first, "exp_avg_sq": second}

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for parameter in (*self._matrices.values(), *self._others.values()):
            parameter.grad = None

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Change every parameter that has a gradient."""
        for name, matrix in self._matrices.items():
            if matrix.grad is not None:
                matrix.sub_(self._muon_update(name, matrix.grad), alpha=learning_rate)
        for group in self._adam.param_groups:
            group["lr"] = learning_rate
        self._adam.step()

    def tensors(self) -> dict[str, Tensor]:
        """Every moment by ``moment.parameter``. Not copied."""
        moments = {f"momentum.{name}": tensor for name, tensor in self._momentum.items()}
        for name, parameter in self._others.items():
            state: Mapping[str, Tensor] = self._adam.state[parameter]
            moments |= {f"{moment}.{name}": state[moment] for moment in _ADAM_MOMENTS}
        return moments

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over what :meth:`tensors` gave.

        Raises:
            KeyError: a moment is missing.
            RuntimeError: a moment is of another shape.
        """
        # Moments in the parameter's own memory format: sums then run in the same order as before.
        self._momentum = {
            name: _like(tensors[f"momentum.{name}"], parameter) for name, parameter in self._matrices.items()
        }
        for name, parameter in self._others.items():
            self._adam.state[parameter] = {
                moment: _like(tensors[f"{moment}.{name}"], parameter) for moment in _ADAM_MOMENTS
            }

    def _muon_update(self, name: str, gradient: Tensor) -> Tensor:
        momentum = self._momentum[name]
        momentum.lerp_(gradient, 1 - MOMENTUM)
        ahead = gradient.lerp(momentum, MOMENTUM)  # Nesterov's
        update = orthogonalize(ahead.reshape(ahead.shape[0], -1))
        return (update * (UPDATE_SIZE * max(update.shape) ** 0.5)).reshape(gradient.shape)


def orthogonalize(matrix: Tensor) -> Tensor:
    """A matrix with the same singular vectors, and singular values between about 0.7 and 1.2.

    Args:
        matrix: (R, C) float32.
    """
    is_tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if is_tall else matrix
    x = x / (x.norm() + 1e-7)
    a, b, c = _POLYNOMIAL
    for _ in range(_ITERATIONS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if is_tall else x


def _mixes_channels(parameter: Tensor) -> bool:
    """Whether it is a convolution's weight, and not a depthwise one's."""
    return parameter.dim() == 4 and parameter.shape[1] > 1


def _like(tensor: Tensor, parameter: Tensor) -> Tensor:
    if tensor.dim() == 0:
        return tensor.clone()
    return torch.empty_like(parameter, requires_grad=False).copy_(tensor)
