# Two images from one file:
#
#   docker build --target program -t letterform .       the program and the roots of trust, nothing else (the default)
#   docker build --target ci      -t letterform:ci .    with sh, curl, jq and git, for the jobs of a CI system

ARG RUST_VERSION=1.95
ARG DEBIAN=trixie

FROM rust:${RUST_VERSION}-slim-${DEBIAN} AS build
# The C compiler of musl is for ring; the certificates are the roots that the program trusts.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates musl-tools \
    && rm -rf /var/lib/apt/lists/* \
    && rustup target add "$(uname -m)-unknown-linux-musl"
WORKDIR /source
# The dependencies are a layer of their own: it is rebuilt only when these two files change.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src \
    && echo 'fn main() {}' >src/main.rs \
    && touch src/lib.rs \
    && cargo build --release --locked --target "$(uname -m)-unknown-linux-musl" \
    && rm -r src
COPY src src
# The folders of the image, with the rights that they have there. A library of another time is not rebuilt by itself.
RUN touch src/main.rs src/lib.rs \
    && cargo build --release --locked --target "$(uname -m)-unknown-linux-musl" \
    && mkdir -p /image/usr/local/bin /image/etc/ssl/certs /image/home/letterform /image/letters \
    && install -d -m 1777 /image/tmp \
    && cp "target/$(uname -m)-unknown-linux-musl/release/letterform" /image/usr/local/bin/ \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
    && echo 'letterform:x:65532:65532::/home/letterform:/sbin/nologin' >/image/etc/passwd \
    && echo 'letterform:x:65532:' >/image/etc/group \
    && chown -R 65532:65532 /image/home/letterform /image/letters
COPY LICENSE-MIT LICENSE-APACHE /image/usr/local/share/doc/letterform/

FROM debian:${DEBIAN}-slim AS ci
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl git jq \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*'
COPY --from=build /image/usr/local /usr/local
COPY --chmod=755 ci/letterform-ci.sh ci/comment.sh /usr/local/lib/letterform/
LABEL org.opencontainers.image.title="letterform for CI" \
      org.opencontainers.image.description="letterform with sh, curl, jq and git" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
# Root, as the runners want it: they mount folders of a user of theirs, whose files a job in a container must be able to write
# (GITHUB_OUTPUT, the checkout), and git must not refuse to read what belongs to another.
WORKDIR /letters
CMD ["letterform", "--help"]

FROM scratch AS program
COPY --from=build /image /
LABEL org.opencontainers.image.title="letterform" \
      org.opencontainers.image.description="Letters of Authorization for Alibaba Cloud SMS as code" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
ENV HOME=/home/letterform
USER 65532:65532
WORKDIR /letters
ENTRYPOINT ["/usr/local/bin/letterform"]
