/** How a rollout leaves the way of its stage: back to stable, or on in a new run. */

/** The stage cannot go on; its users go back to stable. */
export class RollBack extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'RollBack';
  }
}

/** The history has become long: the rollout goes on in a new run from where it stands. */
export class GoOnAnew extends Error {}
