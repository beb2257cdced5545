"""VGG16 on CIFAR-10 in PyTorch, dense and then without 90 % of its weight groups, as a user would bring it.

python3 torch_vgg16.py DATA_DIR OUT_DIR   (goes on from OUT_DIR/state.pt; DATA_DIR has CIFAR-10's binary batches)

Stage "dense": progressive image sizes, one cycle. Stage "prune": group lasso, and the groups with the least layer-adaptive score
are removed step by step until DENSITY of the weights is left. Stage "tune": the rest is trained on. A group is 16 input channels x
16 kernels at one kernel position: what one word-line block of a MARS macro-op holds at 8-bit weights. The first
layer has 3 channels and stays dense. Writes vgg16-dense.onnx and vgg16-pruned.onnx; input is pixel / 255.
"""
import json, math, os, sys, time
import numpy as np
import torch, torch.nn as nn, torch.nn.functional as F

data_dir, out_dir = sys.argv[1:3]
env = lambda name, value: type(value)(os.environ.get(name, value))
torch.set_num_threads(env('THREADS', 2)); torch.manual_seed(1); rng = np.random.default_rng(1)
DENSITY, LASSO, BATCH, DECAY = env('DENSITY', 0.1), env('LASSO', 1e-3), 128, 5e-4
stages = [('dense', 0.1, [16] * env('D16', 6) + [24] * env('D24', 3) + [32] * env('D32', 4)),
          ('prune', 0.03, [24] * env('P24', 4)),
          ('tune', 0.05, [24] * env('T24', 1) + [32] * env('T32', 3))]

class VGG16(nn.Module):
    def __init__(s, classes=10):
        super().__init__()
        s.blocks = nn.ModuleList(); c = 3
        for n, m in [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]:
            layers = []
            for _ in range(n):
                layers += [nn.Conv2d(c, m, 3, padding=1, bias=False), nn.BatchNorm2d(m), nn.ReLU(inplace=True)]; c = m
            s.blocks.append(nn.Sequential(*layers))
        s.fc = nn.Linear(512, classes)
    def forward(s, x):
        for b in s.blocks:
            x = b(x)
            if x.shape[-1] >= 2: x = F.max_pool2d(x, 2)
        return s.fc(x.flatten(1))

