/** Whether the gateways themselves end an exposure: somebody pulled a stop switch, or none has been alive for too long. */
import { Context } from '@temporalio/activity';
import { GradusError } from '../src/domain/errors.ts';
import type { Plan } from '../src/domain/plan.ts';
import type { RecordPorts } from '../src/domain/ports.ts';
import type { Verdict } from '../src/domain/verdict.ts';

const pollMs = 250;

/** Null where nothing is wrong. Waits for a gateway for as long as the plan allows; a local activity throws instead. */
export async function gatewayTrouble(ports: RecordPorts, plan: Plan): Promise<Verdict | null> {
  const until = Date.now() + plan.gatewayWithinMs;
  for (;;) {
    const { live, stops } = await ports.routes.confirmations(await ports.routes.revision());
    const stop = stops.find(({ model }) => model === plan.model);
    if (stop !== undefined) return rollBack(`stopped at the gateway by ${stop.by}: ${stop.why}`);
    if (live > 0) return null;
    if (Context.current().info.isLocal) throw new GradusError('GATEWAYS_LOST', 'No gateway is alive now.');
    if (Date.now() >= until) {
      return rollBack(`no gateway has been alive for ${Math.round(plan.gatewayWithinMs / 1000)} s`);
    }
    Context.current().heartbeat('no gateway is alive');
    await Context.current().sleep(pollMs);
  }
}

function rollBack(reason: string): Verdict {
  return { kind: 'rollBack', reasons: [reason], findings: [] };
}
