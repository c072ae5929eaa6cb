/** A network that learns: forward, backward and Adam on one thread, in one block of memory. */
import { GradusError } from '../domain/errors.ts';
import { backward } from './backward.ts';
import type { GradientTensors } from './backward.ts';
import { forward } from './forward.ts';
import { crossEntropy, softmax } from './heads.ts';
import { newMemory, openMemory } from './memory.ts';
import type { BatchSize, Replica } from './memory.ts';
import { createOps } from './ops.ts';
import type { Tensor } from './ops.ts';
import { pack } from './packing.ts';
import type { Sequence } from './packing.ts';
import { classesOf, parameterNames, parameterShapes, sizeOf } from './shape.ts';
import type { NetworkShape, ParameterName, Weights } from './shape.ts';
import { hasManyRows, stepByStep } from './steps.ts';
import { tensorflow } from './tensorflow.ts';
import { distinctWords } from './words.ts';

export interface TrainingOptions extends BatchSize {
  /** Asked for when it is known that there is room for them. */
  initial: () => Weights;
  learningRate: number;
  /** The largest norm of all gradients of a step together; left out: any. */
  clip?: number;
  /** How much each label of each head counts in the loss; 1 where nothing is said. */
  labelWeights: number[][];
  /** To go on from what `state` gave. */
  state?: NetworkState | null;
}

/** All that a step changes. */
export interface NetworkState {
  /** Steps so far. */
  updates: number;
  /** Parameters, the optimiser's moments, and which words had gradients. */
  memory: Uint8Array;
}

/** This replica's rows: dealt by length, there and back, so that all replicas have about the same work. */
function dealt(sequences: Sequence[], count: number, index: number): number[] {
  if (count === 1) return [...sequences.keys()];
  const byLength = sequences.map(({ length }, row) => ({ row, length })).sort((a, b) => b.length - a.length);
  return byLength.flatMap(({ row }, place) => {
    const turn = place % (2 * count);
    return (turn < count ? turn : 2 * count - 1 - turn) === index ? row : [];
  });
}

/** Keras's defaults. */
const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

export type TrainableNetwork = ReturnType<typeof createTrainableNetwork>;

/**
 * With `replica`, one of several networks that learn together, each in a thread of its own: all are given the same
 * batches, and each learns from its part of them. Every call then waits for the same call of the others.
 */
