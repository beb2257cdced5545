#!/usr/bin/env python3
"""CrossSim's calibrated ADC ranges beside `adc.range` of MARS, on the same network, arrays and images.

node bench/peers/layers.mjs 250 > layers.json
PYTHONPATH=/tmp/cross-sim python bench/peers/crosssim_ranges.py layers.json > ranges.json

CrossSim sets ranges by its applications/dnn/calibration.py, from sums that it profiles on the training images that ours
are fitted to, a million of each layer at most, at 6 to 3 bits:

`layer`     one range for each layer: the two percentiles that its optimizer finds for the least error of the codes
`slice`     the same optimizer for each weight slice
`balanced`  its own calibration of weight slices, 99.99 % and powers of two, which it has for differential cells alone

`layer` and `slice` run on MARS' arrays: 16 rows, 1-bit slices of two's complement, 2-bit input slices. `balanced` has the
same rows and slices, but pairs of cells whose difference a signed ADC converts. README.md has the results.
"""

import os

# Before numpy is loaded: one thread.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import json
import sys
import time

import numpy as np

from applications.dnn.calibration import optimize_adc_limits_bitsliced, optimize_adc_limits_unsliced
from simulator import AnalogCore, CrossSimParameters
from simulator.backend import ComputeBackend
from simulator.circuits.dac.quantizer_dac import QuantizerDAC
from simulator.parameters.core_parameters import BitSlicedCoreStyle

from integer_network import ROWS, SLICE_BITS, exact, forward, image_codes, on_mars

ADC_BITS = (6, 5, 4, 3)
POLICIES = ("layer", "slice", "balanced")
# Of a digit: one unit discharge in CrossSim's unit.
UNIT = 1 / (2**SLICE_BITS - 1)
MOST_READS = 1e6
BATCH = 10


class ByteDAC(QuantizerDAC):
    """CrossSim's DAC with the same slices from bytes, which takes a tenth of the time of remainders of real numbers."""

    def convert_sliced(self, vector, slice_size=None):
        size = slice_size or self.slice_size
        codes = np.rint(vector * (2**self.bits - 1)).astype(np.uint8)
        digits = [(codes >> first) & (2**size - 1) for first in range(0, self.bits, size)]
        return [digit.astype(vector.dtype) / (2**size - 1) for digit in digits]


def parameters(weight_bits, input_bits, differential):
    """CrossSim's parameters of arrays of 16 rows with 1-bit weight slices and 2-bit input slices."""
    params = CrossSimParameters()
    core = params.core
    core.style = "BITSLICED"
    core.bit_sliced.style = "BALANCED" if differential else "OFFSET"
    core.bit_sliced.num_slices = weight_bits - 1 if differential else weight_bits
    core.offset.style = "DIGITAL_OFFSET"
    core.weight_bits = weight_bits
    core.rows_max = ROWS
    core.mapping.weights.percentile = None
    # The number whose cells are all 0 lies one below the least one.
    core.mapping.weights.clipping = False
    core.mapping.weights.max = 2 ** (weight_bits - 1) - 1
    core.mapping.weights.min = -core.mapping.weights.max
    core.mapping.inputs.mvm.min = 0
    core.mapping.inputs.mvm.max = 2**input_bits - 1
    params.xbar.device.cell_bits = 1
    params.xbar.device.infinite_on_off_ratio = True
    dac = params.xbar.dac.mvm
    dac.model = "ByteDAC"
    dac.bits = input_bits
    dac.signed = False
    dac.input_bitslicing = True
    dac.slice_size = SLICE_BITS
    return params


def with_adc(params, bits, limits, differential):
    """The same with ADCs; `limits` are in CrossSim's unit, one pair for each weight slice."""
    params.xbar.adc.mvm.model = "SignMagnitudeADC" if differential else "QuantizerADC"
    adc = params.xbar.adc.mvm
    adc.bits = bits
    adc.signed = differential
    adc.adc_per_ibit = True
    adc.adc_range_option = "CALIBRATED"
    adc.calibrated_range = [list(pair) for pair in limits]
    return params


