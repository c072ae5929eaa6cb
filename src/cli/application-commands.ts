/** `gradus predict` and `feedback`: asks the gateway, and tells it, as an application does. */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { z } from 'zod';
import { GradusError, isErrorCode } from '../domain/errors.ts';
import { readConfig, type Config } from '../platform/config.ts';
import { gatewayOf } from '../platform/needs.ts';
import { dataCommand, print, type JsonOption } from './output.ts';
import { figure } from './words.ts';

const answerSchema = z.object({
  id: z.string(),
  label: z.string(),
  confidence: z.number(),
  version: z.string(),
  arm: z.string(),
});
const routesSchema = z.object({ routes: z.array(z.object({ model: z.string(), capability: z.string() })) });
const problemSchema = z.object({ code: z.string(), message: z.string() });

interface PredictOptions extends JsonOption {
  text?: string;
  stdin?: boolean;
  user: string;
  model?: string;
}

export function applicationCommands(): Command[] {
  return [predict(), feedback()];
}

function predict(): Command {
  return dataCommand('predict', 'ask the gateway for an answer, as an application does', [
    ['gradus predict spam --text "You have won a prize"', 'as the user who is logged in here'],
    ['gradus predict topic --stdin --user u-31 < mail.txt', 'as another user, who may have another version'],
  ])
    .argument('<capability>', 'e.g. spam')
    .option('--text <text>', 'the text')
    .option('--stdin', 'read the text from standard input')
    .option('--user <id>', 'who asks', userInfo().username)
    .option('--model <name>', 'which model; left out: the one that has this capability')
    .action(async (capability: string, options: PredictOptions) => {
      if ((options.text === undefined) === (options.stdin !== true)) {
        throw new GradusError('REQUEST_INVALID', 'Give the text once: --text TEXT, or --stdin.');
      }
      const text = options.text ?? readFileSync(0, 'utf8');
      const config = readConfig();
      const model = options.model ?? (await modelOf(config, capability));
      const body = { model, capability, user: options.user, text };
      const answer = answerSchema.parse(await call(config, '/v1/predict', body));
      print(answer, options, ({ label, confidence, version, arm, id }) =>
        [`${label}  (${figure(confidence)}, version ${version.slice(0, 12)}, ${arm})`, `id ${id}`].join('\n'),
      );
    });
}

interface FeedbackOptions extends JsonOption {
  satisfaction?: string;
  label?: string;
  comment?: string;
}

function feedback(): Command {
  return dataCommand('feedback', 'say what an answer was worth', [
    ['gradus feedback ID --satisfaction 1', 'with the id that predict printed'],
    ['gradus feedback ID --label ham --comment "a bill, not spam"', 'what it should have been, and why'],
  ])
    .argument('<id>', 'the id of the answer')
    .option('--satisfaction <number>', '0 (bad) to 1 (good)')
    .option('--label <label>', 'what it should have been')
    .option('--comment <text>', 'anything else; personal data is taken out')
    .action(async (id: string, { satisfaction, label, comment, ...options }: FeedbackOptions) => {
      const said = {
        id,
        ...(satisfaction === undefined ? {} : { satisfaction: Number(satisfaction) }),
        ...(label === undefined ? {} : { label }),
        ...(comment === undefined ? {} : { comment }),
      };
      const kept = z.object({ feedbackId: z.string() }).parse(await call(readConfig(), '/v1/feedback', said));
      print(kept, options, () => 'Thank you: it is written down.');
    });
}

async function modelOf(config: Config, capability: string): Promise<string> {
  const { routes } = routesSchema.parse(await call(config, '/v1/routes'));
  const models = [...new Set(routes.filter((one) => one.capability === capability).map((one) => one.model))];
  const [only, ...others] = models;
  if (only === undefined) {
    const known = [...new Set(routes.map((one) => one.capability))].join(', ');
    throw new GradusError(
      'CAPABILITY_UNKNOWN',
      known === ''
        ? `No model has a capability "${capability}": nothing is released yet. Start with: gradus release start PLAN`
        : `No model has a capability "${capability}"; there are: ${known}.`,
    );
  }
  if (others.length > 0) {
    throw new GradusError('REQUEST_INVALID', `${models.join(' and ')} have ${capability}. Name one: --model ${only}`);
  }
  return only;
}

/** Throws what the gateway refused with, or `NOT_RUNNING` where none answers. */
async function call(config: Config, where: string, body?: unknown): Promise<unknown> {
  const gateway = gatewayOf(config);
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  let response: Response;
  try {
    response = await fetch(new URL(where, gateway), {
      ...(body === undefined ? {} : post),
      signal: AbortSignal.timeout(30_000),
    });
  } catch (cause) {
    throw new GradusError('NOT_RUNNING', `No gateway answers at ${gateway}. Start it with: gradus up`, { cause });
  }
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  const problem = problemSchema.safeParse(answer);
  const { code, message } = problem.success
    ? problem.data
    : { code: '', message: `The gateway answered ${response.status}.` };
  throw new GradusError(isErrorCode(code) ? code : 'INTERNAL', message);
}
