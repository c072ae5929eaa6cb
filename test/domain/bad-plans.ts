/** Plans that must be refused, with all that is wrong with each. */
export interface BadPlan {
  what: string;
  /** What differs from the good plan below; a function may do anything. */
  input: unknown;
  problems: string[];
}

const good = { model: 'm', data: 'mail', capabilities: { spam: {}, topic: {}, html: {} } };
const plan = (parts: object) => ({ ...good, ...parts });

export const badPlans: BadPlan[] = [
  { what: 'nothing', input: null, problems: ['the plan is empty; write at least model, data and capabilities'] },
  { what: 'a text', input: 'mail', problems: ['"mail" is not a plan; write at least model, data and capabilities'] },
  { what: 'a list', input: [], problems: ['a list is not a plan; write at least model, data and capabilities'] },
  {
    what: 'an empty mapping',
    input: {},
    problems: [
      'model: it is missing; name the model',
      'there is nothing to release; write data: mail (what to train on), or version: v3 (what was trained)',
      'capabilities: there are none; list what users are given, e.g. capabilities: [spam, topic]',
    ],
  },
  {
    what: 'unknown keys at every depth',
    input: plan({ stragety: 'gradual', gray: { bakk: '1 hour' }, capabilities: { spam: { rsik: 3 } }, order: 'risk' }),
    problems: [
      'stragety: there is no such key; did you mean strategy?',
      'gray.bakk: there is no such key; did you mean bake?',
      'capabilities.spam.rsik: there is no such key; did you mean risk?',
    ],
  },
  {
    what: 'unknown keys of what an iteration adjusts',
    input: plan({
      iterate: {
        adjust: [
          { when: 'drift > 0.1', set: { epoch: 4 } },
          { when: 'drift > 0.1', set: { colour: 4 } },
          { wenn: 'drift > 0.1', when: 'drift > 0.1', set: { units: 32 } },
        ],
      },
    }),
    problems: [
      'iterate.adjust[0].set.epoch: there is no such key; did you mean epochs?',
      'iterate.adjust[1].set.colour: there is no such key; keys here are data, share, network, epochs, batch, learning rate, clip norm, vocabulary, length, embedding, units, pooling, word dropout, patience, averaging, class weights, schedule and seed',
      'iterate.adjust[2].wenn: there is no such key; keys here are when and set',
    ],
  },
  {
    what: 'an unknown strategy',
    input: plan({ strategy: 'gradul' }),
    problems: ['strategy: "gradul" is not one of gradual, one-shot, staged, gray or ab (did you mean gradual?)'],
  },
  {
    what: 'wrong types everywhere',
    input: { model: 7, train: 3, capabilities: { spam: 5 }, gray: [], full: 'yes', people: 'ann' },
    problems: [
      'model: 7 is not a name; write a text',
      'train: 3 is not a mapping; its keys are data, share, network, epochs, batch, learning rate, clip norm, vocabulary, length, embedding, units, pooling, word dropout, patience, averaging, class weights, schedule, seed and lessons',
      'capabilities.spam: 5 is not a mapping; its keys are importance, demand, risk, requires, gate and field',
      'gray: a list is not a mapping; its keys are ramp, bake, check every, guardrails, on breach, min rated, within and approval',
      'full: "yes" is not a mapping; its keys are approval',
      'people: "ann" is not a mapping; write a mapping',
    ],
  },
  {
    what: 'data twice, and a version beside them',
    input: plan({ train: { data: 'other' }, version: 'v3' }),
    problems: [
      'data: data is there and in train; keep one',
      'version: a version is released as it is, and train trains one; keep one of them',
    ],
  },
  {
    what: 'a version that is none',
    input: { model: 'm', version: 'newest', capabilities: ['a'] },
    problems: ['version: "newest" is not a version; write e.g. v3, or a digest'],
  },
  {
    what: 'training figures out of range',
    input: plan({
      data: undefined,
      train: { data: 'mail', epochs: 0, share: 0, batch: 1.5, units: 100, 'learning rate': 'fast', seed: -1 },
    }),
    problems: [
      'train.share: 0 is out of range: it goes above 0 to 1; write e.g. 25%',
      'train.epochs: 0 is out of range: it goes from 1 to 10000; write e.g. 10',
      'train.batch: 1.5 is not a whole number; write e.g. 32',
      'train.learning rate: "fast" is not a number; write e.g. 0.001',
      'train.units: 100 is not a multiple of 16; write e.g. 128',
      'train.seed: -1 is out of range: it goes from 0 to 2147483648; write e.g. 1',
    ],
  },
  {
    what: 'capabilities listed twice, and no names',
    input: plan({ capabilities: ['spam', 'topic', 'spam', 4, ' x'] }),
    problems: [
      'capabilities[2]: spam is there twice; keep one',
      'capabilities[3]: 4 is not a name; list names, or write capabilities as a mapping',
      'capabilities. x: " x" is not a usable name; use letters, digits, spaces and . _ @ + -, beginning with a letter or digit',
    ],
  },
  {
    what: 'names that JavaScript keeps for itself',
    input: JSON.parse(
      '{"model":"constructor","data":"mail","capabilities":{"__proto__":{},"toString":{},"spam":{"requires":"hasOwnProperty"}},"people":{"valueOf":["ann"]}}',
    ),
    problems: [
      'capabilities.__proto__: "__proto__" is a reserved word; choose another name',
      'model: "constructor" is a reserved word; choose another name',
      'capabilities.spam.requires: "hasOwnProperty" is a reserved word; choose another name',
      'capabilities.toString: "toString" is a reserved word; choose another name',
      'people.valueOf: "valueOf" is a reserved word; choose another name',
    ],
  },
  {
    what: 'names that would break paths',
    input: plan({ model: 'my model', capabilities: { 'a/b': {}, '': {}, ['x'.repeat(65)]: {} } }),
    problems: [
      'model: "my model" is not a usable name; use letters, digits and . _ -, beginning with a letter or digit',
      'capabilities.a/b: "a/b" is not a usable name; use letters, digits, spaces and . _ @ + -, beginning with a letter or digit',
      'capabilities.: a name is empty; give it one',
      `capabilities.${'x'.repeat(65)}: "${'x'.repeat(56)}… is longer than 64 characters; shorten it`,
    ],
  },
  {
    what: 'a reminder that would come too late',
    input: plan({ full: { approval: { from: 'ann', within: '1 day', remind: '2 days' } } }),
    problems: [
      'full.approval.remind: people have 1 day, so nobody would ever be reminded; remind sooner, or take it away',
    ],
  },
  {
    what: 'requirements that are not there',
    input: plan({ capabilities: { spam: {}, topic: { requires: 'spm' }, html: { requires: ['quux', 'spam'] } } }),
    problems: [
      'capabilities.topic.requires: there is no capability "spm" (did you mean spam?)',
      'capabilities.html.requires: there is no capability "quux"; write one of spam, topic or html',
    ],
  },
  {
    what: 'two circles of requirements, and stages that would never end',
    input: plan({
      capabilities: { spam: { requires: 'spam' }, html: { requires: 'topic' }, topic: { requires: 'html' } },
      stages: { first: 3, then: -1 },
    }),
    problems: [
      'capabilities.spam.requires: it requires itself; take that away',
      'capabilities.html.requires: html → topic → html is a circle, so none could be first; take one requirement away',
      'stages.then: ΔN(1) is -1; each stage needs at least 1',
    ],
  },
  {
    what: 'requirements in a circle',
    input: plan({
      capabilities: { spam: { requires: 'html' }, topic: { requires: 'spam' }, html: { requires: 'topic' } },
    }),
    problems: [
      'capabilities.spam.requires: spam → html → topic → spam is a circle, so none could be first; take one requirement away',
    ],
  },
  {
    what: 'a capability that requires itself',
    input: plan({ capabilities: { spam: { requires: 'spam' } } }),
    problems: ['capabilities.spam.requires: it requires itself; take that away'],
  },
  {
    what: 'importance out of range',
    input: plan({ capabilities: { spam: { importance: 11, demand: -1, risk: 'high' } } }),
    problems: [
      'capabilities.spam.importance: 11 is out of range: it goes from 0 to 10; write e.g. 5',
      'capabilities.spam.demand: -1 is out of range: it goes from 0 to 10; write e.g. 5',
      'capabilities.spam.risk: "high" is not a number; write e.g. 5',
    ],
  },
  {
    what: 'an order of unknown things',
    input: plan({ order: 'importance + urgency' }),
    problems: ['order: urgency is not something that a capability has; use importance, demand or risk'],
  },
  {
    what: 'an order that is not a number for some',
    input: plan({ order: 'importance / risk', capabilities: { spam: { risk: 0 }, topic: {} } }),
    problems: ['order: for spam, importance / risk is not a number'],
  },
  {
    what: 'an order that is a condition',
    input: plan({ order: 'importance > 5' }),
    problems: ['order: importance > 5 is a condition; a number is needed here'],
  },
  {
    what: 'an order that would run code',
    input: plan({ order: 'import("fs")' }),
    problems: ['order: import is not a function of plans; use min, max, abs, sqrt, exp, log, floor, ceil or round'],
  },
  {
    what: 'stages that leave out, double, invent and break requirements',
    input: plan({
      capabilities: { spam: { requires: 'topic' }, topic: {}, html: {}, reply: {} },
      stages: [['spam', 'htm'], ['topic', 'spam'], []],
    }),
    problems: [
      'stages[0]: there is no capability "htm" (did you mean html?)',
      'stages[1]: spam is in stage 1 already; keep it in one',
      'stages[2]: the stage is empty; name its capabilities, or take it away',
      'stages: html and reply are in no stage; put every capability in one',
      'stages[0]: spam requires topic, which comes later, in stage 2; move one of them',
    ],
  },
  {
    what: 'more at first than there are',
    input: plan({ stages: { N_0: 4 } }),
    problems: ['stages.first: 4 are more than the 3 capabilities of the plan; write 3 or less'],
  },
  {
    what: 'stages that do not grow',
    input: plan({ stages: { first: 1, then: 0 } }),
    problems: ['stages.then: ΔN(1) is 0; each stage needs at least 1'],
  },
  {
    what: 'stages that shrink to nothing later',
    input: plan({ capabilities: ['a', 'b', 'c', 'd', 'e', 'f'], stages: { N_0: 1, ΔN: '3 - t' } }),
    problems: ['stages.then: ΔN(3) is 0; each stage needs at least 1'],
  },
  {
    what: 'ΔN of something else than t',
    input: plan({ stages: { first: 1, then: 'importance' } }),
    problems: ['stages.then: importance is not known here; ΔN is an expression of t alone; use t'],
  },
  {
    what: 'ΔN that is no number',
    input: plan({ stages: { first: 1, then: 'log(t - 1)' } }),
    problems: ['stages.then: ΔN(1) is not a number'],
  },
  {
    what: 'a ramp that shrinks and leaves its range',
    input: plan({ gray: { ramp: ['50%', '25%', '0%', 5, 'some'] } }),
    problems: [
      'gray.ramp: 25% comes after 50%; a ramp only grows',
      'gray.ramp: "0%" is no user at all; a share is above 0%',
      'gray.ramp: 5 is more than all users; write 5%',
      'gray.ramp: "some" is not a share of users; write e.g. 5%',
    ],
  },
  {
    what: 'a ramp that leaves nobody to compare with',
    input: plan({ gray: { ramp: ['10%', '100%'] } }),
    problems: ['gray.ramp: 100% leaves nobody for the A/B test; end below 100%, or write strategy: gray'],
  },
  {
    what: 'durations of nothing, below nothing, without unit and of rubbish',
    input: plan({
      gray: { bake: '0 s', within: '-2 days', 'check every': 30 },
      'ab test': { within: 'a while' },
      'gateway within': '60',
    }),
    problems: [
      'gray.bake: "0 s" is not longer than nothing; write e.g. 10 minutes',
      'gray.check every: 30 has no unit; write e.g. 30 minutes or 30 hours',
      'gray.within: "-2 days" is not longer than nothing; write e.g. 10 minutes',
      'ab test.within: "a while" is not a duration; write e.g. 10 s, 6 hours or 14 days',
      'gateway within: "60" has no unit; write e.g. 60 minutes',
    ],
  },
  {
    what: 'looks that are too rare, and time too short',
    input: plan({ gray: { bake: '1 hour', 'check every': '2 hours', within: '30 minutes' } }),
    problems: [
      'gray.check every: 2 hours is longer than bake, 1 hour; look at least once in that time',
      'gray.within: 30 minutes is shorter than bake, 1 hour; give it more time',
    ],
  },
  {
    what: 'gates over what is not measured',
    input: plan({
      'internal test': { gate: ['acuracy >= 0.9', 'recall.spam', 'stable >= 0.5', 'testers.mood > 0.5'] },
    }),
    problems: [
      'internal test.gate: acuracy is not a metric of the internal test; did you mean accuracy?',
      'internal test.gate: recall.spam compares nothing; write e.g. recall.spam >= 0.9',
      'internal test.gate: stable alone is only clear beside one metric; write e.g. stable.accuracy',
      'internal test.gate: testers.mood is not a live metric; use satisfaction, accuracy, errorRate, p50Ms, p95Ms or p99Ms',
    ],
  },
  {
    what: 'expressions that cannot be read',
    input: plan({
      'internal test': { gate: ['accuracy >=', 'accuracy == 1', 'f(x) = 2', 'accuracy % 2 > 0', '[1, 2] > 0'] },
    }),
    problems: [
      'internal test.gate: accuracy >= is not an expression: unexpected end of expression',
      'internal test.gate: accuracy == 1: what is measured is never exactly equal; use <, <=, > or >=',
      'internal test.gate: f(x) = 2 cannot be used in a plan: only numbers, names, arithmetic, comparisons and functions',
      'internal test.gate: accuracy % 2: write % right behind a number, as in 5%',
      'internal test.gate: [1, 2] cannot be used in a plan: only numbers, names, arithmetic, comparisons and functions',
    ],
  },
  {
    what: 'a gate of a capability that is not there',
    input: plan({ 'internal test': { 'capability gates': { spm: 'recall > 0.5' } } }),
    problems: ['internal test.capability gates.spm: there is no capability "spm" (did you mean spam?)'],
  },
  {
    what: 'guardrails that are none',
    input: plan({
      gray: {
        guardrails: [
          'satisfaction >= 0.5 and accuracy > 0.1',
          'stable.satisfaction > 0.5',
          'recall >= 0.5',
          'latency < 3',
        ],
      },
    }),
    problems: [
      'gray.guardrails: satisfaction >= 0.5 and accuracy > 0.1 is more than one comparison; list each of them as an entry of its own',
      'gray.guardrails: stable.satisfaction > 0.5 says nothing of the candidate; compare one of its metrics, e.g. satisfaction >= stable - 5%',
      'gray.guardrails: recall is not a live metric; use satisfaction, accuracy, errorRate, p50Ms, p95Ms or p99Ms',
      'gray.guardrails: latency is not a live metric; use satisfaction, accuracy, errorRate, p50Ms, p95Ms or p99Ms',
    ],
  },
  {
    what: 'no guardrails at all',
    input: plan({ gray: { guardrails: [] } }),
    problems: ['gray.guardrails: none is listed, so nothing would be noticed; leave the key out for the usual ones'],
  },
  {
    what: 'an A/B test that cannot decide',
    input: plan({ 'ab test': { share: '100%', 'decide on': 'p99', margin: 2, 'if inconclusive': 'guess' } }),
    problems: [
      'ab test.share: "100%" is out of range: it goes above 0 below 1; write e.g. 50%',
      'ab test.margin: 2 is out of range: it goes from 0 to 1 (2 percent is written 2%); write e.g. 0.02',
      'ab test.if inconclusive: "guess" is not one of ask, advance or roll back',
      'ab test.decide on: "p99" is not one of satisfaction, accuracy or errorRate',
    ],
  },
  {
    what: 'approvals of nobody, of an empty group and of too few',
    input: plan({
      people: { team: [], product: ['ann', 'bob'] },
      'internal test': { approval: { from: [] } },
      gray: { approval: { from: 'team' } },
      'ab test': { approval: { from: ['product', 'ann'], count: 3 } },
      full: { approval: { from: 'prodct', count: 0, else: 'maybe' } },
    }),
    problems: [
      'internal test.approval.from: nobody is named who may approve; name people or groups, or write anyone',
      'full.approval.count: 0 is out of range: it goes from 1 to 100; write e.g. 2',
      'full.approval.else: "maybe" is not one of hold, reject or approve',
      'gray.approval.from: nobody is in team; name its members under people',
      'ab test.approval.count: 3 have to approve, but only 2 can (ann and bob); name more people or lower the count',
      'full.approval.from: there is no group "prodct" in people (did you mean product?)',
    ],
  },
  {
    what: 'audiences of the wrong strategy, and a strategy without them',
    input: plan({ audiences: ['staff'] }),
    problems: [
      'audiences: only the staged strategy has audiences, and this is gradual; write strategy: staged or take them away',
    ],
  },
  {
    what: 'a staged release to nobody in particular',
    input: plan({ strategy: 'staged' }),
    problems: [
      'audiences: the staged strategy needs groups of users, one after the other; write e.g. [[staff], [beta, partners]]',
    ],
  },
  {
    what: 'audiences that are empty or come twice',
    input: plan({ strategy: 'staged', audiences: ['staff', [], ['beta', 'staff']] }),
    problems: [
      'audiences[1]: the audience is empty; name its groups, or take it away',
      'audiences[2]: staff has the candidate already from before; keep it once',
    ],
  },
  {
    what: 'ratings by testers that are not there',
    input: plan({ 'internal test': { 'min rated': 5 } }),
    problems: ['internal test.min rated: nobody tests, so nothing would be rated; name groups of users as testers'],
  },
  {
    what: 'the same key in two spellings',
    input: plan({ abTest: { margin: 0.1 }, 'ab test': { margin: 0.2 } }),
    problems: ['ab test: ab test is there twice; keep one'],
  },
  {
    what: 'learning from what is not counted, and alpha out of range',
    input: plan({ iterate: { 'learn when': 'moods > 0.1' }, alpha: 1 }),
    problems: [
      'alpha: 1 is out of range: it goes above 0 to 0.5; write e.g. 0.05',
      'iterate.learn when: moods is not something that a release counts; use answers, users, failures, rated, satisfaction, labelled, corrections, accuracy, errorRate, comments or drift',
    ],
  },
];
