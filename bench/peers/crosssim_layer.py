#!/usr/bin/env python3
"""CrossSim on the common layer of src/measure/questions/column-reads.ts, in CPU seconds of one thread.

128 -> 256 channels, 3x3, 16x16 outputs (75.5 million MACs), 8-bit weights and 8-bit inputs, uniformly random, on MARS'
geometry: arrays of 16 rows, 2-bit input slices, 1-bit weight slices, one ADC conversion per array, column and input
slice, codes of one unit discharge from 0 on. That is 151 million column codes, two per MAC.

Every result is compared with the same arithmetic in plain integers before it is timed. Needs numpy, scipy and
CrossSim (https://github.com/sandialabs/cross-sim, BSD-3); see README.md for how to run it.
"""

import os

# Before numpy is loaded: one thread.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import json
import platform
import statistics
import time

import numpy as np

CHANNELS, KERNELS, SIZE, SIDE = 128, 256, 3, 16
ROWS, INPUT_BITS, SLICE_BITS, WEIGHT_BITS = 16, 8, 2, 8
PHASES = INPUT_BITS // SLICE_BITS
INPUTS = CHANNELS * SIZE * SIZE
PIXELS = SIDE * SIDE
MACS = INPUTS * KERNELS * PIXELS
CODES = (INPUTS // ROWS) * KERNELS * WEIGHT_BITS * PHASES * PIXELS
LARGEST_WEIGHT = 2 ** (WEIGHT_BITS - 1) - 1


def layer():
    """Weights (kernels, inputs) and the inputs of every pixel (inputs, pixels); rows by kernel position, then channel."""
    random = np.random.default_rng(1)
    weights = random.integers(-LARGEST_WEIGHT, LARGEST_WEIGHT + 1, (KERNELS, INPUTS))
    image = random.integers(0, 2**INPUT_BITS, (SIDE, SIDE, CHANNELS))
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)))
    patches = [
        padded[y : y + SIDE, x : x + SIDE].reshape(PIXELS, CHANNELS).T
        for y in range(SIZE)
        for x in range(SIZE)
    ]
    return weights, np.concatenate(patches)


def exact(weights, inputs, adc_bits):
    """What arrays, slices and ADC make of the layer, in integers: weights are stored with an offset of 128."""
    stored = weights + LARGEST_WEIGHT + 1
    result = -(LARGEST_WEIGHT + 1) * np.repeat(inputs.sum(axis=0)[None], KERNELS, axis=0)
    for first in range(0, INPUTS, ROWS):
        rows = slice(first, first + ROWS)
        for bit in range(WEIGHT_BITS):
            cells = ((stored[:, rows] >> bit) & 1).astype(np.float32)
            for phase in range(PHASES):
                digits = (inputs[rows] >> (SLICE_BITS * phase)) & (2**SLICE_BITS - 1)
                codes = np.minimum(cells @ digits.astype(np.float32), 2**adc_bits - 1)
                result += codes.astype(np.int64) << (bit + SLICE_BITS * phase)
    return result


def crosssim(weights, adc_bits, noise, step=1):
    """CrossSim's core with this geometry.

    `noise` is the deviation of a cell, as a share of its largest conductance; `step` is that of the ADC, in unit discharges.
    """
    from simulator import AnalogCore, CrossSimParameters

    params = CrossSimParameters()
    core = params.core
    core.style = "BITSLICED"
    core.bit_sliced.style = "OFFSET"
    core.bit_sliced.num_slices = WEIGHT_BITS
    core.offset.style = "DIGITAL_OFFSET"
    core.weight_bits = WEIGHT_BITS
    core.rows_max = ROWS
    core.cols_max = KERNELS
    core.mapping.weights.percentile = None
    core.mapping.weights.min = -LARGEST_WEIGHT
    core.mapping.weights.max = LARGEST_WEIGHT
    core.mapping.inputs.mvm.min = 0
    core.mapping.inputs.mvm.max = 2**INPUT_BITS - 1
    params.xbar.device.cell_bits = 1
    params.xbar.device.infinite_on_off_ratio = True
    dac = params.xbar.dac.mvm
    dac.model = "QuantizerDAC"
    dac.bits = INPUT_BITS
    dac.signed = False
    dac.input_bitslicing = True
    dac.slice_size = SLICE_BITS
    # Naming the model makes a new object of it, so the rest is set on that one.
    params.xbar.adc.mvm.model = "QuantizerADC"
    adc = params.xbar.adc.mvm
    adc.bits = adc_bits
    adc.signed = False
    adc.adc_per_ibit = True
    adc.adc_range_option = "CALIBRATED"
    # CrossSim's unit is the largest digit: one unit discharge is 1/3 of it.
    highest = step * (2**adc_bits - 1) / (2**SLICE_BITS - 1)
    adc.calibrated_range = [[0, highest]] * WEIGHT_BITS
    if noise > 0:
        params.xbar.device.read_noise.enable = True
        params.xbar.device.read_noise.model = "NormalIndependentDevice"
        params.xbar.device.read_noise.magnitude = noise
        # With matrix products all pixels would share one draw of noise; a chip draws for every read.
        params.simulation.disable_fast_matmul = True
    return AnalogCore(weights, params)


def measure(arguments, adc_bits, dtype, noise):
    """One row: check, then CPU seconds of the whole layer."""
    weights, inputs = layer()
    # Noise is drawn pixel by pixel, in minutes: two of them, scaled.
    pixels = 2 if noise > 0 else PIXELS
    taken = inputs[:, :pixels]
    core = crosssim(weights.astype(dtype), adc_bits, noise)
    result = core.dot(taken.astype(dtype))
    error = float(np.abs(result - exact(weights, taken, adc_bits)).max())
    if noise == 0 and dtype == "float64" and error > 1e-3:
        raise SystemExit(f"ADC of {adc_bits} bits: CrossSim is off by {error}")
    seconds = []
    for _ in range(arguments.repetitions):
        start = time.process_time()
        core.dot(taken.astype(dtype))
        seconds.append((time.process_time() - start) * PIXELS / pixels)
    median = statistics.median(seconds)
    return {
        "ADC bits": adc_bits,
        "type": dtype,
        "read noise": noise,
        "largest error": error,
        "pixels": pixels,
        "CPU s": [min(seconds), median, max(seconds)],
        "column codes per CPU s": CODES / median,
        "MACs per CPU s": MACS / median,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=3)
    arguments = parser.parse_args()
    cases = [(bits, dtype, 0.0) for bits in (6, 5) for dtype in ("float64", "float32")]
    rows = [measure(arguments, *case) for case in [*cases, (5, "float32", 0.01)]]
    machine = f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}"
    print(json.dumps({"machine": machine, "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
