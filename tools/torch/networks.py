"""VGG16 and ResNet18 for CIFAR-10 (images 3x32x32 of pixel / 255), and their ONNX files."""
import os
import onnx, torch, torch.nn as nn, torch.nn.functional as F
from conv import Conv2d, LAST

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
        self.pool, self.fc = nn.Sequential(nn.AdaptiveAvgPool2d(1)), nn.Linear(512, 10)
    def forward(self, x):
        return self.fc(self.pool(self.features(x)).flatten(1))

def build(name):
    return {'vgg16': VGG16, 'resnet18': ResNet18}[name]().to(memory_format=LAST)

def layer_names(name):
    """Convolutions and the classifier, in the order of the forward pass."""
    if name == 'vgg16': return [f'conv{b + 1}_{i + 1}' for b, n in enumerate((2, 2, 3, 3, 3)) for i in range(n)] + ['fc']
    blocks = [(s, b, n) for s in (1, 2, 3, 4) for b in (1, 2) for n in (['c1', 'c2', 'sc'] if s > 1 and b == 1 else ['c1', 'c2'])]
    return ['conv1'] + [f'l{s}b{b}{n}' for s, b, n in blocks] + ['fc']

def export(net, name, path):
    net.eval(); part = path + '.part'
    torch.onnx.export(net, torch.zeros(1, 3, 32, 32), part, input_names=['image'], output_names=['logits'],
                      dynamic_axes={'image': {0: 'N'}, 'logits': {0: 'N'}}, opset_version=13, do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE)
    model = onnx.load(part); names, pools = iter(layer_names(name)), 0
    for node in model.graph.node:
        if node.op_type in ('Conv', 'Gemm'): node.name = next(names)
        if node.op_type.endswith('Pool'): pools += 1; node.name = f'pool{pools}'
    model.graph.name = name; onnx.save(model, part); os.replace(part, path); net.train()
