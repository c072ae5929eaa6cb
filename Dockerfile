# Gradus with its native parts; `docker compose up --build` runs one container for each process.
FROM node:22-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates g++ python3 python3-pip unzip \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /gradus
ENV GRADUS_CACHE=/opt/gradus-cache
COPY . .
RUN node scripts/setup.mjs
ENTRYPOINT ["node", "bin/gradus.mjs"]
