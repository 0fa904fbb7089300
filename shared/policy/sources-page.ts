/** docs/sources.md: every source with its fields and facts, as Markdown. */
import type { FactSpec, Field, Fields, Source } from '../model.ts';

export function sourcesPage(sources: Readonly<Record<string, Source>>): string {
  const rows = Object.values(sources);
  return [
    '# Sources',
    '',
    '<!-- Made by `npm run generate` from shared/settings/sources/. Do not edit. -->',
    '',
    'What can be read of an account, and so what policies can judge. Each source is one read-only action of the',
    'API with the request it is called with. A policy names one in `source`; [policies.md](policies.md) says how.',
    '',
    '- Only the sources that the selected policies read are called.',
    '- **Sites** are those that serve the action. On another site its policies are `skip`.',
    '- A **paged** source is read whole, or it is `error`.',
    '- In a field’s name a dot leads into an object and `[]` stands for the items of a list: `RuleSet[].IsEnable`.',
    '- **Volatile** fields change by themselves from night to night.',
    '- A fact that cannot be derived is absent, and the policy that reads it is `error`.',
    '',
    ...table(
      ['source', 'what', 'sites', 'paged'],
      rows.map((source) => [
        `[\`${source.id}\`](#${anchorOf(source.id)})`,
        source.title,
        source.sites.join(', '),
        source.paging === undefined ? '' : 'yes',
      ]),
    ),
    ...rows.flatMap(sectionOf),
  ].join('\n');
}

function sectionOf(source: Source): readonly string[] {
  const { id, action, title, camAction, documentation, request, fields, facts } = source;
  const call = request === undefined ? '' : ` with \`${JSON.stringify(request)}\``;
  return [
    `## ${id}`,
    '',
    `${title}: [${action}](${documentation})${call}. Permission: \`${camAction}\`.`,
    '',
    ...table(['field', 'type', 'meaning'], fieldRows(fields, '')),
    ...(Object.keys(facts).length === 0
      ? []
      : table(['fact (under `facts`)', 'type', 'meaning', 'derived from'], factRows(facts))),
  ];
}

function fieldRows(fields: Fields, parent: string): readonly (readonly string[])[] {
  return Object.entries(fields).flatMap(([key, field]) => {
    const name = `${parent}${key}`;
    const row = [`\`${name}\``, field.type, meaningOf(field)];
    if (field.type === 'object') return [row, ...fieldRows(field.fields, `${name}.`)];
    return field.type === 'object[]' ? [row, ...fieldRows(field.item, `${name}[].`)] : [row];
  });
}

function meaningOf(field: Field): string {
  const values = 'values' in field ? (field.values ?? []) : [];
  return [
    field.meaning,
    // Numbers are told in the meaning, with what each of them means.
    ...(values.some((value) => typeof value === 'string')
      ? [`${values.map((value) => `\`${String(value)}\``).join(', ')}.`]
      : []),
    ...(field.volatile === true ? ['Volatile.'] : []),
    ...(field.deprecated === true ? ['Deprecated.'] : []),
  ].join(' ');
}

function factRows(facts: Readonly<Record<string, FactSpec>>): readonly (readonly string[])[] {
  return Object.entries(facts).map(([name, { type, meaning, from }]) => [
    `\`${name}\``,
    type,
    meaning,
    from.map((field) => `\`${field}\``).join(', '),
  ]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^a-z0-9-]/g, '');
}