def parts(layer, differential):
    """What CrossSim's cores of a layer hold: weight bits, numbers, factor, and the first and last of the slices.

    Its slices are those of an offset binary number. The lower bits of two's complement are one such number, the sign bit
    is another one, which has two bits because CrossSim asks for two slices.
    """
    bits, weights = layer.weight_bits, layer.weights
    if differential:
        return [(bits, weights, 1, slice(0, bits - 1))]
    lower = (weights & (2 ** (bits - 1) - 1)) - 2 ** (bits - 2)
    sign = (weights < 0).astype(int) - 2
    return [(bits - 1, lower, 1, slice(0, bits - 1)), (2, sign, -(2 ** (bits - 1)), slice(bits - 1, bits))]


def crosssim(limits, adc_bits, differential):
    """The product on CrossSim's cores, which are made once; its sums become whole numbers, as MARS' do."""
    known = {}

    def core_of(layer, bits, numbers, own):
        own = own if len(own) > 1 else 2 * own
        params = with_adc(parameters(bits, layer.input_bits, differential), adc_bits, own, differential)
        return AnalogCore(numbers.astype(np.float32), params)

    def product(layer, rows):
        held = parts(layer, differential)
        if layer.name not in known:
            own = limits[layer.name]
            known[layer.name] = [core_of(layer, bits, numbers, own[of]) for bits, numbers, _, of in held]
        inputs = rows.astype(np.float32)
        total = np.zeros((layer.kernels, rows.shape[1]))
        for core, (bits, _, factor, _) in zip(known[layer.name], held):
            offset = 0 if differential else 2 ** (bits - 1) * rows.sum(axis=0)[None]
            total += factor * (core.dot(inputs) + offset)
        return np.floor(np.round(total, 3) + 0.5)

    return product


