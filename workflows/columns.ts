/** The columns of a release and of its stages in lists of workflows: Temporal's search attributes. */
import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
import type { Plan } from '../src/domain/plan.ts';
import type { ReleaseReport } from '../src/domain/report.ts';
import type { Version } from '../src/domain/version.ts';

const attributes = {
  model: defineSearchAttributeKey('GradusModel', SearchAttributeType.KEYWORD),
  version: defineSearchAttributeKey('GradusVersion', SearchAttributeType.KEYWORD),
  stage: defineSearchAttributeKey('GradusStage', SearchAttributeType.KEYWORD),
  step: defineSearchAttributeKey('GradusStep', SearchAttributeType.KEYWORD),
  exposure: defineSearchAttributeKey('GradusExposure', SearchAttributeType.DOUBLE),
  waiting: defineSearchAttributeKey('GradusWaiting', SearchAttributeType.KEYWORD),
};

/** Null empties a column. */
export function releaseColumns(report: ReleaseReport) {
  const stage = report.stages.find((candidate) => candidate.state === 'running');
  const inStep = report.steps.find((candidate) => candidate.state === 'running');
  return [
    { key: attributes.model, value: report.model || null },
    { key: attributes.version, value: report.candidate === null ? null : `v${report.candidate.number}` },
    { key: attributes.stage, value: stage === undefined ? null : stageColumn(stage.capabilities) },
    { key: attributes.step, value: stage?.step ?? inStep?.step ?? report.state },
    { key: attributes.exposure, value: stage?.exposure ?? null },
    { key: attributes.waiting, value: report.waiting === null ? (report.standing?.kind ?? null) : 'yes' },
  ];
}

/** The columns of a stage's own page, which do not change. */
export function stageColumns({ model }: Plan, { number }: Version, capabilities: string[]): SearchAttributePair[] {
  return [
    { key: attributes.model, value: model },
    { key: attributes.version, value: `v${number}` },
    { key: attributes.stage, value: stageColumn(capabilities) },
  ];
}

/** Temporal takes some 255 characters of a keyword. */
function stageColumn(capabilities: string[]): string {
  return capabilities.join(', ').slice(0, 200);
}
