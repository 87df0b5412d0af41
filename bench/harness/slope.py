"""Whether a figure that was sampled for a while stays where it is."""
from dataclasses import dataclass

# What comes before fills caches, pools and the event log.
WARM_UP_SHARE = 0.25
SAMPLES_MIN = 20


@dataclass(frozen=True)
class Trend:
  """A straight line through the samples after the warm-up, by least squares."""
  per_hour: float
  # Twice the standard error of the slope.
  spread_per_hour: float
  median: float
  samples: int

  def is_flat(self, per_hour_max):
    """A slope within its own uncertainty proves no growth."""
    return self.per_hour - self.spread_per_hour <= per_hour_max


def trend_of(samples):
  """`samples` are pairs of seconds and value, in order. Fewer than SAMPLES_MIN after the warm-up: None."""
  end = samples[-1][0] if samples else 0
  kept = [(at, value) for at, value in samples if at >= end * WARM_UP_SHARE]
  if len(kept) < SAMPLES_MIN:
    return None
  count = len(kept)
  mean_at = sum(at for at, _ in kept) / count
  mean = sum(value for _, value in kept) / count
  spread_at = sum((at - mean_at) ** 2 for at, _ in kept)
  slope = sum((at - mean_at) * (value - mean) for at, value in kept) / spread_at
  left = sum((value - mean - slope * (at - mean_at)) ** 2 for at, value in kept)
  error = (left / (count - 2) / spread_at) ** 0.5
  median = sorted(value for _, value in kept)[count // 2]
  return Trend(slope * 3600, 2 * error * 3600, median, count)
