/** The catalogue of controls: which requirements of which standards a policy may name. */
import type { ControlsCatalogue, Framework, Problem, Result } from '../model.ts';
import { parseControls, type SourceFile } from './parse.ts';

/**
 * One catalogue of several files. The first is the one that ships; a folder's own adds to it: frameworks
 * of its own, and controls of known ones, whose titles it may give anew.
 */
export function controlsOf(files: readonly SourceFile[]): Result<ControlsCatalogue, Problem> {
  const problems: Problem[] = [];
  const byId = new Map<string, Framework>();
  for (const source of files) {
    const parsed = parseControls(source);
    if (!parsed.ok) problems.push(...parsed.problems);
    const frameworks = parsed.ok ? parsed.value.frameworks : [];
    const ids = frameworks.map(({ id }) => id);
    for (const [index, framework] of frameworks.entries()) {
      const { id } = framework;
      if (ids.indexOf(id) < index) {
        problems.push({ where: source.file, what: `the framework "${id}" is given twice` });
      }
      const controls = { ...byId.get(id)?.controls, ...framework.controls };
      byId.set(id, { ...framework, controls });
    }
  }
  const [first, ...rest] = problems;
  return first === undefined
    ? { ok: true, value: { frameworks: [...byId.values()] } }
    : { ok: false, problems: [first, ...rest] };
}

/** What a list of controls says that the catalogue does not have. */
export interface UnknownControl {
  /** As the policy writes it: `NIST-800-53r5/RA-55`. */
  readonly control: string;
  readonly what: string;
}

export function unknownControls(
  controls: readonly string[],
  { frameworks }: ControlsCatalogue,
): readonly UnknownControl[] {
  return controls.flatMap((control): readonly UnknownControl[] => {
    const [frameworkId, id] = partsOf(control);
    const framework = frameworks.find((one) => one.id === frameworkId);
    if (framework === undefined) {
      const what = `is of a framework that controls.json does not have: it has ${frameworks.map((one) => one.id).join(', ')}`;
      return [{ control, what }];
    }
    if (Object.hasOwn(framework.controls, id)) return [];
    return [{ control, what: `is not among the controls of ${frameworkId} in controls.json` }];
  });
}

/** The framework's id, and the control's id within it; a control's id holds no slash. */
function partsOf(control: string): readonly [framework: string, id: string] {
  const slash = control.indexOf('/');
  return [control.slice(0, slash), control.slice(slash + 1)];
}
