/** What the system says of a file, in words. */

const words: Record<string, string> = {
  ENOENT: 'is not there',
  EACCES: 'may not be used by you',
  EPERM: 'may not be used by you',
  EISDIR: 'is a folder',
  ENOTDIR: 'lies below something that is no folder',
  EROFS: 'lies where nothing can be written',
  ENOSPC: 'does not fit: the disk is full',
  EDQUOT: 'does not fit: your share of the disk is full',
  EEXIST: 'is there already',
  ENAMETOOLONG: 'has a name that is too long',
  ELOOP: 'is a link that leads back to itself',
  ETXTBSY: 'is being run',
};

/** E.g. `out/card.html cannot be written: it is a folder`. */
export function fileProblem(file: string, doing: 'read' | 'written', error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' && doing === 'written') return `${file} cannot be written: its folder is not there`;
  const reason = Object.hasOwn(words, code)
    ? `it ${words[code] ?? ''}`
    : error instanceof Error
      ? error.message
      : String(error);
  return `${file} cannot be ${doing}: ${reason.split('\n')[0]}`;
}
