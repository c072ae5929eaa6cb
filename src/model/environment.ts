/** What TensorFlow's library reads when it loads, and where compiled files lie: for those who start threads. */

/**
 * One core for each thread, and no log lines. The library reads the process's own environment (a Worker's `env` is
 * invisible to it), so this is called in the main thread, before any thread loads TensorFlow. Who set them is obeyed.
 */
export function quietTensorFlow(): void {
  process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
  process.env['TF_NUM_INTEROP_THREADS'] ??= '1';
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
}

/**
 * The same for threads that train. Their products are small and many, and TensorFlow's own kernels for them are up to a
 * fifth quicker than oneDNN's, which in turn are better at answering.
 */
export function prepareForTraining(): void {
  quietTensorFlow();
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '0';
}

/** A compiled file of this folder: beside this one in `dist`, and there too when the TypeScript source is what runs. */
export function compiled(name: string): URL {
  const inSource = import.meta.url.endsWith('.ts');
  return new URL(inSource ? `../../dist/src/model/${name}` : `./${name}`, import.meta.url);
}
