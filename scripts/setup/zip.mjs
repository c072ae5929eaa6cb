/** Takes chosen files out of a zip archive (a wheel), as a stream: a file of 500 MB costs no memory. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

/** `wanted(name)` gives the path below `folder` for a file that is wanted, else null. Returns how many files were written. */
export async function unzip(archive, folder, wanted) {
  const entries = (await readEntries(archive)).flatMap((entry) => {
    const path = entry.name.endsWith('/') ? null : wanted(entry.name);
    return path === null ? [] : [{ ...entry, path }];
  });
  for (const entry of entries) {
    const target = normalize(join(folder, entry.path));
    if (!target.startsWith(folder + sep)) throw new Error(`${archive}: ${entry.name} would leave ${folder}`);
    await mkdir(dirname(target), { recursive: true });
    await extract(archive, entry, target);
  }
  return entries.length;
}

/** The central directory at the archive's end; layout as in PKWARE's APPNOTE, sections 4.3.12 and 4.3.16. */
async function readEntries(archive) {
  const file = await open(archive);
  try {
    const { size } = await file.stat();
    const tail = await readAt(file, Math.max(0, size - 65_557), Math.min(size, 65_557));
    const end = tail.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
    if (end < 0) throw new Error(`${archive} is not a whole zip archive`);
    const directory = await readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    const entries = [];
    for (let at = 0; at < directory.length;) {
      const nameLength = directory.readUInt16LE(at + 28);
      entries.push({
        name: directory.toString('utf8', at + 46, at + 46 + nameLength),
        deflated: directory.readUInt16LE(at + 10) === 8,
        size: directory.readUInt32LE(at + 20),
        offset: directory.readUInt32LE(at + 42),
      });
      at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    }
    return entries;
  } finally {
    await file.close();
  }
}

async function extract(archive, entry, target) {
  const start = await startOf(archive, entry);
  if (entry.size === 0) return writeFile(target, '');
  const source = createReadStream(archive, { start, end: start + entry.size - 1, highWaterMark: 1 << 20 });
  const steps = entry.deflated ? [createInflateRaw({ chunkSize: 1 << 20 })] : [];
  await pipeline([source, ...steps, createWriteStream(target)]);
}

/** The name and the extra field stand once more before the data, and the extra field may have another length there. */
async function startOf(archive, entry) {
  const file = await open(archive);
  try {
    const header = await readAt(file, entry.offset, 30);
    return entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await file.close();
  }
}

async function readAt(file, position, length) {
  const buffer = Buffer.alloc(length);
  await file.read(buffer, 0, length, position);
  return buffer;
}
