import { systemClock } from '../../shared/edge.ts';
import { AuditError, invalid } from '../../shared/errors.ts';
import { plainLine, redact } from '../../shared/text.ts';
import { apply, sentenceOf, write } from '../deploy/apply.ts';
import {
  accountOf,
  createDeployer,
  secretsOf,
  withoutSecrets,
  type Deployer,
} from '../deploy/deployer.ts';
import { readDescriptions } from '../deploy/files.ts';
import { fire, type Fired } from '../deploy/fire.ts';
import { createCam, type Cam } from '../deploy/role.ts';
import { surveyRoles } from '../deploy/roles.ts';
import {
  deployedJson,
  explainRoles,
  planJson,
  problemsOf,
  roleProblems,
  showDeployed,
  showPlan,
  untold,
  warn,
  type Deployed,
  type Scene,
} from '../deploy/show.ts';
import { desiredOf, isWatchdog, survey, type Surveyed } from '../deploy/survey.ts';
import { print, printJson, talk, withProgress, type ExitCode, type Io } from '../io.ts';
import { readLibrary } from '../library.ts';
import { collect, jsonOption, type AddCommand } from '../options.ts';

interface DeployOptions {
  readonly file?: string;
  readonly plan: boolean;
  readonly createRole: boolean;
  readonly unset: readonly string[];
  readonly fire: boolean;
  readonly json: boolean;
}

export const fileOption = [
  '--file <path>',
  'the one description that is meant, instead of serverless.yml and functions/watchdog/serverless.yml',
] as const;

export const addDeploy: AddCommand = (program, choose) => {
  program
    .command('deploy')
    .description(
      'make the functions on SCF what serverless.yml says; a second time changes nothing',
    )
    .option(...fileOption)
    .option('--plan', 'say what would change, and change nothing', false)
    .option('--create-role', 'make the execution role, with the least that it needs', false)
    .option('--unset <name>', 'take this variable away from the function; repeatable', collect, [])
    .option('--fire', 'run the audit once when it is deployed, and print what came of it', false)
    .option(...jsonOption)
    .action((options: DeployOptions) => {
      choose((io) => deploy(io, options));
    });
};

async function deploy(io: Io, options: DeployOptions): Promise<ExitCode> {
  const { descriptions, env } = readDescriptions(options.file, io.env);
  const wanted = desiredOf(descriptions, options.unset);
  const { policies } = readLibrary(undefined);
  const deployer = createDeployer(io.env, env, descriptions);
  let secrets = secretsOf(deployer, descriptions);
  try {
    const account = await accountOf(deployer.home);
    talk(io, `Account ${account} on ${deployer.site}.`);
    const cam = createCam(systemClock, deployer.home);
    const looking = wanted.map((one) =>
      survey(systemClock, deployer.apiIn(one.desired.region), one, policies),
    );
    const surveyed = await withProgress(io, 'Looking', Promise.all(looking));
    secrets = secretsOf(
      deployer,
      surveyed.flatMap(({ variables, actual }) => [{ variables }, actual ?? { variables: {} }]),
    );
    // What a role needs hangs on a configuration that is right.
    const isRight = surveyed.every(({ problems }) => problems.length === 0);
    const roles = isRight ? await surveyRoles(cam, surveyed, policies, options.createRole) : [];
    const scene = { account, site: deployer.site, roles, surveyed, secrets };
    return options.plan
      ? plan(io, options, scene)
      : await carryOut(io, options, { ...scene, cam, deployer });
  } catch (error) {
    throw withoutSecrets(error, secrets);
  } finally {
    deployer.close();
  }
}

function plan(io: Io, { json }: DeployOptions, scene: Scene): ExitCode {
  const { roles, surveyed } = scene;
  if (json) printJson(io, planJson(scene));
  else showPlan(io, scene);
  explainRoles(io, roles, json);
  warn(io, surveyed);
  const problems = problemsOf(surveyed);
  if (problems.length === 0) return 0;
  talk(io, problems.join('\n'));
  return 2;
}

type Stage = Scene & { readonly cam: Cam; readonly deployer: Deployer };

/** Nothing is written where a function would not run, or has no role. */
async function carryOut(io: Io, options: DeployOptions, stage: Stage): Promise<ExitCode> {
  const { roles, surveyed, secrets } = stage;
  const problems = problemsOf(surveyed);
  if (problems.length > 0) throw new AuditError('CONFIG_INVALID', problems.join('\n'));
  explainRoles(io, roles, options.json);
  const lacking = roleProblems(roles);
  if (lacking.length > 0) throw invalid('CONFIG_INVALID', 'Nothing was deployed', lacking);

  const say = (line: string) => {
    talk(io, plainLine(redact(line, secrets)));
  };
  const madeRoles = await makeRoles(stage, say);
  const deployed: (readonly [Surveyed, Deployed[number][1]])[] = [];
  for (const one of surveyed) {
    const deps = { cloud: one.cloud, clock: systemClock, say };
    deployed.push([one, await apply(deps, one.desired, madeRoles.has(one.role))]);
  }
  if (!options.json) showDeployed(io, stage, deployed);
  warn(io, surveyed);
  untold(io, deployed);
  const fired = options.fire ? await fireAll(stage, say) : [];
  if (options.json) {
    const answers = fired.map(({ answer }) => answer);
    printJson(io, { ...deployedJson(stage, deployed), ...(options.fire && { fired: answers }) });
  } else {
    for (const { line } of fired) print(io, redact(line, secrets));
    if (isChanged(deployed) && fired.length === 0) talk(io, nextSteps);
  }
  return exitCodeOf(deployed, fired);
}

/** @returns those that nobody knew before */
async function makeRoles(
  { cam, roles }: Stage,
  say: (line: string) => void,
): Promise<ReadonlySet<string | undefined>> {
  const made = new Set<string | undefined>();
  for (const { name = '', steps } of roles) {
    for (const step of steps) {
      say(`role ${name}: ${sentenceOf(step)}`);
      const outcome = await write(cam, step);
      if (outcome !== 'done') throw outcome;
      if (step.action === 'CreateRole') made.add(name);
    }
  }
  return made;
}

/** The watchdog would only say that no audit has run yet. */
async function fireAll(
  { deployer, surveyed }: Stage,
  say: (line: string) => void,
): Promise<readonly Fired[]> {
  const fired: Fired[] = [];
  for (const one of surveyed.filter((each) => !isWatchdog(each))) {
    say(`${one.desired.name}: Invoke (one audit, now)`);
    fired.push(await fire(systemClock, deployer.optionsIn(one.desired.region), one.desired));
  }
  return fired;
}

function isChanged(deployed: Deployed): boolean {
  return deployed.some(([, { changes }]) => changes.length > 0);
}

const nextSteps = `Next:
  npx tcss-audit deploy --fire   runs the audit once, now
  npx tcss-audit doctor          says whether all of it is healthy`;

function exitCodeOf(deployed: Deployed, fired: readonly Fired[]): ExitCode {
  const isUntold = deployed.some(([, { left }]) =>
    // Which hash of the code SCF tells is not documented, so that it may always be another.
    left.steps.some(({ action }) => action !== 'UpdateFunctionCode'),
  );
  if (isUntold || fired.some(({ status }) => status === 'error')) return 3;
  return fired.some(({ status }) => status === 'fail') ? 1 : 0;
}
