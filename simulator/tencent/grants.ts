/** What CAM's documents allow: `*` stands for anything, a denial wins. Conditions are not looked at. */

export interface Statement {
  readonly effect: 'allow' | 'deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/**
 * @param permission for example `scf:InvokeFunction`
 * @param resource its six parts; undefined for actions that are authorized by operation, where
 * naming a resource grants nothing
 */
export function isGranted(
  statements: readonly Statement[],
  permission: string,
  resource: string | undefined,
): boolean {
  const meant = statements.filter(
    ({ actions, resources }) =>
      actions.some((pattern) => isMatch(plainAction(pattern), permission)) &&
      resources.some((pattern) => isResourceMatch(pattern, resource)),
  );
  return (
    meant.some(({ effect }) => effect === 'allow') && meant.every(({ effect }) => effect !== 'deny')
  );
}

/** Documents may write `name/sts:AssumeRole` for `sts:AssumeRole`. */
function plainAction(pattern: string): string {
  return pattern.replace(/^name\//, '');
}

function isResourceMatch(pattern: string, resource: string | undefined): boolean {
  if (pattern === '*') return true;
  if (resource === undefined) return false;
  const [wanted, actual] = [sixPartsOf(pattern), sixPartsOf(resource)];
  return wanted.every(
    // Project, region and account may be left out.
    (part, index) => (part === '' && index < 5) || isMatch(part, actual[index] ?? ''),
  );
}

function sixPartsOf(resource: string): readonly string[] {
  const parts = resource.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function isMatch(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) return pattern === text;
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`, 's').test(text);
}
