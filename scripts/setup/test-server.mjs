/** For tests: Temporal's server that skips time, so that a bake of 14 days takes a second. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PartMissing } from './listing.mjs';
import { cache, machine, scratch, sha256 } from './places.mjs';
import { kill, onPath, reachable, run } from './processes.mjs';
import { sdkDownload, sdkHost } from './sdk-download.mjs';

const version = '1.32.0';
const program = 'temporal-test-server';
/** Over the names and digests of all its jars, sorted by name. */
const jarsDigest = '277a23c2fed0eb564ad4c78af2613da253e634354503ff6423c6918dd0c13970';
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

export const testServer = {
  id: 'testServer',
  name: 'time-skipping server',
  key: () => machine,
  async make({ say, after }) {
    const folder = join(cache, program, `${version}-${machine}`);
    const path = join(folder, program);
    if (existsSync(path) && (await starts(path))) return describe(path, 'cached');

    const fresh = join(scratch, program);
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    const how = await obtain(fresh, say, after);
    say('starting it once');
    if (!(await starts(join(fresh, program)))) {
      throw new PartMissing(
        'the time-skipping test server does not start',
        'install Java 11 or later (Debian, Ubuntu: apt-get install default-jre)',
      );
    }
    await mkdir(join(cache, program), { recursive: true });
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
    return describe(path, how);
  },
};

function describe(path, how) {
  return { name: 'time-skipping server', how, files: [path], values: { timeSkippingServer: path } };
}

async function obtain(fresh, say, after) {
  if (await reachable(sdkHost)) {
    await after('packages');
    say('the SDK downloads it');
    try {
      await sdkDownload('createTimeSkipping', fresh, program);
      return "the SDK's download";
    } catch {
      // Maven is the other way; if that fails too, its message says enough.
    }
  }
  say('Maven');
  await fromMaven(fresh);
  return 'Maven, sha256 ok';
}

async function fromMaven(fresh) {
  const maven = onPath('mvn');
  if (!maven || !onPath('java')) {
    throw new PartMissing(
      'the tests need the time-skipping Temporal server',
      `connect to ${sdkHost}, or install Java 11 or later and Maven (Debian, Ubuntu: apt-get install maven)`,
    );
  }
  const pom = join(scratch, 'pom.xml');
  await writeFile(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>gradus</groupId><artifactId>test-server</artifactId><version>1</version><dependencies><dependency>
<groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>${version}</version>
</dependency></dependencies></project>`,
  );
  const jars = join(fresh, 'lib');
  try {
    await run(maven, ['-B', '-q', '-f', pom, plugin, '-DincludeScope=runtime', `-DoutputDirectory=${jars}`]);
  } catch (error) {
    throw new PartMissing(
      'Maven could not download the time-skipping server',
      'connect to Maven Central, or name your mirror in ~/.m2/settings.xml',
      error.output,
    );
  }
  const names = (await readdir(jars)).sort();
  const lines = await Promise.all(names.map(async (name) => `${sha256(await readFile(join(jars, name)))}  ${name}\n`));
  const digest = sha256(lines.join(''));
  if (digest !== jarsDigest) {
    throw new PartMissing(
      `the jars of the time-skipping server have digest ${digest}, not ${jarsDigest}`,
      'use a mirror that serves the original files',
    );
  }
  const script = '#!/bin/sh\nexec java -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"\n';
  await writeFile(join(fresh, program), script);
  await chmod(join(fresh, program), 0o755);
}

/** Starts it on a free port, and is content when that answers. */
async function starts(path) {
  const port = await freePort();
  const child = spawn(path, [String(port)], { stdio: 'ignore', detached: true });
  let ended = false;
  child.on('error', () => (ended = true));
  child.on('exit', () => (ended = true));
  try {
    for (const until = Date.now() + 30_000; !ended && Date.now() < until; await sleep(100)) {
      if (await answers(port)) return true;
    }
    return false;
  } finally {
    if (child.pid) kill(child.pid);
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });
}
