/** The only reader of the environment: parses it whole, and names every problem. */
import { existsSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import path from 'node:path';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import type { DatasetPlaces } from '../datasets/dataset.ts';
import { GradusError } from '../domain/errors.ts';
import { misspelt, settingsSchema } from './settings.ts';

export type Environment = Record<string, string | undefined>;

/** A port to listen on: `fixed` where somebody asked for this very one. 0 is any free one. */
export interface PortChoice {
  port: number;
  fixed: boolean;
  /** The setting that changes it. */
  setting: string;
}

/** A Temporal server of the operator's own. */
export interface TemporalAddress {
  address: string;
  namespace: string;
  connection: ClientConnectConfig['connectionOptions'];
}

/** The app in Slack. */
export interface SlackSettings {
  botToken: string;
  /** Where releases speak. */
  channel: string;
  /** Socket Mode by an app's token; or HTTP, whose requests are signed with a secret. */
  by: { kind: 'socket'; appToken: string } | { kind: 'http'; signingSecret: string };
  host: string;
  port: PortChoice;
  /** Null: Slack's own. */
  apiUrl: string | null;
}

/** Operators over HTTP, told apart by an OpenID Connect provider. */
export interface ConsoleSettings {
  host: string;
  port: PortChoice;
  oidc: { issuer: string; audience: string; rolesClaim: string };
}

/** Who is told of releases by HTTP. */
export interface WebhookSettings {
  urls: string[];
  /** Each event is signed with each of them. */
  keys: Buffer[];
}

/** How e-mail is sent. */
export interface MailSettings {
  /** Of the SMTP server; may hold a password. */
  url: string;
  from: string;
  /** Who gets all of it; people of the policy get what is for them. */
  to: string[];
}

export interface Config {
  /** Data folder, absolute: records, versions, logs, secrets. */
  home: string;
  /** Native parts and data that can be had again. */
  cache: string;
  /** PostgreSQL of the operator's own; null: the embedded one. */
  databaseUrl: string | null;
  /** Temporal of the operator's own; null: the embedded one. */
  temporal: TemporalAddress | null;
  /** Namespace of the embedded Temporal server. */
  namespace: string;
  /** Where Temporal's UI is, if somebody said so. */
  temporalUiUrl: string | null;
  ports: { gateway: PortChoice; postgres: PortChoice; temporal: PortChoice; temporalUi: PortChoice };
  gateway: {
    host: string;
    /** Who this gateway is to the store; the same after a restart. Null: host name and port. */
    name: string | null;
    /** Where clients reach the gateway, when that is not where it listens. */
    url: string | null;
    /** Whoever sends it may pull the stop switch; null: whoever is on the gateway's machine. */
    adminToken: string | null;
  };
  /** Null: releases do not speak in Slack. */
  slack: SlackSettings | null;
  /** Null: no HTTP for operators. */
  console: ConsoleSettings | null;
  /** Null: nobody is told by HTTP. */
  webhooks: WebhookSettings | null;
  /** Null: no e-mail is sent. */
  mail: MailSettings | null;
  trainerThreads: number;
  /** At least 32 characters; null: made once and kept in the data folder. */
  secret: string | null;
  hostname: string;
  environment: Environment;
}

/** Throws `SETTING_INVALID` with all problems. */
export function readConfig(environment: Environment = process.env, workingFolder: string = process.cwd()): Config {
  // An empty variable is one that is not set, as in most shells' `X= command`.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const settings = settingsSchema.safeParse(given);
  const problems = misspelt(Object.keys(given));
  if (!settings.success) problems.push(...settings.error.issues.map(describeIssue));
  const temporal = readTemporal(given, problems);
  const slack = settings.success ? readSlack(settings.data, problems) : null;
  const ofConsole = settings.success ? readConsole(settings.data, problems) : null;
  const webhooks = settings.success ? readWebhooks(settings.data, problems) : null;
  const mail = settings.success ? readMail(settings.data, problems) : null;
  if (!settings.success || problems.length > 0) {
    const lines = problems.map((problem) => `\n  ${problem}`).join('');
    const message = `The environment has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:${lines}`;
    throw new GradusError('SETTING_INVALID', message, { problems });
  }
  const values = settings.data;
  const choice = (setting: PortSetting, usual: number): PortChoice => portChoice(values, setting, usual);
  return {
    home: path.resolve(workingFolder, values.GRADUS_HOME ?? usualHome(workingFolder)),
    cache: path.resolve(workingFolder, values.GRADUS_CACHE ?? usualCache(given)),
    databaseUrl: values.DATABASE_URL ?? null,
    temporal: temporal.address,
    namespace: temporal.namespace,
    temporalUiUrl: values.GRADUS_TEMPORAL_UI_URL ?? null,
    ports: {
      gateway: choice('GRADUS_GATEWAY_PORT', 8080),
      postgres: choice('GRADUS_POSTGRES_PORT', 5433),
      temporal: choice('GRADUS_TEMPORAL_PORT', 7233),
      temporalUi: choice('GRADUS_TEMPORAL_UI_PORT', 8233),
    },
    gateway: {
      host: values.GRADUS_GATEWAY_HOST,
      name: values.GRADUS_GATEWAY_NAME ?? null,
      url: values.GRADUS_GATEWAY_URL ?? null,
      adminToken: values.GRADUS_ADMIN_TOKEN ?? null,
    },
    slack,
    console: ofConsole,
    webhooks,
    mail,
    trainerThreads: values.GRADUS_TRAINER_THREADS,
    secret: values.GRADUS_SECRET ?? null,
    hostname: hostname(),
    environment,
  };
}

/** Files of all versions, by digest. */
export function artefactsFolder(config: Config): string {
  return path.join(config.home, 'versions');
}

export function datasetPlaces(config: Config): DatasetPlaces {
  return { cache: config.cache, own: path.join(config.home, 'datasets') };
}

/** What a process of ours is told, so that it finds the others where this process found or started them. */
export function childEnvironment(config: Config, overrides: Environment): NodeJS.ProcessEnv {
  const told: Environment = { ...config.environment, GRADUS_HOME: config.home, GRADUS_CACHE: config.cache };
  if (config.temporal === null) {
    // The embedded server wants none of what a configuration for another server says (TLS, keys).
    for (const name of Object.keys(told)) if (name.startsWith('TEMPORAL_')) delete told[name];
    // No such file: as if there were none.
    told['TEMPORAL_CONFIG_FILE'] = path.join(config.home, 'none.toml');
  }
  return { ...told, ...overrides };
}

type Values = z.output<typeof settingsSchema>;
type PortSetting = keyof Values & `GRADUS_${string}_PORT`;

function portChoice(values: Values, setting: PortSetting, usual: number): PortChoice {
  const port = values[setting];
  return { port: port ?? usual, fixed: port !== undefined && port !== 0, setting };
}

function readSlack(values: Values, problems: string[]): SlackSettings | null {
  const { GRADUS_SLACK_BOT_TOKEN: botToken, GRADUS_SLACK_CHANNEL: channel } = values;
  const { GRADUS_SLACK_APP_TOKEN: appToken, GRADUS_SLACK_SIGNING_SECRET: signingSecret } = values;
  if ([botToken, channel, appToken, signingSecret].every((value) => value === undefined)) return null;
  if (botToken === undefined) problems.push('GRADUS_SLACK_BOT_TOKEN is missing, and other settings of Slack are there');
  if (channel === undefined) problems.push('GRADUS_SLACK_CHANNEL is missing: the id of the channel for releases');
  if (appToken === undefined && signingSecret === undefined) {
    problems.push('GRADUS_SLACK_APP_TOKEN (Socket Mode) or GRADUS_SLACK_SIGNING_SECRET (HTTP) is missing');
  }
  if (botToken === undefined || channel === undefined) return null;
  return {
    botToken,
    channel,
    by: appToken === undefined ? { kind: 'http', signingSecret: signingSecret ?? '' } : { kind: 'socket', appToken },
    host: values.GRADUS_SLACK_HOST,
    port: portChoice(values, 'GRADUS_SLACK_PORT', 8090),
    apiUrl: values.GRADUS_SLACK_API_URL ?? null,
  };
}

function readConsole(values: Values, problems: string[]): ConsoleSettings | null {
  const { GRADUS_OIDC_ISSUER: issuer, GRADUS_OIDC_AUDIENCE: audience } = values;
  if (issuer === undefined && audience === undefined) return null;
  if (issuer === undefined) problems.push('GRADUS_OIDC_ISSUER is missing, and GRADUS_OIDC_AUDIENCE is there');
  if (audience === undefined) problems.push('GRADUS_OIDC_AUDIENCE is missing: who tokens have to be for');
  if (issuer === undefined || audience === undefined) return null;
  return {
    host: values.GRADUS_CONSOLE_HOST,
    port: portChoice(values, 'GRADUS_CONSOLE_PORT', 8070),
    oidc: { issuer, audience, rolesClaim: values.GRADUS_OIDC_ROLES_CLAIM },
  };
}

function readWebhooks(values: Values, problems: string[]): WebhookSettings | null {
  const { GRADUS_WEBHOOK_URLS: urls, GRADUS_WEBHOOK_SECRET: keys } = values;
  if (urls === undefined && keys === undefined) return null;
  if (urls === undefined) problems.push('GRADUS_WEBHOOK_URLS is missing, and GRADUS_WEBHOOK_SECRET is there');
  if (keys === undefined) {
    problems.push('GRADUS_WEBHOOK_SECRET is missing: make one with: echo "whsec_$(openssl rand -base64 32)"');
  }
  return urls === undefined || keys === undefined ? null : { urls, keys };
}

function readMail(values: Values, problems: string[]): MailSettings | null {
  const { GRADUS_SMTP_URL: url, GRADUS_SMTP_FROM: from, GRADUS_MAIL_TO: to } = values;
  if (url === undefined && from === undefined && to === undefined) return null;
  if (url === undefined) problems.push('GRADUS_SMTP_URL is missing, and other settings of e-mail are there');
  if (from === undefined) problems.push('GRADUS_SMTP_FROM is missing: the address that e-mail comes from');
  return url === undefined || from === undefined ? null : { url, from, to: to ?? [] };
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')} ${issue.message}`;
}

/** `TEMPORAL_*` and temporal.toml, as every Temporal tool reads them. */
function readTemporal(given: Environment, problems: string[]): { address: TemporalAddress | null; namespace: string } {
  const variables = Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => !!entry[1]));
  try {
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({ overrideEnvVars: variables });
    const { address } = connectionOptions;
    if (address === undefined) return { address: null, namespace };
    return { address: { address, namespace, connection: connectionOptions }, namespace };
  } catch (error) {
    problems.push(`TEMPORAL_* or temporal.toml: ${error instanceof Error ? error.message : String(error)}`);
    return { address: null, namespace: 'default' };
  }
}

/** `.gradus` here, or the one that a folder above has, so that commands work from anywhere in a project. */
function usualHome(workingFolder: string): string {
  for (let folder = workingFolder; ; folder = path.dirname(folder)) {
    const home = path.join(folder, '.gradus');
    if (existsSync(path.join(home, 'secret'))) return home;
    if (folder === path.dirname(folder)) return path.join(workingFolder, '.gradus');
  }
}

function usualCache(given: Environment): string {
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'gradus');
  return path.join(given['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'gradus');
}