def profile(layer, rows, differential):
    """The sums before the ADC of some pixels, (slices, phases, reads), as CrossSim counts them."""
    phases = -(-layer.input_bits // SLICE_BITS)
    reads = layer.kernels * len(rows) // ROWS * layer.weight_bits * phases
    wanted = max(1, min(rows.shape[1], int(MOST_READS // reads)))
    pixels = (np.arange(wanted) * rows.shape[1]) // wanted
    slices = []
    for bits, numbers, _, of in parts(layer, differential):
        params = parameters(bits, layer.input_bits, differential)
        params.simulation.analytics.profile_adc_inputs = True
        params.simulation.analytics.ntest = wanted
        core = AnalogCore(numbers.astype(np.float32), params)
        core.dot(rows[:, pixels].astype(np.float32))
        cores = [core.cores[r][c].adc_inputs for r in range(core.num_cores_row) for c in range(core.num_cores_col)]
        # CrossSim keeps a row for each input bit, and fills one for each input slice.
        slices.append(np.concatenate(cores, axis=2)[: of.stop - of.start, :phases])
    return np.concatenate(slices)


def calibrate(layer, rows, policies):
    """The limits of a layer in CrossSim's unit, one pair for each weight slice, by policy and bits."""
    limits = {}
    for policy in policies:
        sums = profile(layer, rows, policy == "balanced")
        for bits in ADC_BITS:
            if policy == "layer":
                found = [optimize_adc_limits_unsliced(sums, Nbits=bits).tolist()] * layer.weight_bits
            elif policy == "slice":
                found = [optimize_adc_limits_unsliced(part, Nbits=bits).tolist() for part in sums]
            else:
                style, size = BitSlicedCoreStyle.BALANCED, layer.weights.shape[1]
                found = optimize_adc_limits_bitsliced(sums, len(sums), style=style, Nrows=size).tolist()
            if policy != "balanced" and any(low != 0 for low, _ in found):
                raise SystemExit(f"{layer.name}: cells of 0 would not give 0, as the cores of a layer need")
            limits[policy, bits] = found
    return limits


def calibrated(network, training, policies):
    """Limits of all layers, by policy and bits, then layer, from the inputs that the exact network has."""
    found = {}

    def visit(layer, rows):
        for key, limits in calibrate(layer, rows, policies).items():
            found.setdefault(key, {})[layer.name] = limits

    forward(network, training, exact, visit)
    return found


def relative_errors(network, codes, products):
    """RMS error of each layer's sums as a share of the RMS of the exact ones, on exact inputs, by product."""
    errors = {key: {} for key in products}

    def visit(layer, rows):
        wanted = exact(layer, rows)
        size = np.sqrt(np.mean(wanted**2))
        for key, product in products.items():
            errors[key][layer.name] = float(np.sqrt(np.mean((product(layer, rows) - wanted) ** 2)) / size)

    forward(network, codes, exact, visit)
    return errors


def outputs_of(network, codes, product):
    """Batch by batch."""
    batches = [forward(network, codes[first : first + BATCH], product) for first in range(0, len(codes), BATCH)]
    return np.concatenate(batches)


def check(data, network, codes):
    """Our arithmetic here must give what our simulator gave, and CrossSim with the chip's range what MARS gives."""
    few = codes[:BATCH]

    def differs(product, outputs):
        return (forward(network, few, product) != np.array(outputs).reshape(len(codes), -1)[: len(few)]).any()

    names = data["points"][0]["adcs"]
    lossless = {name: [[-63 * UNIT, 63 * UNIT]] * 3 for name in names}
    if differs(exact, data["exact"]) or differs(crosssim(lossless, 7, True), data["exact"]):
        raise SystemExit("the integer network differs")
    for point in data["points"]:
        products = [on_mars(point["adcs"], data["groupKernels"])]
        if point["policy"] == "chip":
            whole = {name: [[0, UNIT * (2 ** point["bits"] - 1)]] * 4 for name in names}
            products.append(crosssim(whole, point["bits"], False))
        if any(differs(product, point["outputs"]) for product in products):
            raise SystemExit(f"{point['policy']} at {point['bits']} bits differs from our simulator")


def compare(sides, labels):
    """Right answers, and those that only one side has right."""
    ours, theirs = (side.argmax(axis=1) == labels for side in sides)
    return {"right": int(theirs.sum()), "better": int((theirs & ~ours).sum()), "worse": int((ours & ~theirs).sum())}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("layers", help="what layers.mjs wrote")
    parser.add_argument("--policy", choices=POLICIES, action="append", help="all by default; may be repeated")
    parser.add_argument("--error-images", type=int, default=4, help="images of the errors of layers")
    arguments = parser.parse_args()
    ComputeBackend().__init__(False)
    with open(arguments.layers) as file:
        data = json.load(file)
    network = data["network"]
    codes, training = (image_codes(network, data[key]) for key in ("tests", "training"))
    labels = np.array(data["tests"]["labels"])
    check(data, network, codes)
    limits = calibrated(network, training, arguments.policy or POLICIES)
    theirs = {key: crosssim(found, key[1], key[0] == "balanced") for key, found in limits.items()}
    ours = {(point["policy"], point["bits"]): on_mars(point["adcs"], data["groupKernels"]) for point in data["points"]}
    errors = relative_errors(network, codes[: arguments.error_images], {**ours, **theirs})
    given = {(point["policy"], point["bits"]): point["outputs"] for point in data["points"]}
    given["exact"] = data["exact"]
    outputs = {key: np.array(found).reshape(len(labels), -1) for key, found in given.items()}
    for key, product in theirs.items():
        start = time.process_time()
        outputs[key] = outputs_of(network, codes, product)
        print(*key, f"bits: {time.process_time() - start:.0f} CPU s", file=sys.stderr)
    rows = [
        {"policy": key[0], "bits": key[1], **compare((outputs["exact"], found), labels), "errors": errors[key]}
        for key, found in outputs.items()
        if key != "exact"
    ]
    result = {"numpy": np.__version__, "images": len(labels), "exact": compare((outputs["exact"],) * 2, labels)}
    print(json.dumps(result | {"points": rows, "limits in unit discharges": in_units(limits)}, indent=1))


def in_units(limits):
    """Limits in unit discharges, one pair for each weight slice, by policy, bits and layer."""
    rows = []
    for (policy, bits), layers in limits.items():
        pairs = {name: [[round(end / UNIT, 3) for end in pair] for pair in own] for name, own in layers.items()}
        rows.append({"policy": policy, "bits": bits, "layers": pairs})
    return rows


if __name__ == "__main__":
    main()
