# Prometheus from Debian, where Docker Hub cannot be reached: the same program, with the public image's paths.
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends prometheus && rm -rf /var/lib/apt/lists/* \
    && install -d -o 65534 -g 65534 /prometheus
VOLUME /prometheus
USER 65534:65534
ENTRYPOINT ["prometheus"]
