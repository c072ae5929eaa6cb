/** Changes of what users get: set in the store, and over only when every live gateway has confirmed them. */
import { Context } from '@temporalio/activity';
import { GradusError } from '../src/domain/errors.ts';
import type { Asked } from '../src/domain/freeze.ts';
import type { Level } from '../src/domain/levels.ts';
import type { Confirmations, RecordPorts, RouteChange } from '../src/domain/ports.ts';

/** The capabilities that move together. */
export interface Moving {
  model: string;
  capabilities: string[];
  /** How long to wait for every live gateway. */
  withinMs: number;
}

/** More users get the candidate. */
export interface Growing {
  candidate: string;
  /** Left out by releases that an earlier Gradus began: the store then minds no freeze. */
  asked?: Asked;
}

/** Routes as they took effect. */
export interface InEffect {
  revision: number;
  gateways: number;
}

/** Gateways confirm within tens of milliseconds, or something is wrong and asking often does not help. */
const firstPollMs = 15;
const lastPollMs = 250;

export function routeActivities(ports: RecordPorts) {
  /** Waits until each live gateway has the revision; the last state if time runs out first. */
  async function confirmed(revision: number, withinMs: number): Promise<Confirmations> {
    const context = Context.current();
    const until = Date.now() + withinMs;
    for (let pollMs = firstPollMs; ; pollMs = Math.min(pollMs * 1.5, lastPollMs)) {
      const state = await ports.routes.confirmations(revision);
      if (state.live > 0 && state.confirmed === state.live) return state;
      if (Date.now() >= until) return state;
      context.heartbeat({ revision, live: state.live, confirmed: state.confirmed, missing: state.missing });
      await context.sleep(pollMs);
    }
  }

  /** Sets and insists on confirmation; the caller undoes what is set when it fails. */
  async function insist(change: RouteChange, withinMs: number): Promise<InEffect> {
    await refuseOthers(ports, change);
    const revision = await ports.routes.set(change);
    const state = await confirmed(revision, withinMs);
    if (state.live === 0 || state.confirmed < state.live) throw lost(state, withinMs);
    return { revision, gateways: state.confirmed };
  }

  return {
    async expose(input: Moving & Growing & { level: Level }): Promise<InEffect> {
      const { candidate, level, withinMs } = input;
      const to = { kind: 'exposed', candidate, exposure: level.exposure } as const;
      return insist({ ...growth(input), phase: level.phase, to }, withinMs);
    },

    async makeFull(input: Moving & Growing & { phase: string }): Promise<InEffect> {
      const { candidate, phase, withinMs } = input;
      return insist({ ...growth(input), phase, to: { kind: 'full', candidate } }, withinMs);
    },

    /**
     * Puts users back on what was stable. It never fails for want of gateways: the store has the routes, and a gateway
     * that comes back takes them from there before it serves. What somebody else has moved since is theirs.
     */
    async restore(input: Moving & { versions: Record<string, string | null> }): Promise<InEffect> {
      const { model, capabilities, versions, withinMs } = input;
      const under = `${Context.current().info.workflowExecution?.workflowId ?? ''}/`;
      const revision = await ports.routes.set({
        model,
        capabilities,
        phase: '',
        to: { kind: 'restored', versions, under },
      });
      const state = await confirmed(revision, withinMs);
      return { revision, gateways: state.confirmed };
    },
  };
}

/** A release that was reset after its end may believe that it has its model: throws `RELEASE_OVER` where another one has. */
async function refuseOthers({ releases }: RecordPorts, { model, phase }: RouteChange): Promise<void> {
  const holder = await releases.holder(model);
  if (holder === null || phase.startsWith(`${holder.id}/`)) return;
  throw new GradusError(
    'RELEASE_OVER',
    `Model ${model} is being released by ${holder.id}: no other release may move its users.`,
  );
}

function growth({ model, capabilities, asked }: Moving & Growing): Omit<RouteChange, 'phase' | 'to'> {
  return { model, capabilities, ...(asked === undefined ? {} : { asked }) };
}

function lost(state: Confirmations, withinMs: number): GradusError {
  const seconds = Math.round(withinMs / 1000);
  const message =
    state.live === 0
      ? `No gateway has been alive for ${seconds} s, so routes ${state.revision} reach nobody. Start one with gradus gateway.`
      : `${state.live - state.confirmed} of ${state.live} gateways have not confirmed routes ${state.revision} within ${seconds} s: ${state.missing.join('; ')}.`;
  return new GradusError('GATEWAYS_LOST', message, { problems: state.missing });
}