export function createTrainableNetwork(shape: NetworkShape, options: TrainingOptions, replica?: Replica) {
  const { embedding, units } = shape;
  if (units % 16 !== 0 || embedding % 4 !== 0) {
    throw new GradusError('PLAN_INVALID', 'train.units must be a multiple of 16, and train.embedding one of 4.');
  }
  const own = replica ?? { index: 0, count: 1, memory: newMemory(shape, options, 1) };
  const { index, count } = own;
  const memory = openMemory(shape, options, own);
  const { layout, kernels, floats, meet } = memory;
  const losses = floats(layout.losses, count);
  const ops = createOps(tensorflow());
  const shapes = parameterShapes(shape);
  const classes = classesOf(shape.heads);
  const view = (name: ParameterName): Float32Array => floats(layout.parameters[name], sizeOf(shapes[name]));

  const kept: Tensor[] = [];
  const over = (at: number, dimensions: number[]): Tensor => {
    const tensor = ops.keepFloats(dimensions, floats(at, sizeOf(dimensions)));
    kept.push(tensor);
    return tensor;
  };
  /** Over so many rows of a matrix: made once, because that takes as long as a tenth of a step. */
  const firstRows = (at: number, width: number): ((rows: number) => Tensor) => {
    const known: Tensor[] = [];
    return (rows) => (known[rows] ??= over(at, [rows, width]));
  };
  const recurrentAt = 4 * embedding * 4 * units;
  const { parameters, gradients } = layout;
  const tensors = {
    embedding: over(parameters.embedding, shapes.embedding),
    lstm: {
      kernel: over(parameters.lstm, shapes.lstm),
      bias: over(parameters.lstmBias, shapes.lstmBias),
      peephole: over(layout.zeros, [units]),
    },
    inputKernel: over(parameters.lstm, [embedding, 4 * units]),
    recurrentKernel: over(parameters.lstm + recurrentAt, [units, 4 * units]),
    lastHidden: firstRows(layout.last.hidden, units),
    sums: firstRows(layout.sums, 4 * units),
    dense: over(parameters.dense, shapes.dense),
    denseBias: over(parameters.denseBias, shapes.denseBias),
  };
  const transposed = {
    input: over(layout.transposed.input, [4 * units, embedding]),
    recurrent: over(layout.transposed.recurrent, [4 * units, units]),
  };
  const lastGates = firstRows(layout.last.dGates, 4 * units);
  const dHidden = firstRows(layout.dHidden, units);
  const gradientTensors: GradientTensors = {
    inputKernel: over(gradients.lstm, [embedding, 4 * units]),
    recurrentKernel: over(gradients.lstm + recurrentAt, [units, 4 * units]),
    lstmBias: over(gradients.lstmBias, [1, 4 * units]),
    dense: over(gradients.dense, shapes.dense),
    denseBias: over(gradients.denseBias, [1, classes]),
  };
  const lasting = memory.bytes(layout.parameters.embedding, layout.zeros);
  const { state = null } = options;
  if (index === 0 && state !== null) lasting.set(state.memory);
  else if (index === 0) {
    const initial = options.initial();
    for (const name of parameterNames) view(name).set(initial[name]);
  }
  meet();

  let updates = state?.updates ?? 0;

  /**
   * These sequences' part of the mean loss of a batch of `total`; its gradients are in memory afterwards. Returns also the
   * words that have some.
   */
  function learnFrom(sequences: Sequence[], labels: Int32Array, total: number): { loss: number; words: Int32Array } {
    if (sequences.length === 0) return { loss: 0, words: learnNothing() };
    const packed = pack(sequences);
    const words = distinctWords(packed, memory, shape.vocabulary);
    const result = hasManyRows(packed)
      ? forward(ops, shape, tensors, packed, memory, () => stepByStep(ops, shape, tensors, packed, memory, words))
      : forward(ops, shape, tensors, packed, memory);
    const outputs = softmax(ops.read(result.logits), shape.heads, packed.order.length);
    const heads = shape.heads.length;
    const sorted = new Int32Array(labels.length);
    for (const [row, index] of packed.order.entries()) {
      sorted.set(labels.subarray(index * heads, (index + 1) * heads), row * heads);
    }
    const loss = crossEntropy(outputs, shape.heads, sorted, options.labelWeights, total);
    const learner = { ops, shape, memory, tensors, transposed, lastGates, dHidden, gradients: gradientTensors };
    backward(learner, packed, words, result, outputs);
    ops.sweep();
    return { loss, words };
  }

  function learnNothing(): Int32Array {
    for (const name of parameterNames) if (name !== 'embedding') floats(gradients[name], sizeOf(shapes[name])).fill(0);
    memory.ints(layout.slots, shape.vocabulary).fill(0);
    return new Int32Array();
  }

  const tables = parameterNames.filter((name) => name !== 'embedding');
  const toFirst = -index * layout.stride;
  /** This replica's part of a parameter, in floats. In fours: arrays begin at multiples of 64 bytes, so there is room. */
  function partOf(name: ParameterName): { from: number; floats: number } {
    const fours = Math.ceil(sizeOf(shapes[name]) / 4);
    const from = Math.floor((fours * index) / count);
    return { from: 4 * from, floats: 4 * (Math.floor((fours * (index + 1)) / count) - from) };
  }

  /** Adds up this replica's part of the gradients, in the order of the replicas, where the first one has it. */
  function addUp(): void {
    for (const name of tables) {
      const { from, floats: size } = partOf(name);
      const first = gradients[name] + toFirst + 4 * from;
      for (let other = 1; other < count; other++) kernels.add(first, first + other * layout.stride, size);
    }
  }

  /** What gradients are multiplied with, so that the norm of all of them together is at most `clip`. */
  function scaleFor(clip: number): number {
    const { slots, stride } = layout;
    let own = kernels.rowSquares(
      gradients.embedding + toFirst,
      slots + toFirst,
      stride,
      count,
      index,
      shape.vocabulary,
      embedding,
    );
    for (const name of tables) {
      const { from, floats: size } = partOf(name);
      own += kernels.squares(gradients[name] + toFirst + 4 * from, size);
    }
    const squares = floats(layout.squares, count);
    squares[index] = own;
    meet();
    return Math.min(1, clip / Math.sqrt(squares.reduce((sum, one) => sum + one, 0)));
  }

  /** Adam as Keras has it, dense, also for the embedding; each replica moves its part of every parameter. */
  function update(learningRate: number): void {
    updates++;
    const { beta1, beta2, epsilon } = adam;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** updates)) / (1 - beta1 ** updates);
    const { means, variances, stride, slots, seen } = layout;
    addUp();
    const scale = options.clip === undefined ? 1 : scaleFor(options.clip);
    const changes = [scale, rate, beta1, beta2, epsilon];
    for (const name of parameterNames) {
      const arrays = [parameters[name], means[name], variances[name], gradients[name] + toFirst];
      if (name === 'embedding') {
        const rows = [index, shape.vocabulary, embedding];
        kernels.adamRows(...arrays, slots + toFirst, stride, count, seen, ...rows, ...changes);
        continue;
      }
      const { from, floats: size } = partOf(name);
      kernels.adam(...arrays.map((at) => at + 4 * from), size, ...changes);
    }
  }

  return {
    shape,
    /** One step on a batch. `labels` [sequences, heads]: places in a head's labels, or `unlabelled`. Returns the mean loss. */
    train(sequences: Sequence[], labels: Int32Array, learningRate = options.learningRate): number {
      const heads = shape.heads.length;
      const mine = dealt(sequences, count, index);
      const { loss } = learnFrom(
        mine.flatMap((row) => sequences[row] ?? []),
        Int32Array.from(mine.flatMap((row) => [...labels.subarray(row * heads, (row + 1) * heads)])),
        sequences.length,
      );
      losses[index] = loss;
      meet();
      const whole = losses.reduce((sum, one) => sum + one, 0);
      update(learningRate);
      meet();
      return whole;
    },
    /** What the first replica says is true for all of them. */
    decide(decision: () => boolean): boolean {
      if (index === 0) losses[0] = decision() ? 1 : 0;
      meet();
      const decided = losses[0] === 1;
      meet();
      return decided;
    },
    /** The loss, and its gradients as they would go into a step; for tests. */
    gradients(sequences: Sequence[], labels: Int32Array): { loss: number; gradients: Weights } {
      const { loss, words } = learnFrom(sequences, labels, sequences.length);
      const copy = (name: ParameterName): Float32Array => floats(gradients[name], sizeOf(shapes[name])).slice();
      const table = new Float32Array(sizeOf(shapes.embedding));
      const rows = floats(gradients.embedding, words.length * embedding);
      for (const [slot, word] of words.entries()) {
        table.set(rows.subarray(slot * embedding, (slot + 1) * embedding), word * embedding);
      }
      const [lstm, lstmBias] = [copy('lstm'), copy('lstmBias')];
      return {
        loss,
        gradients: { embedding: table, lstm, lstmBias, dense: copy('dense'), denseBias: copy('denseBias') },
      };
    },
    /** The weights as they are now, in the memory that training goes on to change. */
    live: (): Weights => ({
      embedding: view('embedding'),
      lstm: view('lstm'),
      lstmBias: view('lstmBias'),
      dense: view('dense'),
      denseBias: view('denseBias'),
    }),
    /** A copy. Between two steps the first replica alone may take it, as the others wait for it before they change any. */
    state: (): NetworkState => ({ updates, memory: lasting.slice() }),
    /** A copy. */
    weights(): Weights {
      const copy = (name: ParameterName): Float32Array => view(name).slice();
      const [lstm, lstmBias] = [copy('lstm'), copy('lstmBias')];
      return { embedding: copy('embedding'), lstm, lstmBias, dense: copy('dense'), denseBias: copy('denseBias') };
    },
    dispose(): void {
      for (const tensor of kept) ops.delete(tensor);
      ops.dispose();
    },
  };
}
