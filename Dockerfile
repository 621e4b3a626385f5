# The monitor alone: no build tools, no root, nothing written outside /var/lib/reserve-monitor.
ARG PYTHON=3.12-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /build
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock requirements-postgresql.lock ./
RUN pip install --require-hashes -r requirements.lock -r requirements-postgresql.lock
COPY pyproject.toml README.md LICENSE ./
COPY monitor ./monitor
RUN pip install --no-deps . && find /opt/venv -name __pycache__ -prune -exec rm -rf {} +

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="reserve-monitor" \
      org.opencontainers.image.description="Watches whether a crypto exchange still holds what it owes" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 9876 --home-dir /var/lib/reserve-monitor --create-home monitor
COPY --from=build /opt/venv /opt/venv
COPY config/okx.yaml /etc/reserve-monitor/config.yaml
COPY config/networks.yaml /etc/reserve-monitor/networks.yaml
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=1
USER monitor
WORKDIR /var/lib/reserve-monitor
VOLUME /var/lib/reserve-monitor
EXPOSE 9876
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9876/-/healthy', timeout=4)"]
ENTRYPOINT ["reserve-monitor"]
CMD ["run", "--config", "/etc/reserve-monitor/config.yaml"]
