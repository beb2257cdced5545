"""VGG16 and ResNet18 on CIFAR-10 in PyTorch, dense and then without most of their weight groups, as a user would bring them.

python3 train.py vgg16|resnet18 DATA_DIR OUT_DIR

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
import torch, torch.nn as nn, torch.nn.functional as F
from cifar import Cifar
from conv import BF16, LAST
from networks import build, export
from settings import cycle, env

name, data_dir, out_dir = sys.argv[1:4]
torch.set_num_threads(env('THREADS', 2)); torch.manual_seed(1)
AMP = env('AMP', 1) == 1
DENSITY, LASSO, COST, BATCH, DECAY = env('DENSITY', {'vgg16': 0.1, 'resnet18': 0.07}[name]), env('LASSO', 1e-3), env('COST', 0.0), 128, 5e-4
STAGES = [('dense', 0.1, [16] * env('D16', 8) + [24] * env('D24', 6) + [32] * env('D32', 14)),
          ('prune', 0.03, [24] * env('P24', 3) + [32] * env('P32', 0)),
          ('tune', 0.05, [24] * env('T24', 1) + [32] * env('T32', 6))]

data, net = Cifar(data_dir), build(name)
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

def new_opt():
    return torch.optim.SGD([{'params': weights, 'weight_decay': DECAY}, {'params': others, 'weight_decay': 0}], lr=0, momentum=0.9, nesterov=True,
                           fused=True)

state_file, done, number, opt = os.path.join(out_dir, 'state.pt'), 0, 0, new_opt()
if os.path.exists(state_file):
    s = torch.load(state_file, weights_only=False); net.load_state_dict(s['net']); masks, done = s['masks'], s['epoch']
    full_masks = [spread(m) for m in masks]
    opt.load_state_dict(s['opt']); data.rng.bit_generator.state = s['rng']; torch.set_rng_state(s['torch_rng'])
limit = env('STEPS', 0); steps = limit or len(data.images) // BATCH
epochs = sum(len(sizes) for _, _, sizes in STAGES)
for stage, peak, sizes in STAGES:
    total = steps * len(sizes)
    for e, size in enumerate(sizes):
        number += 1
        if number <= done: continue
        if e == 0: opt = new_opt()
        order, t, loss_sum = data.order(), time.time(), 0
        for b in range(steps):
            at = e * steps + b
            lr = peak if stage == 'prune' else cycle(peak, at, total, 0.15)
            for g in opt.param_groups: g['lr'] = lr
            index = order[b * BATCH:(b + 1) * BATCH]; x = data.batch(index, size)
            with torch.autocast('cpu', dtype=BF16, enabled=AMP): out = net(x)
            loss = F.cross_entropy(out.float(), data.labels[index], label_smoothing=0.1)
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
                          'density': round(density(), 4), 'test': data.accuracy(net, AMP) if (size == 32 or stage != 'dense') and not limit else None}), flush=True)
        if limit: break
        torch.save({'net': net.state_dict(), 'opt': opt.state_dict(), 'epoch': number, 'rng': data.rng.bit_generator.state,
                    'torch_rng': torch.get_rng_state(), 'masks': masks, 'left': epochs - number}, state_file + '.part')
        os.replace(state_file + '.part', state_file)
        if stage == 'dense' and e == len(sizes) - 1: export(net, name, os.path.join(out_dir, f'{name}-dense.onnx'))
if not limit:
    export(net, name, os.path.join(out_dir, f'{name}-pruned.onnx'))
    uses_now = uses()
    print(json.dumps({'test': data.accuracy(net, AMP), 'groups': [[int(m.sum()), m.numel()] for m in masks],
                      'macs': sum(float(m.sum()) * 256 * u for m, u in zip(masks, uses_now)) / sum(m.numel() * 256 * u for m, u in zip(masks, uses_now))}))
