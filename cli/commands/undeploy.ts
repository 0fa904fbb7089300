import { systemClock } from '../../shared/edge.ts';
import { CloudError, invalid } from '../../shared/errors.ts';
import { plainLine, redact } from '../../shared/text.ts';
import { ask, canAsk } from '../ask.ts';
import { sentenceOf, write } from '../deploy/apply.ts';
import { createCloud, type Cloud } from '../deploy/cloud.ts';
import { accountOf, createDeployer, secretsOf, type Deployer } from '../deploy/deployer.ts';
import type { Description } from '../deploy/description.ts';
import { readDescriptions } from '../deploy/files.ts';
import { functionRemoval, roleRemoval, type Removal } from '../deploy/removal.ts';
import { createCam, type Cam } from '../deploy/role.ts';
import { changesOf } from '../deploy/text.ts';
import { print, talk, type ExitCode, type Io } from '../io.ts';
import type { AddCommand } from '../options.ts';
import { fileOption } from './deploy.ts';

interface UndeployOptions {
  readonly file?: string;
  readonly deleteRole: boolean;
  readonly yes: boolean;
}

export const addUndeploy: AddCommand = (program, choose) => {
  program
    .command('undeploy')
    .description('delete the functions with their timers; never the evidence')
    .option(...fileOption)
    .option(
      '--delete-role',
      'the role and its policy, too, where deploy --create-role made them',
      false,
    )
    .option('--yes', 'do not ask', false)
    .action((options: UndeployOptions) => {
      choose((io) => undeploy(io, options));
    });
};

async function undeploy(io: Io, options: UndeployOptions): Promise<ExitCode> {
  const { descriptions, env } = readDescriptions(options.file, io.env);
  const deployer = createDeployer(io.env, env, descriptions);
  try {
    const account = await accountOf(deployer.home);
    talk(io, `Account ${account} on ${deployer.site}.`);
    const work = await survey(deployer, descriptions, options);
    const secrets = secretsOf(deployer, descriptions);
    const say = (line: string) => {
      talk(io, plainLine(redact(line, secrets)));
    };
    for (const { removal } of work) removal.remarks.forEach(say);
    if (work.every(({ removal }) => removal.steps.length === 0)) {
      print(io, 'nothing to delete');
      return 0;
    }
    if (!options.yes && !(await isMeant(io, work))) {
      print(io, 'nothing was deleted');
      return 0;
    }
    for (const { title, removal, to, isGone } of work) {
      for (const step of removal.steps) {
        say(`${title}: ${sentenceOf(step)}`);
        const outcome = await write(to, step);
        if (outcome !== 'done') throw outcome;
      }
      if (removal.steps.length === 0) continue;
      await isGone();
      print(io, `${title}: deleted`);
    }
    talk(io, 'The evidence stays where it is.');
    return 0;
  } finally {
    deployer.close();
  }
}

interface Work {
  readonly title: string;
  readonly removal: Removal;
  readonly to: Pick<Cloud | Cam, 'write'>;
  /** @throws CloudError where it stays */
  readonly isGone: () => Promise<void>;
}

async function survey(
  deployer: Deployer,
  descriptions: readonly Description[],
  { deleteRole }: UndeployOptions,
): Promise<readonly Work[]> {
  const work: Work[] = [];
  for (const one of descriptions) {
    const cloud = createCloud(systemClock, deployer.apiIn(one.region));
    const ours = one.timers?.map(({ name }) => name) ?? [];
    const removal = functionRemoval(one, ours, await cloud.find(one));
    const isGone = async () => {
      if ((await cloud.find(one)) === undefined) return;
      throw new CloudError(
        'FunctionStays',
        `SCF took the deletion of ${one.name}, and still has it: look at it in the console.`,
      );
    };
    work.push({ title: `${one.name} in ${one.region}`, removal, to: cloud, isGone });
  }
  if (!deleteRole) return work;
  const cam = createCam(systemClock, deployer.home);
  const names = descriptions.flatMap(({ settings: { role } }) =>
    role === undefined ? [] : [role],
  );
  for (const name of new Set(names)) {
    const removal = roleRemoval(name, await cam.role(name), await cam.policy(name));
    work.push({ title: `role ${name}`, removal, to: cam, isGone: () => Promise.resolve() });
  }
  return work;
}

/** @throws AuditError CONFIG_INVALID where nobody is there to be asked */
async function isMeant(io: Io, work: readonly Work[]): Promise<boolean> {
  if (!canAsk(io)) {
    const what = 'is not given, and nobody is there to be asked: nothing was deleted';
    throw invalid('CONFIG_INVALID', 'Arguments are not valid', [{ where: '--yes', what }]);
  }
  for (const { title, removal } of work) {
    const names = changesOf(removal).map(({ what }) => what);
    if (names.length > 0) talk(io, `${title}: ${names.join(', ')}`);
  }
  const answer = await ask(io, { message: 'Delete all of this (yes or no)?', initial: 'no' });
  return /^y(es)?$/i.test(answer.trim());
}
