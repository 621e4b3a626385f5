"""What Prometheus sees: the current :class:`~monitor.model.World` and the events of this process.

State is yielded afresh from the World by a collector, so a series whose source is gone disappears with it. Events
(attempts, failures, durations) are counted by instruments that the daemon calls. Both live in a registry of their own,
never in the library's global one. ``docs/metrics.md`` lists every metric.
"""

from monitor.metrics.exporter import Exposition, Metrics

__all__ = ["Exposition", "Metrics"]
