"""What a model computes for its sound, and what a device computes at its peak."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from earshot.audio.limits import SAMPLE_RATE

# Dense bfloat16, as NVIDIA's data sheets have it.
PEAKS_TFLOPS = {
    "H200": 989.5,
    "H100": 989.5,
    "A100": 312.0,
    "L40S": 362.0,
    "L4": 121.0,
    "A10G": 70.0,
}


def flops(config: Mapping[str, Any], lengths: Iterable[float]) -> float:
    """Operations of one forward pass over each sound of so many seconds.

    A product of (n, k) and (k, m) counts 2nkm; norms, activations and softmax are left out. T is
    the number of frames after each layer; H the hidden size, F that of the inner layer, V the
    vocabulary:

        convolutions    sum of 2 * channels in * channels out * kernel * T
        projection      2 * channels * H * T
        positions       2 * H * (H / groups) * kernel * T
        each layer      T * (8 H^2 + 4 H F) + 4 T^2 H
        letters         2 * H * V * T
    """
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    channels = config.get("conv_dim", [512] * 7)
    kernels = config.get("conv_kernel", [10, 3, 3, 3, 3, 2, 2])
    strides = config.get("conv_stride", [5, 2, 2, 2, 2, 2, 2])
    positions = config.get("num_conv_pos_embeddings", 128)
    groups = config.get("num_conv_pos_embedding_groups", 16)
    total = 0.0
    for seconds in lengths:
        frames, before = seconds * SAMPLE_RATE, 1
        for width, kernel, stride in zip(channels, kernels, strides, strict=True):
            frames = max(1.0, (frames - kernel) // stride + 1)
            total += 2 * before * width * kernel * frames
            before = width
        total += 2 * before * hidden * frames
        total += 2 * hidden * (hidden / groups) * positions * frames
        layer = frames * (8 * hidden**2 + 4 * hidden * inner) + 4 * frames**2 * hidden
        total += config["num_hidden_layers"] * layer
        total += 2 * hidden * config["vocab_size"] * frames
    return total


def device(engine: str) -> tuple[str, float | None]:
    """What computes, and its peak in TFLOPS: a GPU's by its data sheet, a CPU's as measured."""
    if engine == "torch":
        import torch

        if torch.cuda.is_available():
            name = torch.cuda.get_device_name()
            return name, next((PEAKS_TFLOPS[one] for one in PEAKS_TFLOPS if one in name), None)
    size = 2048
    square = np.ones((size, size), np.float32)
    best = min(_seconds(lambda: square @ square) for _ in range(5))
    return "CPU, peak: the best of five float32 matrix products", 2 * size**3 / best / 1e12


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
