/** Columns of Temporal's list of workflows that are ours: where each release stands, at a glance. */
export const searchAttributes = {
  GradusModel: 'Keyword',
  GradusVersion: 'Keyword',
  GradusStage: 'Keyword',
  GradusStep: 'Keyword',
  GradusExposure: 'Double',
  GradusWaiting: 'Keyword',
} as const;
