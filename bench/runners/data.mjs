/** What `bench/train.mjs` wrote, for the contenders in Node, and the loop in which they are asked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export function readData(folder) {
  const read = (name) => {
    const { buffer, byteOffset, byteLength } = readFileSync(join(folder, `${name}.i32`));
    return new Int32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  };
  return { ids: read('ids'), lengths: read('lengths'), labels: read('labels') };
}

/** Does `round` for each line of stdin; it returns what is answered. */
export async function serve(round) {
  console.log('ready');
  for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify(await round()));
}
