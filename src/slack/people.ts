/** What one person in Slack sees: their home, and the answers to their commands. */
import type { types } from '@slack/bolt';
import type { StopAlls } from '../domain/control.ts';
import type { Delegations } from '../domain/delegation.ts';
import type { Permissions } from '../domain/permission.ts';
import type { Releases } from '../domain/ports.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { didYouMean } from '../domain/words.ts';
import { confirmRollback, confirmStop, helpText, listMessage, nameIt, plain, readCommand } from './commands.ts';
import { homeView } from './home.ts';
import type { Answer, Press, StopPress } from './presses.ts';
import { releaseMessage } from './release-message.ts';
import type { Written } from './request-message.ts';
import { rightsOf, type Rights } from './rights.ts';
import { section } from './text.ts';

export interface PeoplePorts {
  releases: Pick<Releases, 'find' | 'list' | 'names'>;
  policies: Permissions;
  stopAlls: Pick<StopAlls, 'current'>;
  delegations: Pick<Delegations, 'list'>;
  pageOf: (release: string) => string | null;
}

export interface PeopleInSlack {
  homeOf(user: string): Promise<types.HomeView>;
  /** Null where they may decide, for themselves or for somebody else. */
  whyNotDecide(user: string): Promise<string | null>;
  /** `take` brings what the command asks for to its release. */
  answer(
    user: string,
    text: string,
    take: (press: Omit<Press, 'id' | 'user'> | Omit<StopPress, 'id' | 'user'>) => Promise<Answer>,
  ): Promise<Written>;
}

export function peopleInSlack({ releases, policies, stopAlls, delegations, pageOf }: PeoplePorts): PeopleInSlack {
  const open = (): Promise<ReleaseReport[]> => releases.list({ open: true });
  const rights = (user: string): Promise<Rights> => rightsOf(policies, delegations, user);

  async function unknown(release: string): Promise<Written> {
    return plain(`There is no release "${release.slice(0, 100)}"${didYouMean(release, await releases.names())}.`);
  }

  return {
    async homeOf(user) {
      return homeView(await open(), await rights(user), pageOf, await stopAlls.current());
    },

    async whyNotDecide(user) {
      const { givers, whyNot } = await rights(user);
      return givers.length > 0 ? null : whyNot('reject');
    },

    async answer(user, text, take) {
      const typed = readCommand(text);
      if (typed.kind === 'help') {
        const text = helpText(typed.problem);
        return { text, blocks: [section([text])] };
      }
      const own = await rights(user);
      if (own.refused !== null) return plain(own.refused);
      if (typed.kind === 'unnamed') return nameIt(typed.word, await open());
      if (typed.kind === 'list') return listMessage(await open(), own, pageOf);
      // Nobody is asked whether they mean what they may not do.
      const refused = typed.kind === 'stopAll' || typed.kind === 'rollback' ? own.whyNot(typed.kind) : null;
      if (refused !== null) return plain(refused);
      if (typed.kind === 'stopAll') return confirmStop(typed.why);
      if (typed.kind === 'endStop') {
        const answer = await take({ stop: 'end', why: typed.why });
        return plain(answer.kind === 'repeated' ? 'That was done already.' : answer.text);
      }
      const report = await releases.find(typed.release);
      if (report === null) return unknown(typed.release);
      if (typed.kind === 'status') return releaseMessage(report, pageOf(report.id), own.may);
      if (typed.kind === 'rollback') return confirmRollback(report);
      const { operation, why } = typed;
      const answer = await take({ operation, of: { release: report.id }, ...(why === '' ? {} : { why }) });
      if (answer.kind === 'repeated') return plain('That was done already.');
      return plain(answer.text.startsWith(report.id) ? answer.text : `${report.id}: ${answer.text}`);
    },
  };
}
