"""VGG16 and ResNet18 on CIFAR-10 in PyTorch, dense and then without most of their weight groups, as a user would bring them.

python3 torch_networks.py vgg16|resnet18 DATA_DIR OUT_DIR

DATA_DIR has CIFAR-10's binary batches. A killed run goes on from OUT_DIR/state.pt, an epoch back at most. Stage "dense": progressive image
sizes, one cycle. Stage "prune": group lasso, and the groups with the least score are removed step by step until DENSITY of the weights is
left. Stage "tune": the rest is trained on. A group is 16 input channels x 16 kernels at one kernel position: what one word-line block of
a MARS macro-op holds at 8-bit weights. The first layer has 3 channels and stays dense. A group's score is its share of the squared weights
of those groups of its layer that are not larger than it is smaller (layer-adaptive, LAMP), divided by (uses of a weight per image)**COST, so that
layers with large maps give more with COST above 0. Writes NAME-dense.onnx and NAME-pruned.onnx; input is pixel / 255.

Settings by environment, with their defaults below: THREADS, AMP (1: bfloat16), DENSITY, LASSO, COST, STEPS (time so many steps of the first
epoch of each stage, and stop), epochs at 16, 24 and 32 pixels of each stage: D16 D24 D32, P24 P32, T24 T32.
"""
import json, math, os, sys, time
import numpy as np
import onnx, torch, torch.nn as nn, torch.nn.functional as F
from torch_conv import Conv2d, LAST

name, data_dir, out_dir = sys.argv[1:4]
env = lambda key, value: type(value)(os.environ.get(key, value))
torch.set_num_threads(env('THREADS', 2)); torch.manual_seed(1); rng = np.random.default_rng(1)
DENSITY, LASSO, COST, BATCH, DECAY = env('DENSITY', {'vgg16': 0.1, 'resnet18': 0.07}[name]), env('LASSO', 1e-3), env('COST', 0.0), 128, 5e-4
STAGES = [('dense', 0.1, [16] * env('D16', 8) + [24] * env('D24', 6) + [32] * env('D32', 14)),
          ('prune', 0.03, [24] * env('P24', 3) + [32] * env('P32', 0)),
          ('tune', 0.05, [24] * env('T24', 1) + [32] * env('T32', 6))]

def conv(c, m, kernel=3, stride=1):
    return [Conv2d(c, m, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(m)]

class VGG16(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks, c = nn.ModuleList(), 3
        for n, m in [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]:
            layers = []
            for _ in range(n):
                layers += [*conv(c, m), nn.ReLU(inplace=True)]; c = m
            self.blocks.append(nn.Sequential(*layers))
        self.fc = nn.Linear(512, 10)
    def forward(self, x):
        for block in self.blocks:
            x = block(x)
            if x.shape[-1] >= 2: x = F.max_pool2d(x, 2)
        return self.fc(x.flatten(1))

class Residual(nn.Module):
    def __init__(self, c, m, stride):
        super().__init__()
        self.body = nn.Sequential(*conv(c, m, 3, stride), nn.ReLU(inplace=True), *conv(m, m))
        self.shortcut = nn.Sequential(*conv(c, m, 1, stride)) if stride > 1 else nn.Identity()
    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))

class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2), (512, 512, 1)]
        self.features = nn.Sequential(*conv(3, 64), nn.ReLU(inplace=True), *[Residual(*s) for s in sizes])
        self.fc = nn.Linear(512, 10)
    def forward(self, x):
        return self.fc(F.adaptive_avg_pool2d(self.features(x), 1).flatten(1))

