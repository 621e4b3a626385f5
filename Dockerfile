# The monitor alone: no build tools, no root, nothing written outside /var/lib/reserve-monitor. docs/running.md tells how
# to run it. BASE may be any image with Python as `python`, its venv, and CA certificates.
ARG BASE=python:3.13-slim-trixie

FROM ${BASE} AS build
WORKDIR /build
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock requirements-postgresql.lock ./
RUN pip install --only-binary :all: --require-hashes \
    -r requirements.lock -r requirements-postgresql.lock
COPY pyproject.toml README.md LICENSE ./
COPY monitor ./monitor
RUN pip install --no-deps --no-build-isolation . && pip uninstall --yes setuptools pip \
    && find /opt/venv -name __pycache__ -prune -exec rm -rf {} +

FROM ${BASE}
ARG REVISION=
LABEL org.opencontainers.image.title="reserve-monitor" \
      org.opencontainers.image.description="Watches, day and night, whether a crypto exchange still holds what it owes" \
      org.opencontainers.image.version="0.2.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 9876 --user-group --home-dir /var/lib/reserve-monitor --create-home --shell /usr/sbin/nologin monitor
COPY --from=build /opt/venv /opt/venv
COPY config/*.yaml /etc/reserve-monitor/
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=1 \
    POR_CONFIG=/etc/reserve-monitor/okx.yaml POR_LISTEN=0.0.0.0:9876
USER 9876
WORKDIR /var/lib/reserve-monitor
VOLUME /var/lib/reserve-monitor
EXPOSE 9876
# A configuration that is broken on disk (status 2) says nothing about the monitor that watches on by the one before it.
HEALTHCHECK --interval=1m --timeout=10s --start-period=1m CMD reserve-monitor healthy || [ $? -eq 2 ]
ENTRYPOINT ["reserve-monitor"]
CMD ["run"]
