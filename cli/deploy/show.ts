/** What a deployment would do and did, on stdout; what a person must know of it, on stderr. */
import { problemLines } from '../../shared/errors.ts';
import { jsonOf } from '../../shared/json.ts';
import type { Json, JsonObject, Problem } from '../../shared/model.ts';
import { plainLine, redact } from '../../shared/text.ts';
import { countOf, print, printJson, talk, type Io } from '../io.ts';
import type { Applied } from './apply.ts';
import { trustPolicy } from './role.ts';
import type { SurveyedRole } from './roles.ts';
import type { Surveyed } from './survey.ts';
import { changeJson, changesOf, noteJson, planText, stepJson } from './text.ts';

/** What is about to be, or was, deployed. */
export interface Scene {
  readonly account: string;
  readonly site: string;
  readonly roles: readonly SurveyedRole[];
  readonly surveyed: readonly Surveyed[];
  /** Taken out of the cloud's words, and of those of somebody who changed a function by hand. */
  readonly secrets: readonly string[];
}

export type Deployed = readonly (readonly [Surveyed, Applied])[];

export function showPlan(io: Io, { roles, surveyed, secrets }: Scene): void {
  const blocks = [
    ...roles
      .filter(({ steps }) => steps.length > 0)
      .map(({ name = '', steps }) => ({ title: `role ${name}`, plan: { steps, notes: [] } })),
    ...surveyed.map((one) => ({ title: titleOf(one), plan: one.plan })),
  ];
  print(io, blocks.map((one) => planText(one, secrets, io.isColored)).join('\n\n'));
  const changes = blocks.flatMap(({ plan }) => changesOf(plan)).length;
  print(io, changes === 0 ? '\nno change' : `\n${countOf(changes, 'change')}; nothing was written`);
}

export function planJson({ surveyed, secrets, ...scene }: Scene): JsonObject {
  return sceneJson({ surveyed, secrets, ...scene }, (one) => ({
    steps: jsonOf(one.plan.steps.map((step) => stepJson(step, secrets))),
    notes: jsonOf(one.plan.notes.map((note) => noteJson(note, secrets))),
    problems: jsonOf(one.problems),
  }));
}

export function showDeployed(io: Io, { roles, secrets }: Scene, deployed: Deployed): void {
  for (const { name = '', steps } of roles) {
    const made = changesOf({ steps }).length;
    if (made > 0) print(io, `role ${name}: ${countOf(made, 'change')} made`);
  }
  for (const [one, { changes, left }] of deployed) {
    const made = changes.length === 0 ? 'no change' : `${countOf(changes.length, 'change')} made`;
    print(io, `${titleOf(one)}: ${made}`);
    for (const { kind, text } of left.notes) {
      const mark = kind === 'differs' ? '!' : ' ';
      talk(io, `  ${mark} ${plainLine(redact(text, secrets))}`);
    }
  }
}

export function deployedJson(scene: Scene, deployed: Deployed): JsonObject {
  const { secrets } = scene;
  return sceneJson(scene, (one) => {
    const applied = deployed.find(([surveyed]) => surveyed === one)?.[1];
    return {
      changes: jsonOf(applied?.changes.map((change) => changeJson(change, secrets))),
      left: jsonOf(applied?.left.steps.map((step) => stepJson(step, secrets))),
      notes: jsonOf(applied?.left.notes.map((note) => noteJson(note, secrets))),
    };
  });
}

function sceneJson(
  { account, site, roles, surveyed, secrets }: Scene,
  of: (one: Surveyed) => JsonObject,
): JsonObject {
  return {
    account,
    site,
    roles: roles.map((role) => roleJson(role, secrets)),
    functions: surveyed.map((one): Json => {
      const { file, name, region, namespace } = one.desired;
      return { file, name, region, namespace, ...of(one) };
    }),
  };
}

function roleJson(
  { name, functions, policy, steps, fault }: SurveyedRole,
  secrets: readonly string[],
): Json {
  const planned = steps.map((step) => stepJson(step, secrets));
  return jsonOf({ name, functions, steps: planned, fault, trustPolicy, policy });
}

/** What a person needs to make a role, where nobody else does. */
export function explainRoles(io: Io, roles: readonly SurveyedRole[], isJson: boolean): void {
  for (const { name, functions, policy, fault, found } of roles) {
    const role = name === undefined ? 'The role' : `The role ${name}`;
    if (found.kind === 'unknown') talk(io, `${role} was not looked at: ${found.reason}`);
    if (fault === undefined) continue;
    talk(io, `${role} of ${functions.join(' and ')} ${fault}.`);
    if (found.kind !== 'absent' || isJson) continue;
    print(io, 'Its trust policy:');
    printJson(io, trustPolicy);
    if (policy.statement.length === 0) {
      print(io, 'It needs no policy: nothing is called by it.');
      continue;
    }
    print(io, 'The policy to attach to it:');
    printJson(io, policy);
  }
}

export function roleProblems(roles: readonly SurveyedRole[]): readonly Problem[] {
  return roles.flatMap(({ name = '', fault }) =>
    fault === undefined ? [] : [{ where: `role ${name}`.trim(), what: fault }],
  );
}

export function warn(io: Io, surveyed: readonly Surveyed[]): void {
  for (const { desired, warnings } of surveyed) {
    for (const warning of warnings) talk(io, `${desired.name}: ${warning}.`);
  }
}

/** Why functions would do nothing but fail. */
export function problemsOf(surveyed: readonly Surveyed[]): readonly string[] {
  return surveyed.flatMap(({ desired, problems }) =>
    problems.length === 0
      ? []
      : [`${desired.name} would not run with its variables:`, ...problemLines(problems, '  ')],
  );
}

/** SCF said yes to them, and goes on telling something else. */
export function untold(io: Io, deployed: Deployed): void {
  for (const [{ desired }, { left }] of deployed) {
    const names = changesOf(left).map(({ what }) => what);
    if (names.length === 0) continue;
    const what = `SCF took ${names.join(', ')}, and tells it otherwise than it was sent`;
    talk(io, `${desired.name}: ${what}: look at it in the console.`);
  }
}

function titleOf({
  desired: { name, region, namespace },
}: Pick<Surveyed, 'desired'>): string {
  return `${name} in ${region}${namespace === 'default' ? '' : ` (${namespace})`}`;
}
