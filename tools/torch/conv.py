"""3x3 convolutions in bfloat16 for PyTorch on a CPU: matrix products where maps are small.

oneDNN's convolutions are fast on large maps. On maps of 1 to 6 pixels a side its gradients of the weights take most of a training step of
VGG16 at 16 to 32 pixels; matrix products give the same sums in a fraction of the time where a processor has instructions for bfloat16 matrices
(docs/training.md has the figures). `python3 conv.py` compares values and gradients with PyTorch's own in float32.
"""
import torch, torch.nn as nn, torch.nn.functional as F

BF16, LAST = torch.bfloat16, torch.channels_last

def padded(x):
    """A map NCHW as NHWC with a border of one zero."""
    return F.pad(x.permute(0, 2, 3, 1), (0, 0, 1, 1, 1, 1))

def columns(x):
    """The 3x3 windows of a map, a row for each pixel: [N*H*W, 9*C], ordered by kernel row, kernel column, channel."""
    n, c, h, w = x.shape
    p = padded(x)
    return torch.stack([p[:, i:i + h, j:j + w] for i in range(3) for j in range(3)], 3).reshape(n * h * w, 9 * c)

class Conv3x3Function(torch.autograd.Function):
    """Stride 1, one pixel of padding, no bias. x is bfloat16 with channels last, weight float32 [kernels, channels, 3, 3]."""

    @staticmethod
    def forward(ctx, x, weight):
        w, (n, c, size, _), m = weight.to(BF16), x.shape, weight.shape[0]
        ctx.shape = x.shape
        if size == 1:  # only the tap in the middle meets a pixel
            w = w[:, :, 1, 1].contiguous()
            ctx.save_for_backward(x, w)
            return (x.reshape(n, c) @ w.t()).reshape(n, m, 1, 1)
        if size <= 3:
            x, w = columns(x), w.permute(0, 2, 3, 1).reshape(m, 9 * c)
            ctx.save_for_backward(x, w)
            return (x @ w.t()).reshape(n, size, size, m).permute(0, 3, 1, 2)
        ctx.save_for_backward(x, w)
        return F.conv2d(x, w, padding=1)

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        (n, c, size, _), m = ctx.shape, g.shape[1]
        dw = torch.zeros(m, 3, 3, c)
        rows = g.permute(0, 2, 3, 1).reshape(-1, m)
        if size == 1:
            dw[:, 1, 1] = rows.t() @ x.reshape(n, c)
            dx = (rows @ w).reshape(n, c, 1, 1)
        elif size <= 3:
            dw = (rows.t() @ x).float().reshape(m, 3, 3, c)
            parts, sums = (rows @ w).reshape(n, size, size, 3, 3, c), torch.zeros(n, size + 2, size + 2, c, dtype=BF16)
            for i in range(3):
                for j in range(3):
                    sums[:, i:i + size, j:j + size] += parts[:, :, :, i, j]
            dx = sums[:, 1:-1, 1:-1].permute(0, 3, 1, 2).contiguous(memory_format=LAST)
        else:
            by_product = size <= 6 and c >= 64
            dx, by_onednn, _ = torch.ops.aten.convolution_backward(g, x, w, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1,
                                                                   [ctx.needs_input_grad[0], not by_product, False])
            if not by_product:
                return dx, by_onednn.float()
            p = padded(x)
            for i in range(3):
                for j in range(3):
                    dw[:, i, j] = rows.t() @ p[:, i:i + size, j:j + size].reshape(-1, c)
        return dx, dw.permute(0, 3, 1, 2)

class Conv2d(nn.Conv2d):
    """nn.Conv2d without bias; under autocast its 3x3 convolutions of stride 1 are those above."""

    def forward(self, x):
        if torch.is_autocast_enabled('cpu') and self.kernel_size == (3, 3) and self.stride == (1, 1):
            return Conv3x3Function.apply(x.to(BF16).contiguous(memory_format=LAST), self.weight)
        return super().forward(x)

def largest_deviation():
    """The largest relative deviation (Euclidean) of output and both gradients from PyTorch's own in float32."""
    torch.manual_seed(0)
    worst = 0
    for size in (1, 2, 3, 4, 6, 8):
        x = torch.randn(8, 64, size, size).to(BF16).contiguous(memory_format=LAST).requires_grad_()
        g = torch.randn(8, 48, size, size).to(BF16).contiguous(memory_format=LAST)
        conv = Conv2d(64, 48, 3, padding=1, bias=False).to(memory_format=LAST)
        with torch.autocast('cpu', dtype=BF16):
            y = conv(x)
        y.backward(g)
        got = [y.detach(), x.grad, conv.weight.grad.clone()]
        exact_x = x.detach().float().requires_grad_()
        conv.weight.grad = None
        exact_y = F.conv2d(exact_x, conv.weight, padding=1)
        exact_y.backward(g.float())
        for a, b in zip(got, [exact_y.detach(), exact_x.grad, conv.weight.grad]):
            worst = max(worst, float((a.float() - b).norm() / b.norm()))
    return worst

if __name__ == '__main__':
    print('largest relative deviation', largest_deviation(), '(2**-8, a rounding to bfloat16, is', 2.0 ** -8, ')')
