"""CIFAR-10 from its binary batches: batches that are cropped and flipped, at any size, and the accuracy on the 10,000 test images."""
import os
import numpy as np
import torch, torch.nn.functional as F
from conv import BF16, LAST

rows, columns = np.arange(32)[None, None, :, None], np.arange(32)[None, None, None, :]

class Cifar:
    def __init__(self, folder, seed=1):
        self.rng = np.random.default_rng(seed)
        self.images, self.labels = self.load(folder, [f'data_batch_{i}.bin' for i in range(1, 6)])
        self.test_images, self.test_labels = self.load(folder, ['test_batch.bin'])
        self.padded = F.pad(self.images, (4, 4, 4, 4)).numpy()

    @staticmethod
    def load(folder, files):
        raw = np.concatenate([np.fromfile(os.path.join(folder, f), np.uint8).reshape(-1, 3073) for f in files])
        return torch.from_numpy(raw[:, 1:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(raw[:, 0].astype(np.int64))

    def order(self):
        """All training images, in the order of an epoch."""
        return torch.from_numpy(self.rng.permutation(len(self.images)))

    def batch(self, index, size):
        """Images of pixel / 255, moved by up to 4 pixels and mirrored, `size` pixels a side."""
        rng = self.rng
        dy, dx, flip = rng.integers(0, 9, (len(index), 1, 1, 1)), rng.integers(0, 9, (len(index), 1, 1, 1)), rng.random((len(index), 1, 1, 1)) < 0.5
        across = np.where(flip, 31 - columns, columns) + dx
        x = torch.from_numpy(self.padded[index.numpy()[:, None, None, None], np.arange(3)[None, :, None, None], rows + dy, across]).float().div_(255)
        if size != 32: x = F.interpolate(x, size=(size, size), mode='bilinear', antialias=True, align_corners=False)
        return x.contiguous(memory_format=LAST)

    def accuracy(self, net, amp=True):
        net.eval(); right = 0
        with torch.no_grad(), torch.autocast('cpu', dtype=BF16, enabled=amp):
            for i in range(0, len(self.test_images), 250):
                x = self.test_images[i:i + 250].float().div_(255).contiguous(memory_format=LAST)
                right += (net(x).argmax(1) == self.test_labels[i:i + 250]).sum().item()
        net.train(); return right / len(self.test_images)
