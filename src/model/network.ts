/** A network that learns: forward, backward and Adam on one thread, in one block of memory. */
import { GradusError } from '../domain/errors.ts';
import { backward } from './backward.ts';
import type { GradientTensors } from './backward.ts';
import { forward } from './forward.ts';
import { crossEntropy, softmax } from './heads.ts';
import { createMemory, gateNames } from './memory.ts';
import { createOps } from './ops.ts';
import type { Tensor } from './ops.ts';
import { pack } from './packing.ts';
import type { Sequence } from './packing.ts';
import { classesOf, parameterNames, parameterShapes, sizeOf } from './shape.ts';
import type { NetworkShape, ParameterName, Weights } from './shape.ts';
import { tensorflow } from './tensorflow.ts';

export interface TrainingOptions {
  /** Asked for when it is known that there is room for them. */
  initial: () => Weights;
  learningRate: number;
  /** Most sequences of a batch, and the length of the longest. */
  batch: number;
  longest: number;
  /** How much each head's loss counts. */
  headWeights: number[];
}

/** Keras's defaults. */
const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

export type TrainableNetwork = ReturnType<typeof createTrainableNetwork>;

export function createTrainableNetwork(shape: NetworkShape, options: TrainingOptions) {
  const { embedding, units } = shape;
  if (units % 16 !== 0 || embedding % 4 !== 0) {
    throw new GradusError('PLAN_INVALID', 'train.units must be a multiple of 16, and train.embedding one of 4.');
  }
  const memory = createMemory(shape, options.batch, options.batch * options.longest);
  const { layout, kernels, floats } = memory;
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
    dense: over(parameters.dense, shapes.dense),
    denseBias: over(parameters.denseBias, shapes.denseBias),
  };
  const gradientTensors: GradientTensors = {
    inputKernel: over(gradients.lstm, [embedding, 4 * units]),
    recurrentKernel: over(gradients.lstm + recurrentAt, [units, 4 * units]),
    lstmBias: over(gradients.lstmBias, [1, 4 * units]),
    dense: over(gradients.dense, shapes.dense),
    denseBias: over(gradients.denseBias, [1, classes]),
  };
  const initial = options.initial();
  for (const name of parameterNames) view(name).set(initial[name]);

  let updates = 0;

  /** Mean loss of the batch; its gradients are in memory afterwards. Returns also the words that have some. */
  function learnFrom(sequences: Sequence[], labels: Int32Array): { loss: number; words: number[] } {
    const packed = pack(sequences);
    const result = forward(ops, shape, tensors, packed, (base, steps, rows, outputs) => {
      for (const [index, name] of gateNames.entries()) {
        const values = outputs[index];
        if (values === undefined) continue;
        const at = layout.gates[name] + 4 * base * units;
        const into = ops.floatsOf([steps, rows * units], floats(at, steps * rows * units));
        ops.store(into, steps, ops.reshape(values, steps, rows * units));
      }
    });
    const outputs = softmax(ops.read(result.logits), shape.heads, packed.order.length);
    const heads = shape.heads.length;
    const sorted = new Int32Array(labels.length);
    for (const [row, index] of packed.order.entries()) {
      sorted.set(labels.subarray(index * heads, (index + 1) * heads), row * heads);
    }
    const loss = crossEntropy(outputs, shape.heads, sorted, options.headWeights);
    const words = backward({ ops, shape, memory, tensors, gradients: gradientTensors }, packed, result, outputs);
    ops.sweep();
    return { loss, words };
  }

  /** Adam as Keras has it: dense, also for the embedding. */
  function update(): void {
    updates++;
    const { beta1, beta2, epsilon } = adam;
    const rate = (options.learningRate * Math.sqrt(1 - beta2 ** updates)) / (1 - beta1 ** updates);
    const { means, variances } = layout;
    for (const name of parameterNames) {
      const arrays = [parameters[name], means[name], variances[name], gradients[name]];
      if (name === 'embedding') {
        const table = [layout.slots, layout.seen, shape.vocabulary, embedding];
        kernels.adamRows(...arrays, ...table, rate, beta1, beta2, epsilon);
      } else {
        // Arrays begin at multiples of 64 bytes, so there is room to round up.
        kernels.adam(...arrays, Math.ceil(sizeOf(shapes[name]) / 4) * 4, rate, beta1, beta2, epsilon);
      }
    }
  }

  return {
    shape,
    /** One step on a batch. `labels` [sequences, heads]: places in a head's labels, or `unlabelled`. Returns the mean loss. */
    train(sequences: Sequence[], labels: Int32Array): number {
      const { loss } = learnFrom(sequences, labels);
      update();
      return loss;
    },
    /** The loss, and its gradients as they would go into a step; for tests. */
    gradients(sequences: Sequence[], labels: Int32Array): { loss: number; gradients: Weights } {
      const { loss, words } = learnFrom(sequences, labels);
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
