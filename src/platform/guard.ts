/** Lets programs that are not ours end when we do, even when we are killed: a shell waits beside them for the end of a pipe. */

/**
 * The watcher is orphaned at once, so that the program does not get a child that it knows nothing of. The program keeps
 * the number of the shell, which the watcher knows as $$. It is asked first, and killed after ten seconds.
 */
const script = (signal: 'TERM' | 'INT'): string =>
  [
    'exec 3<&0 </dev/null',
    '( (',
    'read -r nothing <&3',
    `if kill -s ${signal} $$; then`,
    // A dead process that nobody has waited for still has its number.
    'i=0; while kill -0 $$ && ! grep -qs "^State:.Z" /proc/$$/status && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done',
    'kill -s KILL $$',
    'fi',
    ') >/dev/null 2>&1 & )',
    'exec 3<&- "$@"',
  ].join('\n');

/** Start what this returns with a pipe as its input, and keep that pipe open for as long as the program may run. */
export function guarded(signal: 'TERM' | 'INT', command: string, args: string[]): [string, string[]] {
  return ['/bin/sh', ['-c', script(signal), 'gradus-guard', command, ...args]];
}
