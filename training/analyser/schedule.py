"""A schedule that is planned in steps, so that the learning rate has decayed when training ends."""

import math


def learning_rate(step: int, steps: int, *, peak: float, warmup: int) -> float:
    """Rise linearly to *peak* in *warmup* steps, then fall as a half cosine to nearly nothing at *steps*."""
    if step < warmup:
        return peak * (step + 1) / warmup
    done = (step - warmup) / max(1, steps - warmup)
    return peak * max(0.005, 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def batch_words(step: int, steps: int, *, first: int, last: int) -> int:
    """Grow the words of a batch geometrically over the first half of training."""
    share = min(1.0, 2 * step / steps)
    return round(first * math.pow(last / first, share))
