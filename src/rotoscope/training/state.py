"""What changes while a filter is trained: weights, their average, the optimizer's moments, the counters."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from rotoscope.networks.family import family_parameters, member_name, sibling
from rotoscope.networks.fitting import fit_weights
from rotoscope.networks.precision import CPU
from rotoscope.networks.style_network import StyleNetwork
from rotoscope.training.flatness import Tail
from rotoscope.training.optimizer import StyleOptimizer
from rotoscope.training.progress import Losses, LossRecord
from rotoscope.training.recipe import Recipe

RECENT_STEPS = 100
"""Losses are told as means over so many steps, and recorded once in so many."""


@dataclass
class TrainingState:
    """The mutable part of a run; everything a checkpoint holds."""

    members: tuple[StyleNetwork, ...]
    """One network a style; several are a family (:mod:`rotoscope.networks.family`)."""
    optimizer: StyleOptimizer
    device: torch.device = CPU
    """Where network, moments and average are."""
    average: dict[str, Tensor] | None = None
    """Exponential moving average of the weights by their names in the family, float32; None before the first
    step."""
    step: int = 0
    """Steps done."""
    skipped_steps: int = 0
    """Of these, steps that changed nothing because the gradient was not finite."""
    seconds: float = 0.0
    """Time spent training."""
    dollars: float | None = 0.0
    """What that time cost; None once a part of it had no rate."""
    recent: deque[Losses] = field(default_factory=lambda: deque[Losses](maxlen=RECENT_STEPS))
    """Of the last steps that changed something."""
    history: list[LossRecord] = field(default_factory=list[LossRecord])
    """Means of ``recent``, one every RECENT_STEPS steps."""
    stable_from: int | None = None
    """Steps done when the stability loss set in; None while it has not."""
    late_from: int | None = None
    """Steps done when the run's last part began; None while it has not."""
    tail: Tail | None = None
    """Set once the losses are flat."""

    @classmethod
    def new(
        cls,
        recipe: Recipe,
        *,
        styles: int = 1,
        weights: Mapping[str, Tensor] | None = None,
        device: torch.device = CPU,
    ) -> TrainingState:
        """The state before the first step.

        Args:
            recipe: decides the network's size, and by its seed the weights.
            styles: how many styles are learned; every network of a family starts alike.
            weights: state dict to start from instead of random weights; of a network of another size as much
                as finds room.
            device: where to train. The random weights do not depend on it.

        Raises:
            UnsupportedArchitecture: the weights are not a style network's.
        """
        # Weights are drawn from a seed of their own; the caller's random numbers are left as they were.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(recipe.seed)
            network = StyleNetwork(recipe.network_size)
        if weights is not None:
            fit_weights(network, weights)
        first = _channels_last(network.to(device))
        members = (first, *(sibling(first) for _ in range(styles - 1)))
        optimizer = StyleOptimizer(family_parameters(members), adam_betas=recipe.adam_betas)
        return cls(members=members, optimizer=optimizer, device=device)

    def descend(self, loss: Tensor, *, recipe: Recipe, fraction: float) -> bool:
        """One step of the optimizer; the average follows.

        Args:
            loss: scalar with a graph.
            recipe: rates.
            fraction: part of the budget used so far, 0..1.

        Returns:
            False where loss or gradient was not finite: the weights and the average stayed as they were.
        """
        warmup = min(1.0, (self.step + 1) / recipe.warmup_steps)
        self.optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self._parameters().values(), recipe.gradient_clip)
        is_finite = bool(torch.isfinite(loss)) and bool(torch.isfinite(norm))
        self.step += 1
        if is_finite:
            self.optimizer.step(recipe.learning_rate * math.sqrt(1 - fraction) * warmup)
            self._follow(recipe.average_decay)
        else:
            self.skipped_steps += 1
        return is_finite

    def spend(self, seconds: float, *, dollars_per_hour: float | None) -> None:
        """Count the time spent training up to ``seconds`` in all, and what it cost since the last time."""
        if self.dollars is not None:
            hours = (seconds - self.seconds) / 3600
            self.dollars = None if dollars_per_hour is None else self.dollars + hours * dollars_per_hour
        self.seconds = seconds

    def note(self, losses: Losses) -> None:
        """Remember the losses of a step that changed something."""
        self.recent.append(losses)

    def record(self) -> bool:
        """Put the mean of the last steps into the history where that is due; says whether it was."""
        is_due = self.step % RECENT_STEPS == 0 and bool(self.recent)
        if is_due:
            self.history.append(self._latest())
        return is_due

    def whole_history(self) -> tuple[LossRecord, ...]:
        """The history, with the last steps where it ends between two records."""
        if self.recent and self.step % RECENT_STEPS:
            return (*self.history, self._latest())
        return tuple(self.history)

    def painted_weights(self, member: int = 0) -> dict[str, Tensor]:
        """What a member's filter is made of, on the CPU: the average, or before any step the weights."""
        source = self.average if self.average is not None else self._parameters()
        names = self.members[member].state_dict()
        return _copied({name: source[member_name(name, member)] for name in names})

    def averaged_network(self, member: int = 0) -> StyleNetwork:
        """A network of its own with :meth:`painted_weights`, on the device."""
        network = StyleNetwork.of_state(self.painted_weights(member)).to(self.device)
        return _channels_last(network)

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor of the state, by a name of its own; contiguous copies on the CPU."""
        named: dict[str, Tensor] = {f"network.{n}": t for n, t in self._parameters().items()}
        named |= {f"average.{n}": t for n, t in (self.average or {}).items()}
        named |= {f"optimizer.{n}": t for n, t in self.optimizer.tensors().items()}
        return _copied(named)

    def restore_tensors(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over what :meth:`tensors` gave.

        Raises:
            KeyError, RuntimeError: a tensor is missing, left over or of another shape.
        """
        groups: dict[str, dict[str, Tensor]] = {"network": {}, "average": {}, "optimizer": {}}
        for full_name, tensor in tensors.items():
            group, name = full_name.split(".", 1)
            groups[group][name] = tensor
        parameters = self._parameters()
        _require_alike(groups["network"], parameters)
        with torch.no_grad():
            for name, parameter in parameters.items():
                parameter.copy_(groups["network"][name])
        self.average = None
        if groups["average"]:
            _require_alike(groups["average"], parameters)
            self.average = {name: groups["average"][name].to(self.device, copy=True) for name in parameters}
        self.optimizer.restore(groups["optimizer"])

    def _parameters(self) -> dict[str, nn.Parameter]:
        return family_parameters(self.members)

    def _latest(self) -> LossRecord:
        return LossRecord(self.step, self.seconds, Losses.mean(self.recent))

    def _follow(self, decay: float) -> None:
        state = {name: parameter.detach() for name, parameter in self._parameters().items()}
        if self.average is None:
            self.average = {name: tensor.clone() for name, tensor in state.items()}
            return
        # At first the average forgets quickly, or the random first weights would stay in it.
        kept = min(decay, self.step / (self.step + 20))
        with torch.no_grad():
            for name, tensor in state.items():
                self.average[name].lerp_(tensor, 1 - kept)


def _channels_last(network: StyleNetwork) -> StyleNetwork:
    # torch's overloads of Module.to leave memory_format out.
    return network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


def _require_alike(tensors: Mapping[str, Tensor], parameters: Mapping[str, Tensor]) -> None:
    """Raises KeyError where names differ, and RuntimeError where shapes do."""
    if odd := sorted(tensors.keys() ^ parameters.keys()):
        raise KeyError(odd[0])
    for name, tensor in tensors.items():
        if tensor.shape != parameters[name].shape:
            raise RuntimeError(f"{name} is of another shape")


def _copied(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().clone().contiguous().cpu() for name, tensor in tensors.items()}
