"""What Prometheus sees: a function of the :class:`~monitor.model.World`, and what the library tells of this process.

Every World is written afresh, so a series whose source is gone disappears with it. The library's registry is one of its
own, never the global one. ``docs/metrics.md`` lists every metric.
"""

from monitor.metrics.exporter import Exposition, Metrics, Rendered

__all__ = ["Exposition", "Metrics", "Rendered"]
