"""A network that train.py pruned, trained on in few bits, as an ONNX file with QONNX's Quant, which `mars` reads with the codes it was trained with.

python3 quantize.py vgg16|resnet18 DATA_DIR OUT_DIR

Starts from OUT_DIR/state.pt of train.py, with batch norm in the weights. The forward pass rounds weights and stored maps to their codes;
the backward pass takes rounding as the identity within the range of codes, and scales are trained too (LSQ, Esser et al., ICLR 2020). Each
kernel has its own scale, but the last layer, whose sums are compared; maps have one, found first by least squares on 256 images. A mean
of codes is rounded to a code, halves up, as the chip's pool does. Groups that were pruned stay zero. Writes NAME-w4a4.onnx (by its bits)
and a checkpoint after each epoch, from which a killed run goes on.

Settings by environment, with their defaults below: THREADS, WEIGHT_BITS, BITS (of activations), IMAGE_BITS, POOL_BITS (of the map that ResNet18 takes
the mean of), LR, epochs at 24 and 32 pixels: Q24 Q32; STEPS (so many of each epoch, to time them: nothing is written).
"""
import json, math, os, sys, time
import torch, torch.nn as nn, torch.nn.functional as F
from cifar import Cifar
from conv import BF16, LAST, Conv3x3Function
from networks import Residual, build, export
from settings import cycle, env

name, data_dir, out_dir = sys.argv[1:4]
torch.set_num_threads(env('THREADS', 2)); torch.manual_seed(1)
WEIGHT_BITS, BITS, LR, BATCH = env('WEIGHT_BITS', 4), env('BITS', 4), env('LR', 0.005), 128
IMAGE_BITS, POOL_BITS = env('IMAGE_BITS', BITS), env('POOL_BITS', BITS)
SIZES = [24] * env('Q24', 1) + [32] * env('Q32', 3)

class Rounded(torch.autograd.Function):
    """x as whole numbers low ... high of scale: one for all, or one for each kernel (the first dimension). Halves go to even ones, or up."""

    @staticmethod
    def forward(ctx, x, scale, low, high, up=False):
        v = x / scale
        ctx.save_for_backward(v, scale); ctx.range = low, high
        return (v.add(0.5).floor_() if up else v.round()).clamp_(low, high) * scale

    @staticmethod
    def backward(ctx, g):
        (v, scale), (low, high) = ctx.saved_tensors, ctx.range
        inside = (v >= low) & (v <= high)
        own = torch.where(inside, v.round() - v, v.clamp(low, high)).mul_(g)
        values = v.numel() / (scale.numel() if scale.dim() else v.shape[0])  # per scale; of a map, per image
        own = own.sum(tuple(range(1, v.dim())), keepdim=True, dtype=torch.float32) if scale.dim() else own.sum(dtype=torch.float32)
        return g * inside, own / math.sqrt(values * high), None, None, None

    @staticmethod
    def symbolic(g, x, scale, low, high, up=False):
        number = lambda value: g.op('Constant', value_t=torch.tensor(float(value)))
        node = g.op('qonnx.custom_op.general::Quant', x, scale, number(0), number((high - low).bit_length()), signed_i=int(low < 0),
                    narrow_i=int(low == -high), rounding_mode_s='HALF_UP' if up else 'ROUND')
        node.setType(x.type()); return node

def best_scale(x, low, high, each=False):
    """The scale that rounds x with the least squared error, of 40 shares of the largest value; for each kernel, or one for all."""
    flat = x.detach().float().flatten(1) if each else x.detach().float().flatten()[None]
    top = flat.abs().amax(1, keepdim=True) / high
    top = torch.where(top > 0, top, top.max().clamp_min(1e-6))
    best, least = top, torch.full_like(top, math.inf)
    for share in range(40, 3, -1):
        scale = top * share / 40
        error = ((flat / scale).round_().clamp_(low, high) * scale - flat).pow_(2).sum(1, keepdim=True)
        best, least = torch.where(error < least, scale, best), torch.minimum(error, least)
    return best.reshape(-1, *[1] * (x.dim() - 1)) if each else best.reshape(())

class Codes(nn.Module):
    """A stored map: unsigned codes behind ReLU, else signed ones. A given scale is not trained."""

    def __init__(self, bits, signed=False, scale=None):
        super().__init__()
        self.low, self.high = (-2 ** (bits - 1), 2 ** (bits - 1) - 1) if signed else (0, 2 ** bits - 1)
        self.scale = nn.Parameter(torch.tensor(scale or 0.0), requires_grad=scale is None)
    def forward(self, x):
        if not torch.onnx.is_in_onnx_export() and self.scale == 0:
            with torch.no_grad(): self.scale.copy_(best_scale(x.flatten()[::7], self.low, self.high))
        return Rounded.apply(x, self.scale, self.low, self.high)

class Mean(nn.Module):
    """The mean of a map, in the map's own codes."""

    def __init__(self, pool, codes):
        super().__init__()
        self.pool, self.scale, self.high = pool, codes.scale, codes.high
    def forward(self, x):
        return Rounded.apply(self.pool(x), self.scale, 0, self.high, True)

