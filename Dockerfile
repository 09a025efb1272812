# The relay in a container: `docker build -t airelay .` (docs/self-hosting.md).
# Nothing is compiled and nothing comes without its hash; the build needs no BuildKit.

FROM python:3.13-slim-trixie AS build
WORKDIR /app
COPY requirements-serve.txt ./
RUN python -m venv --without-pip /app/venv \
 && python -m pip --python /app/venv/bin/python install --no-cache-dir --disable-pip-version-check \
    --no-deps --require-hashes --only-binary :all: -r requirements-serve.txt \
 && rm requirements-serve.txt
# What the wheel is: `src` under the name airelay.
COPY src/ lib/airelay/
RUN printf '#!/app/venv/bin/python\nfrom airelay.entrypoints.cli import main\n\nmain()\n' \
    > /app/venv/bin/airelay \
 && chmod 0755 /app/venv/bin/airelay \
 && python -m compileall -q -j 0 /app/lib /app/venv/lib \
 && mkdir -m 0700 /data && mkdir /config

FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="AI Relay" \
      org.opencontainers.image.description="One OpenAI-compatible endpoint in front of many providers and many keys." \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /app /app
COPY --from=build --chown=10001:10001 /data /data
COPY --from=build /config /config
COPY LICENSE /app/
# No RELAY_PORT: platforms that say where to listen say PORT, and RELAY_PORT would go over it.
ENV PATH=/app/venv/bin:$PATH \
    PYTHONPATH=/app/lib \
    PYTHONDONTWRITEBYTECODE=1 \
    RELAY_HOST=0.0.0.0 \
    RELAY_DATA_DIR=/data \
    RELAY_LOG=json
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
# relay.toml is read from here, where one is mounted. Only /data is written to.
WORKDIR /config
VOLUME ["/data"]
EXPOSE 8787
# In good order: streams under way have RELAY_GRACE_SECONDS. Give the container 30 s more than that.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-m", "airelay.entrypoints.alive"]
ENTRYPOINT ["airelay"]
CMD ["serve"]
