/** Routes for people who run the simulator in another terminal. */
import { json, type Incoming, type Reply } from './http.ts';
import { isScenarioName, scenarioNames, type ScenarioName } from './scenarios.ts';

export interface Controlled {
  readonly requests: readonly unknown[];
  readonly inbox: readonly unknown[];
  readonly setScenario: (name: ScenarioName) => void;
}

export function control({ method, path }: Incoming, controlled: Controlled): Reply {
  const [, , route, name = ''] = path.split('/');
  switch (`${method} ${route ?? ''}`) {
    case 'GET inbox':
      return json(200, controlled.inbox);
    case 'GET requests':
      return json(200, controlled.requests);
    case 'PUT scenario':
      if (!isScenarioName(name)) return json(404, { error: 'no such scenario', scenarioNames });
      controlled.setScenario(name);
      return json(200, { scenario: name });
    default:
      return json(404, { error: 'no such route' });
  }
}
