/** The last lines of the live view: what the keys do, what is asked, and what came of the last key. */
import { clip, columns, graphemes, wrap, type Line, type Piece } from '../lines.ts';
import { percent } from '../words.ts';
import { verbs, type Saying, type WatchState } from './state.ts';

/** Always the same number of lines in a mode, so that nothing above jumps while one types. */
export function footer(state: WatchState, width: number): Line[] {
  const { mode, notice, hasKeys } = state;
  const said: Line[] =
    notice === null
      ? []
      : wrap(notice.text, width - 2)
          .slice(0, 3)
          .map((text): Line => [' ', [text, notice.tone]]);
  switch (mode.kind) {
    case 'watching':
    case 'help':
      return [...said, hasKeys ? keyLine(state, width) : [[' Ctrl-C ends the watching, not the release', 'dim']]];
    case 'why':
      return [
        ...about(state, mode.saying, width),
        [' ', ['why: ', 'bold'], tail(mode.saying.why, width - 8), ['▏', 'accent']],
        [[clip(' Enter goes on, Esc leaves it', width), 'dim']],
      ];
    case 'sure':
      return [
        ...about(state, mode.saying, width),
        ...(mode.saying.why === '' ? [] : [[` why: ${clip(mode.saying.why, width - 7)}`] satisfies Line]),
        [' ', [`Sure to ${verbs[mode.saying.operation]}? `, 'bold'], 'y does it, any other key leaves it'],
      ];
    case 'sending':
      return [[' ', [`${state.by}: ${verbs[mode.saying.operation]} … waits for the release's answer`, 'accent']]];
  }
}

/** What a person is about to do, and what it does to whom. */
function about({ report, by }: WatchState, saying: Saying, width: number): Line[] {
  const { operation, request } = saying;
  const changed = request !== null && request !== report.waiting?.id;
  const lines = wrap(`${by} is about to ${verbs[operation]}: ${effect(report, operation)}`, width - 2).slice(0, 4);
  return [
    ...lines.map((text): Line => [' ', [text, operation === 'rollback' || operation === 'reject' ? 'bad' : 'warn']]),
    ...(changed ? [[' ', ['What was asked has changed meanwhile: look again.', 'bad']] satisfies Line] : []),
  ];
}

function effect(report: WatchState['report'], operation: Saying['operation']): string {
  const running = report.stages.filter((stage) => stage.state === 'running');
  const which = running.map(({ number, exposure }) => `stage ${number} (${percent(exposure)} of users)`).join(' and ');
  switch (operation) {
    case 'approve':
      return report.waiting?.question ?? '';
    case 'reject':
      return `${which || 'the stage'} goes back to stable`;
    case 'pause':
      return `${report.id} is held where it is; guardrails stay watched`;
    case 'resume':
      return `${report.id} goes on where it was held`;
    case 'rollback':
      return `${which || 'what is under way'} goes back to stable, and ${report.id} ends`;
    case 'override':
      return `${report.id} goes on in the freeze`;
    case 'hold':
    case 'moreTime':
      return report.id;
  }
}

/** The end of what is typed, where the cursor is. */
function tail(text: string, width: number): string {
  let shown = text;
  while (columns(shown) > width) shown = graphemes(shown).slice(1).join('');
  return shown;
}

const keys: readonly [key: string, what: string, when: (state: WatchState) => boolean][] = [
  ['q', 'quit', () => true],
  ['a', 'approve', ({ report }) => report.waiting !== null],
  ['x', 'reject', ({ report }) => report.waiting !== null],
  ['p', 'pause', ({ report }) => report.state === 'running'],
  ['r', 'resume', ({ report }) => report.state === 'paused'],
  ['b', 'roll back', ({ report }) => report.endedAt === null],
  ['l', 'others', ({ hasOthers }) => hasOthers],
  ['?', 'help', () => true],
];

function keyLine(state: WatchState, width: number): Line {
  const shown = keys.filter(([, , when]) => when(state));
  const gap = width < 70 ? ' ' : '   ';
  return shown.flatMap(([key, what]): Piece[] => [' ', [key, 'accent'], [` ${what}${gap}`, 'dim']]);
}

export function helpLines({ by }: WatchState, width: number): Line[] {
  const rows: readonly [string, string][] = [
    ['q', 'ends the watching; the release goes on (Ctrl-C does the same)'],
    ['a', 'approves what waits for a person; asks why, and whether you are sure'],
    ['x', 'rejects it, in the same way: users of the stage go back to stable'],
    ['p', 'pauses the release: nobody more gets the candidate, guardrails stay watched'],
    ['r', 'resumes a paused release'],
    ['b', 'rolls the stage under way back and ends the release; asks why, and whether you are sure'],
    ['l', 'shows the other releases under way'],
    ['?', 'shows this, and takes it away'],
  ];
  return [
    [' ', ['Keys', 'bold']],
    ...rows.flatMap(([key, what]) =>
      wrap(what, width - 8).map((text, index): Line => ['   ', [index === 0 ? key : ' ', 'accent'], `  ${text}`]),
    ),
    [],
    [' ', ['What is shown', 'bold']],
    ...signs.flatMap((sign) =>
      wrap(sign, width - 6).map((text, index): Line => [index === 0 ? '   ' : '      ', text]),
    ),
    [],
    [` You say things as ${by}; another name: gradus release watch --by NAME`],
  ];
}

const signs = [
  '✓ done or holds, ● under way, ○ to come, – left out by the strategy, ✗ failed or breached, ? still open',
  '+0.031 [+0.004, +0.058] the candidate against stable, with an interval that holds at every look',
  '▁▂▅█ the share of users with the candidate, from the first exposure until now',
  'N(t) how many capabilities all users have, P(t) their share of all; in brackets what is planned',
];
