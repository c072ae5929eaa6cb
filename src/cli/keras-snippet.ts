/** Python that builds an exported network in Keras and asks it; a test has Keras run exactly this. */
import type { Pooling } from '../domain/plan.ts';
import { kerasLayer } from '../model/keras-weights.ts';
import type { NetworkShape } from '../model/shape.ts';
import { leadingPads, padding, reserved, unknown } from '../model/vectorizer.ts';

const pooled: Record<Pooling, string> = {
  last: 'states[:, -1]',
  average: 'layers.GlobalAveragePooling1D()(states)',
  max: 'layers.GlobalMaxPooling1D()(states)',
  'average and max':
    'layers.Concatenate()([layers.GlobalAveragePooling1D()(states), layers.GlobalMaxPooling1D()(states)])',
};

export interface SnippetFiles {
  weights: string;
  vocabulary: string;
}

/** `length` is how many tokens of a text are read; `tokens` are those of the text that is asked as an example. */
export function kerasSnippet(files: SnippetFiles, shape: NetworkShape, length: number, tokens: string[]): string {
  const { vocabulary, embedding, units, heads, pooling } = shape;
  const dense = heads.map(({ capability, labels }) => {
    return `    ${python(capability)}: layers.Dense(${labels.length}, activation="softmax"),`;
  });
  return `import json
import keras
import numpy as np
from keras import layers

# The format safetensors, read without its package; safetensors.numpy.load_file gives the same weights.
with open(${python(files.weights)}, "rb") as file:
    header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    about = header.pop("__metadata__")
    read = lambda shape: np.frombuffer(file.read(4 * int(np.prod(shape))), "<f4").reshape(shape)
    weights = {name: read(tensor["shape"]) for name, tensor in header.items()}

texts = keras.Input([None], dtype="int32")
embedding, lstm = layers.Embedding(${vocabulary}, ${embedding}), layers.LSTM(${units}, return_sequences=True)
heads = {
${dense.join('\n')}
}
states = lstm(embedding(texts))
pooled = ${pooled[pooling]}
model = keras.Model(texts, {capability: head(pooled) for capability, head in heads.items()})

def give(layer, name):
    layer.set_weights([weights[f"{name}/{weight.name}"] for weight in layer.weights])

give(embedding, "embedding")
give(lstm, "lstm")
for capability, head in heads.items():
    give(head, ${python(kerasLayer(''))} + capability)

# Gradus does not pad to a common length and masks nothing: it reads the first ${length} tokens of a text, and where they are
# fewer, up to ${leadingPads} ids of ${padding} before them, as if these were words. So ask text by text, or texts of equal length together.
with open(${python(files.vocabulary)}, encoding="utf-8") as file:
    ids = {word: id for id, word in enumerate(file.read().split("\\n")[:-1], start=${reserved})}

def vectorize(tokens):
    tokens = tokens[:${length}]
    return [${padding}] * min(${leadingPads}, ${length} - len(tokens)) + [ids.get(token, ${unknown}) for token in tokens]

# Tokens are lower-cased words, characters of Chinese and the like, signs (! ? $ € £ %), and <url>, <address> and <number>.
answers = model.predict_on_batch(np.array([vectorize([${tokens.map(python).join(', ')}])]))
for capability, labels in json.loads(about["labels"]).items():
    print(capability, dict(zip(labels, answers[capability][0].tolist())))
`;
}

/** A string of JSON is one of Python too. */
function python(text: string): string {
  return JSON.stringify(text);
}
