/** The shape of a plan as people write it, and the JSON Schema by which editors complete and check it. */
import { z } from 'zod';
import {
  approvers,
  choice,
  duration,
  expression,
  expressions,
  lessonsName,
  name,
  names,
  peopleNames,
  number,
  ramp,
  versionName,
  yesOrNo,
} from './plan-leaves.ts';
import { meanMetrics } from './feedback.ts';
import { fields, poolings, strategies } from './plan.ts';

const text = { type: 'string' };
const textOrTexts = { type: ['string', 'array'], items: text };
const whole = (least: number, example: string, most = 1_000_000, multipleOf = 1) =>
  number({ least, most, multipleOf, example });
const outOfTen = number({ least: 0, most: 10, example: '5' });

const approval = z
  .strictObject({
    from: approvers.optional(),
    count: whole(1, '2', 100).optional(),
    each: yesOrNo.optional(),
    own: yesOrNo.optional(),
    within: duration.optional(),
    else: choice(['hold', 'reject', 'approve']).optional(),
    'escalate to': peopleNames.optional(),
    remind: duration.optional(),
  })
  .nullable()
  .optional()
  .meta({ short: [text, { type: 'array', items: text }, { type: 'boolean' }], description: 'A decision of people' });

const trainKeys = {
  data: name.optional(),
  share: number({ least: 0, most: 1, open: 'least', example: '25%' }).optional(),
  network: choice(['per capability', 'shared']).optional(),
  epochs: whole(1, '10', 10_000).optional(),
  batch: whole(1, '32', 65_536).optional(),
  'learning rate': number({ least: 0, most: 10, open: 'least', example: '0.001' }).optional(),
  'clip norm': number({ least: 0, most: 1e6, open: 'least', example: '1' }).optional(),
  vocabulary: whole(10, '10000').optional(),
  length: whole(1, '100', 10_000).optional(),
  embedding: whole(4, '128', 8192, 4).optional(),
  units: whole(16, '128', 8192, 16).optional(),
  pooling: choice(poolings).optional(),
  'word dropout': number({ least: 0, most: 0.9, example: '30%' }).optional(),
  patience: whole(1, '2', 10_000).optional(),
  averaging: choice(['none', 'epochs']).optional(),
  'class weights': choice(['equal', 'balanced']).optional(),
  schedule: choice(['constant', 'linear', 'cosine']).optional(),
  seed: whole(0, '1', 2 ** 31).optional(),
};

const train = z
  .strictObject({ ...trainKeys, lessons: lessonsName.optional() })
  .optional()
  .meta({ short: [text], description: 'How the candidate is trained; or the name of its data' });

const adjustment = z.strictObject({ when: expression, set: z.strictObject(trainKeys) });

const capability = z
  .strictObject({
    importance: outOfTen.optional(),
    demand: outOfTen.optional(),
    risk: outOfTen.optional(),
    requires: names.optional(),
    gate: expressions.optional(),
    field: choice(fields).optional(),
  })
  .meta({ short: [{ type: 'null' }] });

export const planSchema = z.strictObject({
  model: name.optional(),
  field: choice(fields).optional(),
  strategy: choice(strategies, { oneshot: 'one-shot', 'a/b': 'ab', abtest: 'ab', grey: 'gray' }).optional(),
  train,
  version: versionName.optional(),
  capabilities: z
    .record(z.string(), capability)
    .optional()
    .meta({ short: [text, { type: 'array', items: text }], description: 'Functions of the model, by name' }),
  order: expression.optional(),
  stages: z
    .strictObject({
      first: whole(1, '2', 1000).optional(),
      then: expression.optional(),
      lists: z.array(names).optional(),
    })
    .optional()
    .meta({ short: [{ type: 'array', items: textOrTexts }], description: 'A list of lists, or N_0 and ΔN(t)' }),
  audiences: z.array(names).optional(),
  'internal test': z
    .strictObject({
      gate: expressions.optional(),
      'capability gates': z.record(z.string(), expressions).optional(),
      testers: peopleNames.optional(),
      'min rated': whole(0, '20').optional(),
      within: duration.optional(),
      approval,
    })
    .optional(),
  gray: z
    .strictObject({
      ramp: ramp.optional(),
      bake: duration.optional(),
      'check every': duration.optional(),
      guardrails: expressions.optional(),
      'on breach': choice(['roll back', 'pause']).optional(),
      'min rated': whole(1, '50').optional(),
      within: duration.optional(),
      approval,
    })
    .optional(),
  'ab test': z
    .strictObject({
      share: number({ least: 0, most: 1, open: 'both', example: '50%' }).optional(),
      'decide on': choice(meanMetrics).optional(),
      margin: number({ least: 0, most: 1, example: '0.02' }).optional(),
      'check every': duration.optional(),
      'min rated': whole(1, '100').optional(),
      within: duration.optional(),
      'if inconclusive': choice(['ask', 'advance', 'roll back']).optional(),
      approval,
    })
    .optional(),
  full: z.strictObject({ approval }).optional(),
  iterate: z
    .strictObject({
      'learn when': expression.optional(),
      every: duration.optional(),
      adjust: z.array(adjustment).max(50).optional(),
    })
    .optional(),
  people: z.record(z.string(), peopleNames).optional(),
  'gateway within': duration.optional(),
  alpha: number({ least: 0, most: 0.5, open: 'least', example: '0.05' }).optional(),
});

export type WrittenPlan = z.output<typeof planSchema>;
export type WrittenApproval = z.output<typeof approval>;

type JsonSchema = Record<string, unknown>;

/** JSON Schema of a plan file. Keys are there with spaces and in camel case. */
export function planJsonSchema(): JsonSchema {
  const schema: JsonSchema = {
    ...z.toJSONSchema(planSchema, {
      io: 'input',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => withShortForms(jsonSchema),
    }),
    title: 'A plan of Gradus',
  };
  const properties = schema['properties'];
  if (isSchema(properties)) properties['data'] = { type: 'string', description: 'Short for train: {data: …}' };
  const stages = isSchema(properties) ? properties['stages'] : undefined;
  if (isSchema(stages)) addStageSpellings(stages);
  return schema;
}

/** A part with a short form becomes `anyOf`; in mappings, `check every` is also `checkEvery`. */
function withShortForms(schema: JsonSchema): void {
  const { short, properties } = schema;
  if (isSchema(properties)) {
    for (const [key, value] of Object.entries(properties)) {
      if (key.includes(' ')) properties[key.replace(/ (\w)/g, (_, letter: string) => letter.toUpperCase())] = value;
    }
  }
  if (!Array.isArray(short)) return;
  delete schema['short'];
  const { description, ...long } = schema;
  for (const key of Object.keys(schema)) delete schema[key];
  Object.assign(schema, description === undefined ? {} : { description }, { anyOf: [long, ...short] });
}

function addStageSpellings(schema: JsonSchema): void {
  const [long] = Array.isArray(schema['anyOf']) ? schema['anyOf'] : [];
  const properties: unknown = isSchema(long) ? long['properties'] : undefined;
  if (!isSchema(properties)) return;
  properties['N_0'] = properties['first'];
  properties['ΔN'] = properties['then'];
  properties['dN'] = properties['then'];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
