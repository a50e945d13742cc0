"""What a project's `hardware.py`, its launch files and its pages say of devices."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..graph import Graph, RuleLayer
from ..lengths import varies
from ..padding import keeps_padding_out
from ..plan import Plan
from ..spec import Hardware, Spec
from ..tasks import Per

LIBRARIES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}

MENDS = {
    "tensorflow": "pip install 'tensorflow[and-cuda]'",
    "jax": "pip install 'jax[cuda12]'",
    "torch": "install torch for CUDA, see pytorch.org",
}
"""What brings a backend that finds no GPU to find it."""

XLA = {"tensorflow": "off on a CPU", "jax": "on", "torch": "off, as Keras has it on PyTorch"}
"""Whether Keras compiles the training step, on a CPU."""

ENGINES = {"tensorflow": "MirroredStrategy", "jax": "keras.distribution"}
"""What shares the batches, where it isn't a process for each GPU."""

PRECISION = {
    "float32": "float32",
    "mixed_bfloat16": "mixed_bfloat16, last layers float32",
    "mixed_float16": '{"mixed_float16, last layers float32" if gpus else "float32, as float16 is for GPUs"}',
}
"""What it computes in: docs/hardware.md has how slow a CPU is in float16."""

DETERMINISM = {
    False: "the seed decides; sums in parallel may differ in their last digits",
    True: "the seed decides, bit by bit",
}
"""What the same seed makes, by whether determinism was asked for."""

ABOUT = {
    ("cpu", False): "the CPU",
    ("gpu", False): "one GPU, or the CPU if there is none",
    ("gpus", False): "all GPUs of this machine, each with its share of every batch",
    ("gpus", True): "the GPUs of this machine, a process for each, started by torchrun",
    ("machines", True): "several machines, each with its share of every batch",
}
"""What it trains on, by device and whether there are several processes."""

TITLES = {"cpu": "On a cluster", "gpu": "On a cluster", "gpus": "Several GPUs", "machines": "Several machines"}
"""What the README calls the section on starting it there."""

ON_EACH = {
    "gpus": "On all GPUs of this machine, a process for each",
    "machines": "On each machine, in a folder that all of them see",
}

ONE_GPU = {
    "tensorflow": {
        "tensorflow.config.list_physical_devices": 'lambda kind: ["GPU:0"]',
        "tensorflow.config.experimental.set_memory_growth": "lambda gpu, grows: None",
    },
    "jax": {"jax.default_backend": 'lambda: "gpu"'},
    "torch": {"torch.cuda.is_available": "lambda: True", "torch.cuda.device_count": "lambda: 1"},
}
"""What `hardware.py` asks for devices, and what it's told where there is one GPU, as source."""

BETWEEN = ("embedding",)
"""Tasks whose loss compares the samples of a batch with each other."""


def hardware(plan: Plan) -> dict[str, Any]:
    """What was chosen, and what follows from it."""
    chosen = plan.spec.hardware
    library, device = LIBRARIES[chosen.backend], chosen.device
    return asdict(chosen) | {
        "plan": _plan(chosen),
        "several": chosen.several,
        "processes": chosen.processes,
        "about": ABOUT[device, chosen.processes],
        # Other than a table: a precision, and that TensorFlow doesn't take all of a GPU's memory.
        "sets_up": chosen.precision != "float32" or (device != "cpu" and chosen.backend == "tensorflow"),
        "missing": f"CPU: {library} finds no GPU. If nvidia-smi does: {MENDS[chosen.backend]}",
        "table": _table(plan.spec),
        "title": TITLES[device],
        "ways": _ways(plan.spec),
        "found": ONE_GPU[chosen.backend],
        "start": f"torchrun --standalone --nproc-per-node gpu -m {plan.spec.package}.train",
        "normalises": _has("BatchNormalization", plan.graph),
        "tolerance": _tolerance(plan.spec),
        "equal": chosen.several and _is_equal(plan),
    }


def _tolerance(spec: Spec) -> str:
    """How far apart the losses of several processes and of one may be, as a share: sums come in another order.

    RMSprop's first steps are as large for the smallest gradient.
    """
    if spec.hardware.precision != "float32":
        return "0.05"
    return "0.01" if spec.training.optimizer == "rmsprop" else "0.005"


