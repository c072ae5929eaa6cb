/** What each key of a plan means, for `gradus plan check --explain`. */
import { GradusError } from '../domain/errors.ts';
import { plainKey } from '../domain/plan-spelling.ts';
import { didYouMean } from '../domain/words.ts';

const approval = {
  from: 'Who may decide: names, or groups of `people`. Left out: anyone.',
  count: 'How many different people have to approve. One rejection decides. Default 1.',
  each: 'yes: each of those named has to give so many approvals, by different people. Default no: all of them together.',
  own: 'yes: whoever started the release may approve it too. Default no.',
  within: 'How long to wait for them, e.g. 2 days. Default 2 days.',
  else: 'What happens when nobody has decided in time: hold (default: asks once more, for as long again, and then rejects), reject or approve.',
  'escalate to': 'Who may decide too once nobody has in time: names, or groups of `people`.',
  remind:
    'How often people are reminded, e.g. 4 hours. Left out: when half of their time is over, and when nine tenths are.',
};

/** By path; a test holds it to have every key that a plan may have. */
export const planKeys: Record<string, string> = {
  model: 'Name of the model. One release of a model runs at a time.',
  field:
    'medical, finance or driving: the internal test asks experts, few users come first, bakes are long, and two groups approve. A plan may be stricter, never laxer; plan check says what the template gave.',
  strategy:
    'gradual (default: internal test, gray, A/B, full), gray (no A/B), ab (no gray), staged (audiences, one after the other), one-shot (all capabilities at once, after the internal test).',
  data: 'Name of the dataset to train on: short for train: {data: …}.',
  train: 'How the candidate is trained. Equal values give the same version.',
  version: 'Release a version that exists, e.g. v3, instead of training one.',
  capabilities:
    'Functions of the model that users get or do not get: a list of names, or a mapping with importance and so on.',
  order:
    'Score of a capability, an expression of importance, demand and risk; the highest goes first. Default 2 importance + demand - 3 risk.',
  stages:
    'Which capabilities go together: lists of names, or first (N_0) and then (ΔN). Default: three stages of about the same size.',
  audiences: 'For the staged strategy: groups of users that get the candidate one after the other, before all.',
  'internal test': 'Step 3: measured on held-out data, and tried by testers.',
  gray: 'Step 4: a small share of users, growing.',
  'ab test':
    'Step 5: candidate and stable side by side, with a decision by a test that may be looked at as often as you like.',
  full: 'Step 6: all users.',
  iterate: 'Step 7: what was learnt from the release.',
  people: 'Groups of people who approve: {ml-team: [ann, bob]}.',
  'gateway within': 'How long to wait until every live gateway obeys a change. Default 1 minute.',
  alpha: 'Chance that a decision from live data is wrong, over all looks of one release. Default 0.05.',
  'train.data': 'Name of the dataset.',
  'train.share': 'Share of the training and validation parts that is used, e.g. 25%. Default all.',
  'train.network': 'per capability (default): a network for each; shared: one trunk with a head for each.',
  'train.epochs': 'Times that the training part is gone through. Default 10.',
  'train.batch': 'Examples a step. Default 32.',
  'train.learning rate': 'Of adam. Default 0.001.',
  'train.clip norm':
    'Largest norm of the gradients of a step, all parameters together; larger ones are scaled down. Default: none.',
  'train.vocabulary': 'Words that are known; others are one unknown word. Default 10000.',
  'train.length': 'Words of a text that are read, from its beginning. Default 100.',
  'train.embedding': 'Numbers a word. Default 128.',
  'train.units': 'Units of the LSTM. Default 128.',
  'train.averaging':
    'Which weights are kept: those of one epoch (none, the default), or the mean of all epochs so far (epochs), which is steadier.',
  'train.pooling':
    'What is read off the LSTM: last (its last state, the default), average, max, or average and max of all states.',
  'train.word dropout': 'Chance that a word is hidden from the network while it learns, e.g. 30%. Default 0.',
  'train.patience':
    'Epochs in a row that may be no better on the validation part before a network is finished. Default all.',
  'train.class weights': 'balanced: rare labels count as much as frequent ones; equal (default): each example does.',
  'train.lessons': 'Digest of what users corrected, to learn from beside the data. An iteration writes it.',
  'train.schedule': 'How the learning rate falls over all epochs: constant (default), linear or cosine.',
  'train.seed': 'Of everything random. Default 1.',
  'capabilities.*.importance': 'How important it is, 0 to 10. Default 5.',
  'capabilities.*.demand': 'How much users want it, 0 to 10. Default 5.',
  'capabilities.*.risk': 'How bad it is when it is wrong, 0 to 10. Default 5.',
  'capabilities.*.requires': 'Capabilities that must be with all users before this one, or in the same stage.',
  'capabilities.*.gate': 'Conditions of the internal test for this capability alone.',
  'capabilities.*.field':
    'The field of this capability alone; the strictest counts for the steps, which all have in common.',
  'stages.first': 'N_0: how many capabilities the first stage has.',
  'stages.then': 'ΔN: how many each later stage has; a number, or an expression of t (t = 1, 2, …), rounded down.',
  'stages.lists': 'The stages themselves: a list of lists of names.',
  'internal test.gate':
    'Conditions over held-out metrics that every capability must meet, e.g. gap.tokens <= 0.1 (best less worst accuracy of short and long texts; also script, or an attribute of the data). Default accuracy >= stable.accuracy - 0.02.',
  'internal test.capability gates': 'More conditions, by capability.',
  'internal test.testers': 'Groups of users who get the candidate in the internal test and ever after.',
  'internal test.min rated': "How many of the testers' answers have to be rated. Default 10 where there are testers.",
  'internal test.within': 'How long to wait for them. Default 2 days.',
  'internal test.approval': 'People who decide when the gate is met.',
  'gray.ramp': 'Shares of users, growing, e.g. [1%, 5%, 25%] (the default).',
  'gray.bake': 'How long each share is held, from when every gateway obeys it. Default 1 hour.',
  'gray.check every': 'How often the guardrails are looked at. Default a tenth of the bake time, 5 minutes at most.',
  'gray.guardrails':
    'Conditions over live metrics, for all values and for the newest alone. Default: satisfaction no more than 0.05 and error rate no more than 0.01 worse than stable.',
  'gray.on breach': 'roll back (default) or pause.',
  'gray.min rated':
    "How many of the candidate's answers have to be rated, per capability, before a share grows. Default 50.",
  'gray.within': 'After this long at one share without enough data, a person is asked. Default 7 days.',
  'gray.approval': 'People who decide when the last share has been held.',
  'ab test.share': 'Share of the users not yet on the candidate who get it. Default 50%.',
  'ab test.decide on': 'The live metric that decides. Default satisfaction.',
  'ab test.margin': 'How much worse than stable the candidate may be to go on. Default 0.02.',
  'ab test.check every': 'How often the test is looked at. Default a hundredth of the time, 1 hour at most.',
  'ab test.min rated': 'Rated answers, per capability, before it may be decided. Default 100.',
  'ab test.within': 'How long it may take. Default 14 days.',
  'ab test.if inconclusive':
    'What happens when time is up and both are still possible: ask (default), advance, roll back. With too few rated, advance asks too.',
  'ab test.approval': 'People who decide when the test has.',
  'full.approval': 'People who decide before all users get it.',
  'iterate.learn when':
    'When a next version should be trained, of what was heard since the model last learnt. Default corrections >= 200 or satisfaction < 0.6.',
  'iterate.every': 'How often gradus schedule create looks whether there is something to learn, e.g. 1 week.',
  'iterate.adjust':
    'How the model is trained otherwise when it learns again: a list of {when: condition, set: {keys of train}}.',
  'iterate.adjust.when': 'A condition over the same figures as learn when.',
  'iterate.adjust.set': 'Keys of train and their new values, e.g. {epochs: 12, class weights: balanced}.',
  ...Object.fromEntries(
    ['internal test', 'gray', 'ab test', 'full'].flatMap((section) =>
      Object.entries(approval).map(([key, meaning]) => [`${section}.approval.${key}`, meaning]),
    ),
  ),
};

