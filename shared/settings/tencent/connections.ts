/** Sockets to the API's hosts, kept open between calls. */
import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import { redirected } from './failure.ts';

export interface Connections {
  readonly agentFor: (url: URL) => HttpAgent;
  /** Destroys open sockets: an answer left unread would keep the event loop alive. */
  readonly close: () => void;
}

/** Of the 1,024 files that SCF lets an instance open; what is more waits. */
const maxSockets = 256;

export function createConnections(): Connections {
  const agents = new Map<string, HttpAgent>();
  return {
    agentFor: (url) => {
      const agent = agents.get(url.origin) ?? createPinnedAgent(url);
      agents.set(url.origin, agent);
      return agent;
    },
    close: () => {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/**
 * node-fetch follows redirects and carries the session token along, so the agent connects to the API's
 * own host and port and to no other.
 */
function createPinnedAgent(url: URL): HttpAgent {
  const options = { keepAlive: true, maxSockets };
  const agent = url.protocol === 'http:' ? new HttpAgent(options) : new HttpsAgent(options);
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (args: ClientRequestArgs, callback) => {
    if (args.host !== hostname || Number(args.port) !== port) throw new Error(redirected);
    return connect(args, callback);
  };
  return agent;
}
