/** The page's own script. It draws from the data that the page carries, and asks nothing of the network. */
import type { ReportData } from '../data.ts';
import { formatIn } from '../format.ts';
import { mountAccounts } from './accounts.ts';
import { mountCalendar } from './calendar.ts';
import { h } from './dom.ts';
import { mountFindings } from './findings.ts';
import type { Context } from './parts.ts';

function start(): void {
  const data = readData();
  const context: Context = { data, format: formatIn(data.locale) };
  mountTheme(context);
  tellAge(context);
  offerCopies(context);
  const calendar = mountCalendar(rootOf('calendar'), context);
  const findings = mountFindings(rootOf('findings-app'), context);
  const accounts = mountAccounts(rootOf('accounts-app'), context);

  const placeOf = (id: string) => {
    const place = data.policies.findIndex((policy) => policy.id === id);
    return place === -1 ? undefined : place;
  };
  /** `#finding=…`, `#policy=…`, `#nights=…`, `#target=…`, `#night=2026-11-23`. */
  const follow = () => {
    const [, kind, encoded] =
      /^#(finding|policy|nights|target|night)=(.+)$/.exec(location.hash) ?? [];
    if (kind === undefined || encoded === undefined) return;
    const value = decoded(encoded);
    if (kind === 'finding') {
      const isHere = findings.showFinding(value);
      if (!isHere) notFound(value, context);
    } else if (kind === 'policy' || kind === 'nights') {
      const policy = placeOf(value);
      if (policy === undefined) return;
      calendar.showPolicy(policy);
      const isOpen = data.findings.some((finding) => finding.policy === policy);
      if (kind === 'policy' && isOpen) {
        findings.showPolicy(policy);
        goTo('findings');
      } else goTo('nights');
    } else if (kind === 'target') {
      findings.showTarget(value);
      accounts.showTarget(value);
      goTo('findings');
    } else calendar.showDay(value);
  };
  addEventListener('hashchange', follow);
  follow();

  const print = (isPrinting: boolean) => {
    findings.print(isPrinting);
    accounts.print(isPrinting);
    for (const details of document.querySelectorAll('details')) {
      if (isPrinting && !details.open) {
        details.open = true;
        details.dataset['printed'] = '';
      } else if (!isPrinting && 'printed' in details.dataset) {
        details.open = false;
        delete details.dataset['printed'];
      }
    }
  };
  addEventListener('beforeprint', () => {
    print(true);
  });
  addEventListener('afterprint', () => {
    print(false);
  });
  matchMedia('print').addEventListener('change', ({ matches }) => {
    print(matches);
  });
}

function readData(): ReportData {
  const text = rootOf('data').textContent;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the page and its data were made together
  return JSON.parse(text) as ReportData;
}

function rootOf(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no ${id}`);
  return element;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function goTo(id: string): void {
  document.getElementById(id)?.scrollIntoView();
}

function notFound(fingerprint: string, { format }: Context): void {
  const note = h(
    'p',
    { class: 'card caution', attributes: { role: 'status' } },
    format.text.findings.notShown(fingerprint.slice(0, 16)),
  );
  rootOf('findings-app').prepend(note);
  goTo('findings');
}

const themes = ['auto', 'light', 'dark'] as const;

function mountTheme({ format: { text } }: Context): void {
  const choices = themes.map((theme) =>
    h(
      'label',
      {},
      h('input', {
        attributes: { type: 'radio', name: 'theme', value: theme, checked: theme === 'auto' },
        on: {
          change: () => {
            document.documentElement.dataset['theme'] = theme;
          },
        },
      }),
      h('span', {}, text.theme[theme]),
    ),
  );
  rootOf('theme').append(
    h(
      'fieldset',
      { class: 'segments' },
      h('legend', { class: 'hidden-text' }, text.theme.label),
      ...choices,
    ),
  );
}

/** A page on a disk does not know that the world went on. */
function tellAge({ data, format }: Context): void {
  const days = Math.floor((Date.now() - Date.parse(data.madeAt)) / 86_400_000);
  if (days < 1) return;
  const note = rootOf('opened');
  note.textContent = format.text.opened(format.number(days));
  note.hidden = false;
}

function offerCopies({ format: { text } }: Context): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', () => {
      void navigator.clipboard.writeText(button.dataset['copy'] ?? '').then(() => {
        button.textContent = text.intact.copied;
      });
    });
  }
}

start();