def _table(spec: Spec) -> list[tuple[str, str]]:
    """Rows of what `hardware.py` tells: names, and what stands behind them in an f-string."""
    chosen = spec.hardware
    several, backend = chosen.several, chosen.backend
    count = "len(gpus)" if backend == "tensorflow" else "gpus"
    gpu = (
        f'{{f"{{{count}}} x GPU, memory as it is needed" if gpus else cpu}}'
        if several
        else '{"GPU, memory as it is needed" if gpus else cpu}'
    )
    processes = {
        "torch": "{PROCESSES}, one per GPU{idle if gpus > PROCESSES else ''}",
        "jax": "{jax.process_count()}, one per machine",
    }
    engine = ENGINES.get(backend)
    xla = XLA[backend]
    if backend == "tensorflow" and chosen.device != "cpu":
        xla = "off, as Keras has it under MirroredStrategy" if several else f'{{"on" if gpus else "{xla}"}}'
    rows = {
        "backend": "{keras.config.backend()}",
        "devices" if several else "device": "CPU" if chosen.device == "cpu" else gpu,
        "processes": processes[backend] if chosen.processes else "",
        "batches": f"shared by {{devices()}}, by {engine}" if several and engine else "",
        "precision": PRECISION[chosen.precision],
        "XLA": xla,
        "determinism": DETERMINISM[spec.training.deterministic],
    }
    return [row for row in rows.items() if row[1]]


def _plan(chosen: Hardware) -> str:
    """Which of the templates of `hardware.py` it is."""
    if not chosen.several:
        return "one"
    return f"{'processes' if chosen.backend == 'torch' else chosen.device}_{chosen.backend}"


def _ways(spec: Spec) -> list[tuple[str, str]]:
    """How training is started on all that there is: what a command is for, and the command."""
    hardware, train = spec.hardware, f"python -m {spec.package}.train"
    ways = []
    if "torchrun" in spec.extras:
        first = "MACHINES=2 FIRST=NAME_OF_THE_FIRST " if hardware.device == "machines" else ""
        ways.append((ON_EACH[hardware.device], f"{first}launch/torchrun.sh training.epochs=3"))
    elif hardware.processes and hardware.backend == "torch":
        several = "--nnodes 2 --rdzv-backend c10d --rdzv-endpoint NAME_OF_THE_FIRST:29500"
        nodes = several if hardware.device == "machines" else "--standalone"
        ways.append((ON_EACH[hardware.device], f"torchrun {nodes} --nproc-per-node gpu -m {spec.package}.train"))
    elif hardware.processes:
        variables = "export KERAS_DISTRIBUTION_JOB_ADDRESSES=NAME_OF_THE_FIRST:1234 KERAS_DISTRIBUTION_NUM_PROCESSES=2"
        number = f"KERAS_DISTRIBUTION_PROCESS_ID=0 {train}  # 1 on the second machine"
        ways.append((ON_EACH[hardware.device], f"{variables}\n{number}"))
    if "slurm" in spec.extras:
        ways.append(("As a job of SLURM", "sbatch launch/train.slurm training.epochs=3"))
    return ways


def _is_equal(plan: Plan) -> bool:
    """Whether shares of a batch come to the same as the whole: nothing is drawn, and each sample counts by itself."""
    layers = list(plan.graph.all_layers())
    rates = [
        value
        for layer in layers
        if isinstance(layer, RuleLayer)
        for name, value in layer.arguments.items()
        if name in ("rate", "dropout", "recurrent_dropout", "stddev", "factor")
    ]
    whole = _has("BatchNormalization", plan.graph) or plan.spec.transfer is not None
    by_itself = all(each.task.name not in BETWEEN and each.per is not Per.STEP for each in plan.spec.outputs)
    return by_itself and not whole and not any(rates) and not _sees_lengths(plan)


def _sees_lengths(plan: Plan) -> bool:
    """Whether padding tells, and each process pads its share of a batch by itself; on JAX, all pad alike."""
    chosen = plan.spec.hardware
    lengths = any(varies(tensor.shape) for tensor in plan.graph.inputs.values())
    return lengths and chosen.processes and chosen.backend == "torch" and not keeps_padding_out(plan.graph)


def _has(class_name: str, graph: Graph) -> bool:
    return any(layer.class_name == class_name for layer in graph.all_layers())
