/** Where Temporal's UI shows a workflow: an address within the UI, since a workflow does not know where that is. */
import { workflowInfo } from '@temporalio/workflow';

export function workflowPage(workflowId: string): string {
  const { namespace } = workflowInfo();
  return `/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