def load(files):
    raw = np.concatenate([np.fromfile(os.path.join(data_dir, f), np.uint8).reshape(-1, 3073) for f in files])
    return torch.from_numpy(raw[:, 1:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(raw[:, 0].astype(np.int64))
xtr, ytr = load([f'data_batch_{i}.bin' for i in range(1, 6)]); xte, yte = load(['test_batch.bin'])

net = VGG16().to(memory_format=torch.channels_last)
convs = [m for m in net.modules() if isinstance(m, nn.Conv2d)]
pruned = convs[1:]
masks = [torch.ones(c.out_channels // 16, c.in_channels // 16, 3, 3) for c in pruned]
weights = [p for p in net.parameters() if p.dim() > 1]; rest = [p for p in net.parameters() if p.dim() <= 1]
total_weights = sum(p.numel() for p in weights)

def norms2(w):  # squared norm of each group: [kernel blocks, channel blocks, 3, 3]
    m, c = w.shape[:2]
    return w.reshape(m // 16, 16, c // 16, 16, 3, 3).pow(2).sum((1, 3))
def spread(g):  # groups to weights
    return g.repeat_interleave(16, 0).repeat_interleave(16, 1)
def density():
    kept = sum(p.numel() for p in weights) - sum(int((mask == 0).sum()) * 256 for mask in masks)
    return kept / total_weights
def prune_to(target):
    scores = []
    for c, mask in zip(pruned, masks):
        n = norms2(c.weight.detach().contiguous()) * mask
        flat, order = n.flatten().sort(descending=True)
        score = torch.empty_like(flat); score[order] = flat / flat.cumsum(0)  # LAMP: share among the groups not smaller
        scores.append(score.nan_to_num(0) * mask.flatten())
    fixed = total_weights - sum(m.numel() * 256 for m in masks)
    keep = int((target * total_weights - fixed) / 256)
    every = torch.cat(scores); limit = every.sort(descending=True).values[min(keep, len(every) - 1)]
    for i, s in enumerate(scores):
        masks[i] = ((s > limit).float() * masks[i].flatten()).reshape(masks[i].shape)
def apply_masks(opt):
    with torch.no_grad():
        for c, mask in zip(pruned, masks):
            s = spread(mask); c.weight.mul_(s)
            if 'momentum_buffer' in opt.state.get(c.weight, {}): opt.state[c.weight]['momentum_buffer'].mul_(s)
def lasso(step):
    with torch.no_grad():
        for c, mask in zip(pruned, masks):
            n = norms2(c.weight.contiguous()).sqrt()
            c.weight.mul_(spread(F.relu(1 - step / (n + 1e-12)) * mask))

def batch_of(idx, size):
    pad = F.pad(xtr[idx], (4, 4, 4, 4)); parts = []
    for p in pad.chunk(8):  # one shift per eighth of a batch
        dx, dy = rng.integers(0, 9, 2); parts.append(p[:, :, dy:dy + 32, dx:dx + 32])
    x = torch.cat(parts).float().div_(255); flip = torch.from_numpy(rng.random(len(x)) < 0.5)
    x[flip] = x[flip].flip(3)
    if size != 32: x = F.interpolate(x, size=(size, size), mode='bilinear', antialias=True, align_corners=False)
    return x.contiguous(memory_format=torch.channels_last)
amp = lambda: torch.autocast('cpu', dtype=torch.bfloat16, enabled=env('AMP', 1) == 1)
def test():
    net.eval(); right = 0
    with torch.no_grad(), amp():
        for i in range(0, len(xte), 250):
            x = xte[i:i + 250].float().div_(255).contiguous(memory_format=torch.channels_last)
            right += (net(x).argmax(1) == yte[i:i + 250]).sum().item()
    net.train(); return right / len(xte)
def export(name):
    net.eval()
    torch.onnx.export(net, torch.zeros(1, 3, 32, 32), os.path.join(out_dir, name), input_names=['image'], output_names=['logits'],
                      dynamic_axes={'image': {0: 'N'}, 'logits': {0: 'N'}}, opset_version=13, do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE)
    net.train()

state_file = os.path.join(out_dir, 'state.pt'); done = 0
def new_opt():
    return torch.optim.SGD([{'params': weights, 'weight_decay': DECAY}, {'params': rest, 'weight_decay': 0}], lr=0, momentum=0.9, nesterov=True)
opt = new_opt()
if os.path.exists(state_file):
    s = torch.load(state_file, weights_only=False); net.load_state_dict(s['net']); masks = s['masks']; done = s['epoch']
    opt.load_state_dict(s['opt']); rng.bit_generator.state = s['rng']
limit = env('STEPS', 0); steps = limit or len(xtr) // BATCH; number = 0
for stage, peak, sizes in stages:
    total = steps * len(sizes)
    for e, size in enumerate(sizes):
        number += 1
        if number <= done: continue
        if e == 0: opt = new_opt()
        order = torch.from_numpy(rng.permutation(len(xtr))); t = time.time(); loss_sum = 0
        for b in range(steps):
            at = e * steps + b; warm = 0.15 * total
            lr = peak * (at / warm if at < warm else 0.5 * (1 + math.cos(math.pi * (at - warm) / (total - warm))))
            if stage == 'prune': lr = peak
            for g in opt.param_groups: g['lr'] = lr
            idx = order[b * BATCH:(b + 1) * BATCH]; x = batch_of(idx, size)
            with amp(): out = net(x)
            loss = F.cross_entropy(out.float(), ytr[idx], label_smoothing=0.1)
            opt.zero_grad(set_to_none=True); loss.backward(); opt.step(); loss_sum += loss.item()
            if not math.isfinite(loss_sum): raise SystemExit('the loss is not finite')
            if stage == 'prune':
                lasso(lr * LASSO)
                if at % 50 == 49 or at == total - 1:
                    share = min(1, (at + 1) / (0.9 * total)); prune_to(DENSITY + (1 - DENSITY) * (1 - share) ** 3)
            if stage != 'dense': apply_masks(opt)
        s = time.time() - t
        print(json.dumps({'stage': stage, 'epoch': number, 'size': size, 'loss': round(loss_sum / steps, 4), 'images_per_s': round(steps * BATCH / s),
                          'density': round(density(), 4), 'test': test() if (size == 32 or stage != 'dense') and not limit else None}), flush=True)
        if limit: break
        torch.save({'net': net.state_dict(), 'opt': opt.state_dict(), 'epoch': number, 'rng': rng.bit_generator.state, 'masks': masks}, state_file + '.part')
        os.replace(state_file + '.part', state_file)
        if stage == 'dense' and e == len(sizes) - 1: export('vgg16-dense.onnx'); torch.save(net.state_dict(), os.path.join(out_dir, 'dense.pt'))
if not limit: export('vgg16-pruned.onnx'); print('test', test())
