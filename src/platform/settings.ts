/** The settings that the environment may hold: their names, what they mean, and how each is read. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { nearest } from '../domain/words.ts';

const prefix = 'GRADUS_';

const port = z.coerce
  .number({ error: 'has to be a number' })
  .int('has to be a whole number')
  .min(0, 'has to be 0 (any free one) to 65535')
  .max(65_535, 'has to be 0 (any free one) to 65535');

const webAddress = z.url({ protocol: /^https?$/, error: 'has to be an address such as http://127.0.0.1:8233' });

/** Values with spaces or commas between them, each read by itself; `problem` where one cannot be. */
function severalOf<T>(read: (text: string) => T | null, problem: string) {
  return z.string().transform((text, context) => {
    const parts = [...new Set(text.split(/[\s,]+/).filter(Boolean))].map(read);
    const good = parts.filter((part) => part !== null);
    if (good.length === 0 || good.length < parts.length) context.addIssue(problem);
    return good;
  });
}

/** The key of a secret as Standard Webhooks write it: `whsec_` and base64. */
function webhookKey(secret: string): Buffer | null {
  const [, text] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const key = Buffer.from(text ?? '', 'base64');
  return key.length >= 24 && key.length <= 64 ? key : null;
}

/** A test compares these names with what docs/configuration.md lists. */
export const settingsSchema = z.object({
  GRADUS_HOME: z.string().optional(),
  GRADUS_CACHE: z.string().optional(),
  GRADUS_SECRET: z.string().min(32, 'is too short: at least 32 characters').optional(),
  GRADUS_ADMIN_TOKEN: z.string().min(16, 'is too short: at least 16 characters').optional(),
  GRADUS_GATEWAY_HOST: z.string().default('127.0.0.1'),
  GRADUS_GATEWAY_NAME: z.string().optional(),
  GRADUS_GATEWAY_PORT: port.optional(),
  GRADUS_GATEWAY_URL: webAddress.optional(),
  GRADUS_POSTGRES_PORT: port.optional(),
  GRADUS_TEMPORAL_PORT: port.optional(),
  GRADUS_TEMPORAL_UI_PORT: port.optional(),
  GRADUS_TEMPORAL_UI_URL: webAddress.optional(),
  GRADUS_TRAINER_THREADS: z.coerce
    .number({ error: 'has to be a number' })
    .int('has to be a whole number')
    .min(1, 'has to be at least 1')
    .max(256, 'has to be at most 256')
    .default(availableParallelism()),
  GRADUS_SLACK_BOT_TOKEN: z.string().startsWith('xoxb-', 'has to begin with xoxb-').optional(),
  GRADUS_SLACK_APP_TOKEN: z.string().startsWith('xapp-', 'has to begin with xapp-').optional(),
  GRADUS_SLACK_SIGNING_SECRET: z.string().min(8, 'is too short').optional(),
  GRADUS_SLACK_CHANNEL: z
    .string()
    .regex(/^[CG][A-Z0-9]{2,}$/, 'has to be the id of a channel such as C012AB3CD (at the end of its details)')
    .optional(),
  GRADUS_SLACK_HOST: z.string().default('127.0.0.1'),
  GRADUS_SLACK_PORT: port.optional(),
  GRADUS_SLACK_API_URL: webAddress.optional(),
  GRADUS_CONSOLE_HOST: z.string().default('127.0.0.1'),
  GRADUS_CONSOLE_PORT: port.optional(),
  GRADUS_OIDC_ISSUER: webAddress.optional(),
  GRADUS_OIDC_AUDIENCE: z.string().optional(),
  GRADUS_OIDC_ROLES_CLAIM: z.string().default('roles'),
  GRADUS_WEBHOOK_URLS: severalOf(
    (text) => (webAddress.safeParse(text).success ? text : null),
    'has to be addresses such as https://example.org/gradus, with spaces between them',
  ).optional(),
  GRADUS_WEBHOOK_SECRET: severalOf(
    webhookKey,
    'has to be whsec_ and 24 to 64 bytes in base64; make one with: echo "whsec_$(openssl rand -base64 32)"',
  ).optional(),
  GRADUS_SMTP_URL: z
    .url({
      protocol: /^smtps?$/,
      hostname: /^.+$/,
      error: 'has to be smtp://user:password@host:587 (or smtps://…:465)',
    })
    .optional(),
  GRADUS_SMTP_FROM: z
    .string()
    .regex(
      /^([^<>\n]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/,
      'has to be an address such as Gradus <gradus@example.org>',
    )
    .optional(),
  GRADUS_MAIL_TO: severalOf(
    (text) => (z.email().safeParse(text).success ? text : null),
    'has to be addresses such as ml-team@example.org, with spaces between them',
  ).optional(),
  DATABASE_URL: z
    .url({
      protocol: /^postgres(ql)?$/,
      hostname: /^.*$/,
      error: 'has to be postgres://user:password@host:port/database',
    })
    .optional(),
});

/** A name that is almost one of ours is a mistake that would otherwise go unnoticed. */
export function misspelt(names: string[]): string[] {
  const known = Object.keys(settingsSchema.shape).filter((name) => name.startsWith(prefix));
  return names
    .filter((name) => name.startsWith(prefix) && !known.includes(name))
    .flatMap((name) => {
      const near = nearest(
        name.slice(prefix.length),
        known.map((one) => one.slice(prefix.length)),
      );
      return near === null ? [] : [`${name} is not a setting (did you mean ${prefix}${near}?)`];
    });
}