def load(files):
    raw = np.concatenate([np.fromfile(os.path.join(data_dir, f), np.uint8).reshape(-1, 3073) for f in files])
    return torch.from_numpy(raw[:, 1:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(raw[:, 0].astype(np.int64))
(train_images, train_labels), (test_images, test_labels) = load([f'data_batch_{i}.bin' for i in range(1, 6)]), load(['test_batch.bin'])

net = {'vgg16': VGG16, 'resnet18': ResNet18}[name]().to(memory_format=LAST)
grouped = [m for m in net.modules() if isinstance(m, nn.Conv2d) and m.in_channels % 16 == 0]
weights = [p for p in net.parameters() if p.dim() > 1]; others = [p for p in net.parameters() if p.dim() <= 1]
total_weights = sum(p.numel() for p in weights)

def squares(w):  # of each group: [kernel blocks, channel blocks, rows, columns]
    m, c, kh, kw = w.shape
    return w.detach().contiguous().reshape(m // 16, 16, c // 16, 16, kh, kw).pow(2).sum((1, 3))
def spread(groups):  # to the weights, as they lie in memory
    return groups.repeat_interleave(16, 0).repeat_interleave(16, 1).contiguous(memory_format=LAST)
masks = [torch.ones_like(squares(c.weight)) for c in grouped]
full_masks = [spread(m) for m in masks]

def uses():  # of a weight per image of 32 pixels: the pixels of the layer's output
    seen, hooks = [], [c.register_forward_hook(lambda m, i, o: seen.append(o.shape[-1] * o.shape[-2])) for c in grouped]
    net.eval()
    with torch.no_grad(): net(torch.zeros(1, 3, 32, 32))
    net.train(); [h.remove() for h in hooks]
    return seen  # in the order of the forward pass, which is that of net.modules() in both networks
def density():
    kept = total_weights - sum(int((m == 0).sum()) * 256 for m in masks)
    return kept / total_weights
def prune_to(target, opt):
    global full_masks
    scores = []
    for c, mask, used in zip(grouped, masks, uses()):
        flat, order = (squares(c.weight) * mask).flatten().sort(descending=True)
        score = torch.empty_like(flat); score[order] = flat / flat.cumsum(0)
        scores.append(score.nan_to_num(0) * mask.flatten() / used ** COST)
    fixed = total_weights - sum(m.numel() * 256 for m in masks)
    keep, every = int((target * total_weights - fixed) / 256), torch.cat(scores)
    limit = every.sort(descending=True).values[min(keep, len(every) - 1)]
    for i, s in enumerate(scores): masks[i] = ((s > limit).float() * masks[i].flatten()).reshape(masks[i].shape)
    full_masks = [spread(m) for m in masks]
    with torch.no_grad():
        for c, mask in zip(grouped, full_masks):
            c.weight.mul_(mask)
            if 'momentum_buffer' in opt.state.get(c.weight, {}): opt.state[c.weight]['momentum_buffer'].mul_(mask)
def mask_gradients():  # weights and momentum of pruned groups are zero and stay so
    for c, mask in zip(grouped, full_masks): c.weight.grad.mul_(mask)
def lasso(step):
    with torch.no_grad():
        for c in grouped: c.weight.mul_(spread(F.relu(1 - step / (squares(c.weight).sqrt() + 1e-12))))

rows, columns = np.arange(32)[None, None, :, None], np.arange(32)[None, None, None, :]
padded_images = F.pad(train_images, (4, 4, 4, 4)).numpy()
def batch_of(index, size):
    dy, dx, flip = rng.integers(0, 9, (len(index), 1, 1, 1)), rng.integers(0, 9, (len(index), 1, 1, 1)), rng.random((len(index), 1, 1, 1)) < 0.5
    across = np.where(flip, 31 - columns, columns) + dx
    x = torch.from_numpy(padded_images[index.numpy()[:, None, None, None], np.arange(3)[None, :, None, None], rows + dy, across]).float().div_(255)
    if size != 32: x = F.interpolate(x, size=(size, size), mode='bilinear', antialias=True, align_corners=False)
    return x.contiguous(memory_format=LAST)
amp = lambda: torch.autocast('cpu', dtype=torch.bfloat16, enabled=env('AMP', 1) == 1)
def test():
    net.eval(); right = 0
    with torch.no_grad(), amp():
        for i in range(0, len(test_images), 250):
            x = test_images[i:i + 250].float().div_(255).contiguous(memory_format=LAST)
            right += (net(x).argmax(1) == test_labels[i:i + 250]).sum().item()
    net.train(); return right / len(test_images)
def layer_names():  # of convolutions and the classifier, in the order of the forward pass
    if name == 'vgg16': return [f'conv{b + 1}_{i + 1}' for b, n in enumerate((2, 2, 3, 3, 3)) for i in range(n)] + ['fc']
    blocks = [(s, b, n) for s in (1, 2, 3, 4) for b in (1, 2) for n in (['c1', 'c2', 'sc'] if s > 1 and b == 1 else ['c1', 'c2'])]
    return ['conv1'] + [f'l{s}b{b}{n}' for s, b, n in blocks] + ['fc']
def export(file):
    net.eval(); path = os.path.join(out_dir, file)
    torch.onnx.export(net, torch.zeros(1, 3, 32, 32), path, input_names=['image'], output_names=['logits'],
                      dynamic_axes={'image': {0: 'N'}, 'logits': {0: 'N'}}, opset_version=13, do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE)
    model = onnx.load(path); names, pools = iter(layer_names()), 0
    for node in model.graph.node:
        if node.op_type in ('Conv', 'Gemm'): node.name = next(names)
        if node.op_type.endswith('Pool'): pools += 1; node.name = f'pool{pools}'
    model.graph.name = name; onnx.save(model, path); net.train()
def new_opt():
    return torch.optim.SGD([{'params': weights, 'weight_decay': DECAY}, {'params': others, 'weight_decay': 0}], lr=0, momentum=0.9, nesterov=True,
                           fused=True)

state_file, done, number, opt = os.path.join(out_dir, 'state.pt'), 0, 0, new_opt()
if os.path.exists(state_file):
    s = torch.load(state_file, weights_only=False); net.load_state_dict(s['net']); masks, done = s['masks'], s['epoch']
    full_masks = [spread(m) for m in masks]
    opt.load_state_dict(s['opt']); rng.bit_generator.state = s['rng']; torch.set_rng_state(s['torch_rng'])
limit = env('STEPS', 0); steps = limit or len(train_images) // BATCH
for stage, peak, sizes in STAGES:
    total = steps * len(sizes)
    for e, size in enumerate(sizes):
        number += 1
        if number <= done: continue
        if e == 0: opt = new_opt()
        order, t, loss_sum = torch.from_numpy(rng.permutation(len(train_images))), time.time(), 0
        for b in range(steps):
            at, warm = e * steps + b, 0.15 * total
            lr = peak if stage == 'prune' else peak * (at / warm if at < warm else 0.5 * (1 + math.cos(math.pi * (at - warm) / (total - warm))))
            for g in opt.param_groups: g['lr'] = lr
            index = order[b * BATCH:(b + 1) * BATCH]; x = batch_of(index, size)
            with amp(): out = net(x)
            loss = F.cross_entropy(out.float(), train_labels[index], label_smoothing=0.1)
            opt.zero_grad(set_to_none=True); loss.backward()
            if stage != 'dense': mask_gradients()
            opt.step(); loss_sum += loss.item()
            if not math.isfinite(loss_sum): raise SystemExit('the loss is not finite')
            if stage == 'prune':
                if at % 4 == 3: lasso(4 * lr * LASSO)
                if at % 50 == 49 or at == total - 1:
                    share = min(1, (at + 1) / (0.9 * total)); prune_to(DENSITY + (1 - DENSITY) * (1 - share) ** 3, opt)
        s = time.time() - t
        print(json.dumps({'stage': stage, 'epoch': number, 'size': size, 'loss': round(loss_sum / steps, 4), 'images_per_s': round(steps * BATCH / s),
                          'density': round(density(), 4), 'test': test() if (size == 32 or stage != 'dense') and not limit else None}), flush=True)
        if limit: break
        torch.save({'net': net.state_dict(), 'opt': opt.state_dict(), 'epoch': number, 'rng': rng.bit_generator.state,
                    'torch_rng': torch.get_rng_state(), 'masks': masks}, state_file + '.part')
        os.replace(state_file + '.part', state_file)
        if stage == 'dense' and e == len(sizes) - 1: export(f'{name}-dense.onnx')
if not limit:
    export(f'{name}-pruned.onnx')
    uses_now = uses()
    print(json.dumps({'test': test(), 'groups': [[int(m.sum()), m.numel()] for m in masks],
                      'macs': sum(float(m.sum()) * 256 * u for m, u in zip(masks, uses_now)) / sum(m.numel() * 256 * u for m, u in zip(masks, uses_now))}))