/** `capabilities.spam.risk` and `capabilities.risk` find `capabilities.*.risk`. Throws `REQUEST_INVALID`. */
export function explainKey(asked: string): string {
  const known = Object.keys(planKeys);
  const wanted = plainKey(asked);
  const found = known.filter((path) =>
    spellings(path).some((spelling) => spelling === wanted || matches(spelling, wanted)),
  );
  const byLast = found.length > 0 ? found : known.filter((path) => plainKey(path.split('.').at(-1) ?? '') === wanted);
  if (byLast.length === 0) {
    throw new GradusError(
      'REQUEST_INVALID',
      `A plan has no key "${asked}"${didYouMean(asked, known)}. Keys: ${topKeys()}.`,
    );
  }
  return byLast.map((path) => `${path}\n  ${planKeys[path] ?? ''}${inside(path)}`).join('\n');
}

function spellings(path: string): string[] {
  return [plainKey(path), plainKey(path.replace('.*', ''))];
}

function matches(spelling: string, wanted: string): boolean {
  const parts = wanted.split('.');
  return (
    spelling.includes('*') &&
    spelling.split('.').every((part, i) => part === '*' || part === parts[i]) &&
    parts.length === spelling.split('.').length
  );
}

function inside(path: string): string {
  const keys = Object.keys(planKeys)
    .filter(
      (key) =>
        key.startsWith(`${path}.`) &&
        !key
          .slice(path.length + 1)
          .replace('*.', '')
          .includes('.'),
    )
    .map((key) => key.split('.').at(-1));
  return keys.length === 0 ? '' : `\n  Keys in it: ${keys.join(', ')}`;
}

function topKeys(): string {
  return Object.keys(planKeys)
    .filter((path) => !path.includes('.'))
    .join(', ');
}
