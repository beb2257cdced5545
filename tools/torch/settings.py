"""What the trainings here share: settings from the environment, and the rate of a cycle."""
import math, os

def env(key, value):
    """A setting by environment, of its default's type."""
    return type(value)(os.environ.get(key, value))

def cycle(peak, at, total, warm):
    """The rate at step `at` of `total`: up to the peak in the share `warm` of them, and down along half a cosine."""
    warm *= total
    return peak * (at / warm if at < warm else 0.5 * (1 + math.cos(math.pi * (at - warm) / (total - warm))))
