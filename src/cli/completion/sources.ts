/** What can stand where a command wants a value: words, names of what there is, files, or anything. */

/** Names that are looked up when Tab is pressed. */
export const nameKinds = [
  'releases',
  'open-releases',
  'requests',
  'plans',
  'models',
  'versions',
  'capabilities',
  'datasets',
  'schedules',
] as const;
export type NameKind = (typeof nameKinds)[number];

export interface Source {
  words: readonly string[];
  names: NameKind | null;
  files: boolean;
}

const anything: Source = { words: [], names: null, files: false };
const files: Source = { ...anything, files: true };
const named = (names: NameKind): Source => ({ ...anything, names });
const oneOf = (...words: string[]): Source => ({ ...anything, words });

const parts = oneOf('train', 'validation', 'held-out');

/** By the name of an argument or option, behind the words of its command where the name alone does not say it. */
const sources = new Map<string, Source>([
  ['release', named('releases')],
  ...['approve', 'reject', 'hold', 'more-time', 'pause', 'resume', 'rollback'].map(
    (verb) => [`release ${verb} release`, named('open-releases')] as const,
  ),
  ['freeze override release', named('open-releases')],
  ['--request', named('requests')],
  ['plan', { ...named('plans'), files: true }],
  ['plan save name', named('plans')],
  ['plan show name', named('plans')],
  ['file', files],
  ['--to', files],
  ['--html', files],
  ['model', named('models')],
  ['--model', named('models')],
  ['--version', named('versions')],
  ['version', named('versions')],
  ['--against', named('versions')],
  ['--answered-by', named('versions')],
  ['capability', named('capabilities')],
  ['--capability', named('capabilities')],
  ['--data', named('datasets')],
  ...['add', 'show', 'remove'].map((verb) => [`data ${verb} name`, named('datasets')] as const),
  ...['show', 'trigger', 'pause', 'resume', 'backfill', 'delete'].map(
    (verb) => [`schedule ${verb} name`, named('schedules')] as const,
  ),
  // There it is a person.
  ['policy delegate --to', anything],
  ['--part', parts],
  // There it is a column of the file.
  ['data add --part', anything],
  ['data check --part', anything],
  ['--format', oneOf('csv', 'tsv', 'jsonl')],
  ['--overlap', oneOf('skip', 'buffer-one', 'buffer-all', 'cancel-other')],
]);

/** `command` is its words without `gradus`, `name` that of an argument, or an option with its dashes. Null: anything. */
export function sourceOf(command: string, name: string, choices: readonly string[] | undefined): Source | null {
  if (choices !== undefined) return oneOf(...choices);
  return sources.get(`${command} ${name}`) ?? sources.get(name) ?? null;
}

/** As the scripts have it: `words a b`, `names plans files`. */
export function sourceText(source: Source | null): string {
  if (source === null) return '';
  const { words, names } = source;
  return [
    ...(words.length > 0 ? ['words', ...words] : []),
    ...(names === null ? [] : ['names', names]),
    ...(source.files ? ['files'] : []),
  ].join(' ');
}
