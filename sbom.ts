/** Writes `dist/sbom.json`: what the program is made of, in CycloneDX. `npm run sbom`, after `npm run build`. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

import { messageOf } from './shared/errors.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly properties?: readonly { readonly name: string }[];
}

interface Sbom {
  readonly metadata: { readonly component: object };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** From package-lock.json alone, so that it is the same on every platform and asks nobody. */
function npmSbom(): Sbom {
  const args = 'sbom --package-lock-only --sbom-format cyclonedx --sbom-type application';
  const text = execFileSync('npm', args.split(' '), {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- npm's own output, in the form of CycloneDX 1.5
  return JSON.parse(text) as Sbom;
}

/**
 * What does not only build and test. `--omit dev` will not do: it also leaves out what a tool needs as the
 * program does, ajv among them.
 */
function withoutTools(sbom: Sbom): Sbom {
  const isTool = ({ properties = [] }: Component) =>
    properties.some(({ name }) => name === 'cdx:npm:package:development');
  const components = sbom.components.filter((component) => !isTool(component));
  const tools = new Set(sbom.components.filter(isTool).map((component) => component['bom-ref']));
  return {
    ...sbom,
    metadata: {
      ...sbom.metadata,
      // npm takes the name of the folder.
      component: { ...sbom.metadata.component, name: 'tcss-audit' },
    },
    components,
    dependencies: sbom.dependencies
      .filter(({ ref }) => !tools.has(ref))
      .map((one) => ({ ...one, dependsOn: one.dependsOn.filter((ref) => !tools.has(ref)) })),
  };
}

try {
  writeFileSync('dist/sbom.json', `${JSON.stringify(withoutTools(npmSbom()), null, 2)}\n`);
} catch (error) {
  process.stderr.write(`dist/sbom.json could not be written: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
