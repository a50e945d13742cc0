"""Reads what is trained on, and refuses what the backend can't do there: devices, precision, launch files together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..faults import BackendCannot, FixedBatch, HardwareCannot
from ..problems import Edit
from ..spec import Hardware, Spec
from .fields import Fields
from .keys import BACKENDS, DEVICES, PRECISIONS


def hardware(fields: Fields) -> Hardware:
    """What the answers say of devices, backend and precision, each by itself."""
    return Hardware(
        fields.choice("hardware", DEVICES), fields.choice("backend", BACKENDS), fields.choice("precision", PRECISIONS)
    )


def check(fields: Fields, spec: Spec) -> None:
    """Notes what doesn't go together."""
    extras = spec.extras
    mended = _check_machines(fields, _check_batches(fields, spec), extras)
    _check_precision(fields, mended)
    if spec.training.clip_norm and mended.device == "gpus" and mended.backend == "tensorflow":
        what = "under MirroredStrategy, Keras 3 clips each GPU's share of a gradient, not the gradient"
        place, mend = "training.clip_norm", "leave clip_norm out, or say backend: jax"
        fields.problems.add(place, HardwareCannot, what, mend, Edit("set", place, 0.0))
    if "torchrun" in extras and not (mended.backend == "torch" and mended.several):
        what = "torchrun starts a process for each of several GPUs, and only PyTorch needs that"
        mend = "leave torchrun out; or say backend: torch and hardware: gpus"
        kept = [each for each in extras if each != "torchrun"]
        fields.problems.add("extras", HardwareCannot, what, mend, Edit("set", "extras", kept))
    if spec.tracking == "mlflow" and mended.processes:
        what, mend = "each process would begin a run of its own", "say tracking: tensorboard, or leave it out"
        fields.problems.add("tracking", HardwareCannot, what, mend, Edit("set", "tracking", "tensorboard"))


def _check_batches(fields: Fields, spec: Spec) -> Hardware:
    """The devices on which the batches can be trained; notes if batches of a fixed size are to be shared."""
    right = [each for each in spec.inputs if f"inputs.{each.name}" not in fields.broken]
    fixed = next((each for each in right if each.batch is not None), None)
    if fixed is None or not spec.hardware.several:
        return spec.hardware
    what = f"{fixed.name} has batch={fixed.batch}, and of several devices each would take a share of it"
    fields.problems.add(
        "hardware", FixedBatch, what, "say hardware: gpu, or leave batch= out", Edit("set", "hardware", "gpu")
    )
    return replace(spec.hardware, device="gpu")


def _check_machines(fields: Fields, chosen: Hardware, extras: Sequence[str]) -> Hardware:
    """The backend that can train on several machines; notes if that is another one."""
    if chosen.device != "machines" or chosen.backend != "tensorflow":
        return chosen
    other = "torch" if "torchrun" in extras else "jax"
    what = "Keras 3 can't train on several machines with TensorFlow: fit fails under MultiWorkerMirroredStrategy"
    mend = f"say backend: {other}, which the same source runs on; or hardware: gpus, one machine with several GPUs"
    fields.problems.add("backend", BackendCannot, what, mend, Edit("set", "backend", other))
    return replace(chosen, backend=other)


def _check_precision(fields: Fields, chosen: Hardware) -> None:
    """Notes where float16 doesn't do what it's for."""
    if chosen.precision != "mixed_float16":
        return
    if chosen.device == "cpu":
        what = "a CPU computes float16 many times slower than float32"
        mend = "say precision: float32, or mixed_bfloat16 for a CPU that has it"
        fields.problems.add("precision", HardwareCannot, what, mend, Edit("set", "precision", "float32"))
    if chosen.device == "gpus" and chosen.backend == "tensorflow":
        what = "under MirroredStrategy, Keras 3 applies float16 gradients that overflowed: losses become NaN"
        mend = "say precision: mixed_bfloat16, or backend: jax"
        fields.problems.add("precision", HardwareCannot, what, mend, Edit("set", "precision", "mixed_bfloat16"))
