# One image a service: docker build --build-arg IMAGE=registry --tag greenwatch/registry .
# IMAGE is any name of infra/src/images/image-plan.ts: a service, gateway, demo, operations.
# The same lay-out without Docker: npm run images.
ARG BUILD_BASE=node:24-bookworm
# Any base with node on PATH or in /nodejs/bin (distroless) and glibc.
ARG RUN_BASE=node:24-bookworm-slim

# The manifests alone: packages are installed again only when one of them changed.
FROM ${BUILD_BASE} AS manifests
WORKDIR /src
COPY . .
RUN mkdir /manifests \
  && find . -name package.json -print0 | tar --create --null --files-from=- package-lock.json .npmrc \
  | tar --extract --directory=/manifests

FROM ${BUILD_BASE} AS build
WORKDIR /src
COPY --from=manifests /manifests .
RUN npm ci --include=dev
COPY . .
RUN npm run build

FROM build AS layout
ARG IMAGE
RUN node infra/dist/images/lay-out.js "${IMAGE}" /layout

FROM ${RUN_BASE}
ARG IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Greenwatch ${IMAGE}" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.licenses="Apache-2.0"
# From what changes least: the first layer is the same in every image.
COPY --from=layout /layout/shared/ /
COPY --from=layout /layout/further/ /
COPY --from=layout /layout/own/ /
WORKDIR /app
ENV PATH=${PATH}:/nodejs/bin \
  NODE_ENV=production \
  NODE_OPTIONS="--enable-source-maps --max-semi-space-size=32"
# Files belong to root and nothing is written but /tmp: the root file system may be read-only.
USER 1000:1000
ENTRYPOINT ["node"]
CMD ["main.js"]
