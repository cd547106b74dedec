# syntax=docker/dockerfile:1
# One image for the three apps and the migration: the command says which.
FROM node:22-bookworm-slim AS build
WORKDIR /app
ENV TURBO_TELEMETRY_DISABLED=1
COPY package.json package-lock.json .npmrc ./
COPY packages/core/package.json packages/core/
COPY packages/ml/package.json packages/ml/
COPY packages/infra/package.json packages/infra/
COPY plugins/premier-league/package.json plugins/premier-league/
COPY apps/gateway/package.json apps/gateway/
COPY apps/trigger-monitor/package.json apps/trigger-monitor/
COPY apps/trainer/package.json apps/trainer/
COPY apps/cli/package.json apps/cli/
RUN npm ci --loglevel=error
COPY tsconfig.base.json turbo.json ./
COPY packages packages
COPY plugins plugins
COPY apps apps
RUN npx turbo run build
# What runs needs neither the tools nor an embedded Postgres, and onnxruntime brings every platform's library.
RUN npm prune --omit=dev --omit=optional --loglevel=error \
  && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 ! -name linux -exec rm -rf {} + \
  && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 ! -name "$(node -p process.arch)" -exec rm -rf {} + \
  && find node_modules/vega-datasets/data -type f ! -name football.json -delete \
  && find packages plugins apps \( -name src -o -name '*.spec.*' -o -name .turbo -o -name tsconfig.json \) \
    -not -path '*/node_modules/*' -prune -exec rm -rf {} +

FROM node:22-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/plugins plugins
COPY --from=build /app/apps apps
COPY config config
RUN mkdir -p .retrain models evaluation_reports && chown node:node .retrain models evaluation_reports
USER node
EXPOSE 8000 8001 8002
CMD ["node", "apps/gateway/dist/main.js"]
