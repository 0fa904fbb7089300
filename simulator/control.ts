/** Routes for people who run the simulator in another terminal. */
import { json, type Incoming, type Reply } from './http.ts';
import { isScenarioName, scenarioNames, type ScenarioName } from './scenarios.ts';
import type { ScfControl } from './tencent/scf/control.ts';

export interface Controlled {
  readonly requests: readonly unknown[];
  readonly inbox: readonly unknown[];
  readonly setScenario: (name: ScenarioName) => void;
  readonly scf: Pick<ScfControl, 'fire' | 'invocations'>;
}

export function control(
  { method, path }: Incoming,
  { requests, inbox, setScenario, scf }: Controlled,
): Reply | Promise<Reply> {
  const [, , route, name = '', trigger = ''] = path.split('/');
  switch (`${method} ${route ?? ''}`) {
    case 'GET inbox':
      return json(200, inbox);
    case 'GET requests':
      return json(200, requests);
    case 'GET invocations':
      return json(200, scf.invocations);
    case 'PUT scenario':
      if (!isScenarioName(name)) return json(404, { error: 'no such scenario', scenarioNames });
      setScenario(name);
      return json(200, { scenario: name });
    case 'POST fire':
      return scf.fire(name, trigger).then(
        (runs) => json(200, runs),
        (error: unknown) =>
          json(404, { error: error instanceof Error ? error.message : String(error) }),
      );
    default:
      return json(404, { error: 'no such route' });
  }
}
