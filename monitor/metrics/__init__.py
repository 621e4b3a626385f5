"""What Prometheus sees: the current :class:`~monitor.model.World` and the events of this process.

State is written afresh for every World, so a series whose source is gone disappears with it. Events (attempts,
failures, durations) are counted as the daemon tells of them. What the library tells of the process lives in a registry
of its own, never in the global one. ``docs/metrics.md`` lists every metric.
"""

from monitor.metrics.exporter import Exposition, Metrics

__all__ = ["Exposition", "Metrics"]
