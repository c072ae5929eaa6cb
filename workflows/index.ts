/** Everything that a worker of the queue `gradus` runs. */
export { iteration } from './iteration.ts';
export { release } from './release.ts';
export { rollout } from './rollout.ts';
