"""The integer network of layers.mjs in numpy, with any product of weights and inputs, and MARS' own product.

Feature maps are arrays (image, y, x, channel). A product takes a layer and its inputs (rows, pixels), and gives sums
(kernels, pixels) without bias. Rows are those of MARS' arrays: by kernel position, then channel, 16 to an array.
"""

import base64

import numpy as np

ROWS, SLICE_BITS = 16, 2
FIXED_POINT = 256


class Layer:
    """A convolution or linear layer: its weights (kernels, rows), filled up with zeros to whole arrays."""

    def __init__(self, plain):
        self.plain = plain
        self.name = plain["name"]
        geometry = plain["geometry"]
        self.window = geometry["window"]
        self.kernels, channels = geometry["kernels"], geometry["channels"]
        area = self.window["height"] * self.window["width"]
        weights = np.array(plain["weights"]).reshape(self.kernels, channels, area)
        ordered = weights.transpose(0, 2, 1).reshape(self.kernels, -1)
        self.weights = np.pad(ordered, ((0, 0), (0, -ordered.shape[1] % ROWS)))
        self.weight_bits, self.input_bits = plain["weightBits"], plain["inputBits"]
        self.bias = np.array(plain["bias"])

    def patches(self, codes):
        """What word lines carry: (rows, pixels)."""
        top, left, bottom, right = self.window["pads"]
        down, across = self.window["strides"]
        padded = np.pad(codes, ((0, 0), (top, bottom), (left, right), (0, 0)))
        height, width = (self.plain["outputShape"][side] for side in ("height", "width"))
        views = [
            padded[:, y : y + down * (height - 1) + 1 : down, x : x + across * (width - 1) + 1 : across]
            for y in range(self.window["height"])
            for x in range(self.window["width"])
        ]
        rows = np.concatenate(views, axis=3).reshape(-1, len(views) * codes.shape[3]).T
        return np.pad(rows, ((0, -rows.shape[0] % ROWS), (0, 0)))


def image_codes(network, images):
    """Pixels as the network stores them."""
    shape = tuple(images[key] for key in ("images", "height", "width", "channels"))
    pixels = np.frombuffer(base64.b64decode(images["pixels"]), np.uint8).reshape(shape).astype(np.int64)
    if network.get("imageTable"):
        raise SystemExit("tables of image codes are not read")
    highest = 2 ** network["activationBits"] - 1
    return (2 * pixels * highest + 255) // 510


def exact(layer, rows):
    """The product without arrays."""
    return np.rint(layer.weights.astype(np.float64) @ rows)


def forward(network, codes, product, visit=lambda layer, rows: None):
    """The sums of the last layer, (images, classes). `visit` sees each layer and its inputs."""
    maps = {"image": codes}
    for plain in network["layers"]:
        source = maps[plain["input"]]
        if plain["kind"] not in ("conv", "linear"):
            maps[plain["name"]] = average(source)
            continue
        layer = Layer(plain)
        rows = layer.patches(source)
        visit(layer, rows)
        sums = (product(layer, rows) + layer.bias[:, None]).T
        sums = sums.reshape(len(source), plain["outputShape"]["height"], plain["outputShape"]["width"], -1)
        if "requantize" not in plain:
            return sums.reshape(len(source), -1)
        maps[plain["name"]] = requantized(plain, sums, maps)
    raise SystemExit("the last layer gives no sums")


def average(source):
    """The mean of a whole map, halves up."""
    pixels = source.shape[1] * source.shape[2]
    return (2 * source.sum(axis=(1, 2), keepdims=True) + pixels) // (2 * pixels)


def scaled(value, scale):
    return np.floor(value * scale["multiplier"] / 2.0 ** scale["shift"] + 0.5)


def requantized(plain, sums, maps):
    """Sums as the codes that are stored."""
    program = plain["requantize"]
    if any(program.get(key) for key in ("table", "kernels", "codes")):
        raise SystemExit(f"{plain['name']}: this requantizer is not known")
    sums = sums * 2.0 ** program.get("fraction", 0)
    residual = plain.get("residual")
    if residual:
        stored = maps[residual["input"]][:, :: residual["stride"], :: residual["stride"]]
        first = residual["channelOffset"]
        end = first + stored.shape[3]
        sums[..., first:end] += scaled(stored - residual.get("zero", 0), residual["scale"])
    low, high = 0, 2 ** program["outputBits"] - 1
    if program["signed"]:
        low, high = -(high + 1) // 2, high // 2
    return np.clip(scaled(sums, program["scale"]), low, high).astype(np.int64)


def on_mars(adcs, group_kernels):
    """The product on MARS' macros: two's complement, a table as ADC, and groups of zeros that are not stored."""

    def product(layer, rows):
        table = adcs[layer.name]
        largest = ROWS * (2**SLICE_BITS - 1)
        codes = np.searchsorted(table["thresholds"], FIXED_POINT * np.arange(largest + 1), side="right")
        values = np.array(table["values"], np.float64)[codes]
        total = np.zeros((layer.kernels, rows.shape[1]))
        for first in range(0, len(rows), ROWS):
            array = slice(first, first + ROWS)
            weights = layer.weights[:, array]
            kept = [weights[k // group_kernels * group_kernels :][:group_kernels].any() for k in range(layer.kernels)]
            for phase in range(-(-layer.input_bits // SLICE_BITS)):
                digits = (rows[array] >> (SLICE_BITS * phase)) & (2**SLICE_BITS - 1)
                for bit in range(layer.weight_bits):
                    cells = ((weights >> bit) & 1).astype(np.float32)
                    sums = (cells @ digits.astype(np.float32)).astype(np.intp)
                    factor = 2.0 ** (bit + SLICE_BITS * phase) * (-1 if bit == layer.weight_bits - 1 else 1)
                    total += factor * values[sums] * np.array(kept)[:, None]
        return np.floor(total / FIXED_POINT + 0.5)

    return product
