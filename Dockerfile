# One image for every service: docker-compose.yml names the program. Node 24, not root, production
# dependencies only.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json .swcrc ./
COPY libs libs
COPY apps apps
COPY scripts/manifest.mjs scripts/
# Signed by a release key where there is one (docker build --secret id=build_key,src=FILE), else by a key
# of this build that no image holds.
RUN --mount=type=secret,id=build_key node node_modules/@nestjs/cli/bin/nest.js build --all \
  && if [ -f /run/secrets/build_key ]; then export BUILD_KEY_FILE=/run/secrets/build_key; fi \
  && node scripts/manifest.mjs

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

FROM node:24-bookworm-slim
ENV NODE_ENV=production PINFOLD_DATA_DIR=/data PINFOLD_LOG=json
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY bin/pinfold.mjs bin/
COPY scripts/prepare.mjs scripts/manifest.mjs scripts/
RUN install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
# The services listen on the loopback address, so the check runs inside the container.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PINFOLD_HTTP_PORT || 8080}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "bin/pinfold.mjs", "start"]
