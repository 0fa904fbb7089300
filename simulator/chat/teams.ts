/**
 * The webhook trigger of a Teams workflow: 202 says that the flow starts, and nothing of whether its
 * post succeeds. What the flow would fail at shows in the inbox alone, as it does in the flow's history.
 * @see https://learn.microsoft.com/en-us/connectors/teams/#microsoft-teams-webhook
 */
import { json, text } from '../http.ts';
import { outwardlyAccepted, type Platform } from './inbox.ts';
import { isJsonType } from './shapes.ts';
import { teamsFaultOf } from './teams-card.ts';

const maxRequestBytes = 100 * 1024;
const maxMessageBytes = 28 * 1024;

export interface TeamsWorkflow {
  readonly path: string;
  /** As issued: `sig` covers `sp` and `sv`. */
  readonly query: Readonly<Record<'sp' | 'sv' | 'sig', string>>;
}

/** @param workflow the one that exists */
export function createTeams(workflow: TeamsWorkflow): Platform {
  return ({ method, path, query, headers, rawBody }, body) => {
    const parameters = new URLSearchParams(query);
    if (path !== workflow.path || method !== 'POST') {
      return refused(404, 'WorkflowNotFound', 'The workflow could not be found.');
    }
    if (!parameters.has('api-version')) {
      return refused(
        400,
        'MissingApiVersionParameter',
        'The api-version query parameter (?api-version=) is required for all requests.',
      );
    }
    if (!parameters.has('sig')) {
      return refused(
        401,
        'DirectApiAuthorizationRequired',
        'The request must be authenticated only by Shared Access scheme.',
      );
    }
    if (Object.entries(workflow.query).some(([name, issued]) => parameters.get(name) !== issued)) {
      return refused(401, 'AuthorizationFailed', 'The authentication credentials are not valid.');
    }
    if (rawBody.length > maxRequestBytes) {
      return refused(413, 'RequestEntityTooLarge', 'The request content is too large.');
    }
    const isJson = isJsonType(headers['content-type']);
    if (isJson && typeof body === 'string') {
      return refused(
        400,
        'InvalidRequestContent',
        'The request content is not valid and could not be deserialized.',
      );
    }
    return outwardlyAccepted(text(202, ''), lateFaultOf(isJson, body, rawBody.length));
  };
}

/** @returns what the flow fails at, long after the sender was answered */
function lateFaultOf(isJson: boolean, body: unknown, bytes: number): string | undefined {
  if (!isJson) return 'content-type is not application/json';
  return bytes > maxMessageBytes ? 'message is over 28 KB' : teamsFaultOf(body);
}

function refused(status: number, code: string, message: string) {
  return { accepted: false, reply: json(status, { error: { code, message } }) };
}
