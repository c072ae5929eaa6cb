/** Everything that a worker of the queue `gradus` runs. */
export { release } from './release.ts';
export { rollout } from './rollout.ts';