class WholeConv(nn.Module):
    def __init__(self, conv, norm):
        super().__init__()
        factor = norm.weight / (norm.running_var + norm.eps).sqrt()
        self.weight = nn.Parameter((conv.weight * factor[:, None, None, None]).detach().contiguous(memory_format=LAST))
        self.bias = nn.Parameter((norm.bias - norm.running_mean * factor).detach())
        self.mask = (self.weight.detach() != 0).float()
        self.high, self.how = 2 ** (WEIGHT_BITS - 1) - 1, {'stride': conv.stride, 'padding': conv.padding}
        self.scale = nn.Parameter(best_scale(self.weight, -self.high, self.high, each=True))
    def forward(self, x):
        w = Rounded.apply(self.weight, self.scale, -self.high, self.high)
        if torch.is_autocast_enabled('cpu') and w.shape[-1] == 3 and self.how['stride'] == (1, 1):
            return Conv3x3Function.apply(x.to(BF16).contiguous(memory_format=LAST), w) + self.bias.to(BF16)[:, None, None]
        return F.conv2d(x, w, self.bias, **self.how)

class WholeLinear(nn.Linear):
    def __init__(self, linear):
        super().__init__(linear.in_features, linear.out_features)
        self.load_state_dict(linear.state_dict()); self.high = 2 ** (WEIGHT_BITS - 1) - 1
        self.scale = nn.Parameter(best_scale(self.weight, -self.high, self.high))
    def forward(self, x):
        return F.linear(x, Rounded.apply(self.weight, self.scale, -self.high, self.high), self.bias)

def in_codes(net):
    """The network with its batch norms fused, and codes for every map that is stored."""
    for parent in list(net.modules()):
        for key, child in list(parent.named_children()):
            if not isinstance(child, nn.Sequential): continue
            layers = []
            for layer in child:
                if isinstance(layer, nn.Conv2d): before = layer
                elif isinstance(layer, nn.BatchNorm2d): layers.append(WholeConv(before, layer))
                else: layers.append(layer)
                if isinstance(layer, (nn.ReLU, Residual)): layers.append(Codes(BITS))
            if key == 'shortcut': layers.append(Codes(BITS, signed=True))
            setattr(parent, key, nn.Sequential(*layers))
    if hasattr(net, 'pool'):
        net.features[-1] = Codes(POOL_BITS); net.pool = Mean(net.pool, net.features[-1])
    net.fc = WholeLinear(net.fc)
    return nn.Sequential(Codes(IMAGE_BITS, scale=1 / (2 ** IMAGE_BITS - 1)), net)

start = os.path.join(out_dir, 'state.pt')
if not os.path.exists(start): raise SystemExit(f'{start} is missing: train.py writes it')
data, net = Cifar(data_dir), build(name)
saved = torch.load(start, weights_only=False)
if saved.get('left'): raise SystemExit(f"{start} has {saved['left']} epochs left: run train.py to its end")
net.load_state_dict(saved['net']); net.eval()
print(json.dumps({'test before': data.accuracy(net)}), flush=True)
net = in_codes(net)
with torch.no_grad(), torch.autocast('cpu', dtype=BF16): net(data.batch(data.order()[:256], 32))
net.train(); whole = [m for m in net.modules() if isinstance(m, WholeConv)]
scales = [m.scale for m in net.modules() if hasattr(m, 'scale') and m.scale.requires_grad]
opt = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0, momentum=0.9, nesterov=True)
file = f'{name}-w{WEIGHT_BITS}a{BITS}'
state_file, done = os.path.join(out_dir, file + '.pt'), 0
if os.path.exists(state_file):
    s = torch.load(state_file, weights_only=False); net.load_state_dict(s['net']); opt.load_state_dict(s['opt']); done = s['epoch']
    data.rng.bit_generator.state = s['rng']
limit = env('STEPS', 0); steps = limit or len(data.images) // BATCH; total = steps * len(SIZES)
if not done: print(json.dumps({'test in codes, not trained': data.accuracy(net)}), flush=True)
for e, size in enumerate(SIZES):
    if e < done: continue
    order, t, loss_sum = data.order(), time.time(), 0
    for b in range(steps):
        for g in opt.param_groups: g['lr'] = cycle(LR, e * steps + b, total, 0.1)
        index = order[b * BATCH:(b + 1) * BATCH]; x = data.batch(index, size)
        with torch.autocast('cpu', dtype=BF16): out = net(x)
        loss = F.cross_entropy(out.float(), data.labels[index], label_smoothing=0.1)
        opt.zero_grad(set_to_none=True); loss.backward()
        for m in whole: m.weight.grad.mul_(m.mask)
        opt.step(); loss_sum += loss.item()
        if not math.isfinite(loss_sum): raise SystemExit('the loss is not finite')
        with torch.no_grad():
            for scale in scales: scale.clamp_(min=1e-8)
    print(json.dumps({'epoch': e + 1, 'size': size, 'loss': round(loss_sum / steps, 4), 'images_per_s': round(steps * BATCH / (time.time() - t)),
                      'test': data.accuracy(net)}), flush=True)
    if limit: continue
    torch.save({'net': net.state_dict(), 'opt': opt.state_dict(), 'epoch': e + 1, 'rng': data.rng.bit_generator.state}, state_file + '.part')
    os.replace(state_file + '.part', state_file)
if not limit: export(net, name, os.path.join(out_dir, file + '.onnx'))
