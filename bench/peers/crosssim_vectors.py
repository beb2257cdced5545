#!/usr/bin/env python3
"""What CrossSim computes for random matrix-vector products on MARS' geometry: the vectors of test/reference/crosssim.test.ts.

python3 bench/peers/crosssim_vectors.py > test/reference/crosssim.json

16 rows on at once, 2-bit input slices, 1-bit weight slices, 8-bit inputs and weights, one conversion per array, column and
slice; ADCs of 3 to 8 bits with steps of 1 and 3 unit discharges. Steps are odd: a sum then never lies half-way between two
codes, where CrossSim rounds to the even code and we round up.

CrossSim's columns are those of an offset binary number, ours those of two's complement: the same bits with another factor, -128,
for the last one. Two runs of CrossSim tell its codes apart. Run A stores all eight bits, run B stores the lower seven; A - B is
what the last column gives, so ours must be B - (A - B).
"""

import json

import numpy as np

from crosssim_layer import LARGEST_WEIGHT, crosssim

ROWS, INPUTS, KERNELS, VECTORS = 16, 48, 6, 8


def stored_product(stored, inputs, adc_bits, step):
    """CrossSim's sum of factor x code over arrays, columns and slices for unsigned 8-bit numbers in its cells."""
    core = crosssim(stored.astype("float64") - LARGEST_WEIGHT - 1, adc_bits, 0, step)
    result = core.dot(inputs.astype("float64")) + (LARGEST_WEIGHT + 1) * inputs.sum(axis=0)[None]
    whole = np.rint(result)
    if np.abs(result - whole).max() > 1e-6:
        raise SystemExit("CrossSim's sums are not whole numbers")
    return whole.astype(np.int64)


def main():
    random = np.random.default_rng(7)
    # CrossSim's cells cannot hold 0 here, so no weight may be 0 in all eight or in the lower seven bits.
    choices = [w for w in range(-128, 128) if w not in (0, -128)]
    cases = []
    for adc_bits in range(3, 9):
        for step in (1, 3):
            weights = random.choice(choices, (KERNELS, INPUTS))
            inputs = random.integers(0, 256, (INPUTS, VECTORS))
            whole = stored_product(weights & 0xFF, inputs, adc_bits, step)
            lower = stored_product(weights & 0x7F, inputs, adc_bits, step)
            cases.append(
                {
                    "adc": {"bits": adc_bits, "step": step, "offset": 0},
                    "weights": weights.tolist(),
                    "inputs": inputs.T.tolist(),
                    "outputs": (2 * lower - whole).T.tolist(),
                }
            )
    print(json.dumps({"source": "CrossSim 3.2.0 (0a2eb1e), numpy " + np.__version__, "cases": cases}))


if __name__ == "__main__":
    main()
