/** The only way in which the page's script makes elements: what the log says becomes text, never markup. */

export type Child = Node | string | undefined;

export interface Props {
  readonly class?: string;
  readonly id?: string;
  /** `true` is an attribute without a value, `undefined` and `false` none. */
  readonly attributes?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly on?: Readonly<Record<string, (event: Event) => void>>;
}

export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { class: className, id, attributes = {}, on = {} }: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className !== undefined) element.className = className;
  if (id !== undefined) element.id = id;
  setAttributes(element, attributes);
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

const svgNamespace = 'http://www.w3.org/2000/svg';

export function svg(
  tag: 'svg' | 'path' | 'rect',
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly SVGElement[]
): SVGElement {
  const element = document.createElementNS(svgNamespace, tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

function setAttributes(
  element: Element,
  attributes: Readonly<Record<string, string | number | boolean | undefined>>,
): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Text whose direction does not spill into its surroundings. */
export function isolated(text: string, className?: string): HTMLElement {
  return h('bdi', className === undefined ? {} : { class: className }, text);
}

/** A labelled control. */
export function field(label: string, control: HTMLElement, className = 'field'): HTMLElement {
  return h('label', { class: className }, h('span', {}, label), control);
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly group?: string;
}

/** Choices with the same group stand together under its name. */
export function select(
  choices: readonly Choice[],
  onChange: (value: string) => void,
): HTMLSelectElement {
  const groups = new Map<string, HTMLOptGroupElement>();
  const element = h('select', {
    on: {
      change: () => {
        onChange(element.value);
      },
    },
  });
  for (const { value, label, group } of choices) {
    const option = h('option', { attributes: { value } }, label);
    if (group === undefined) element.append(option);
    else {
      const parent = groups.get(group) ?? h('optgroup', { attributes: { label: group } });
      groups.set(group, parent);
      parent.append(option);
      element.append(parent);
    }
  }
  return element;
}
