/** The simulated Teams workflow, posted to with plain fetch. */
import { expect, it } from 'vitest';
import { post } from '../support/sim-post.ts';
import { standingSimulator } from '../support/sim-clock.ts';

const standing = standingSimulator();

const textBlock = { type: 'TextBlock', text: '12 violations', wrap: true };
const openUrl = { type: 'Action.OpenUrl', title: 'Open', url: 'https://example.com' };
const facts = { type: 'FactSet', facts: [{ title: 'Account', value: '1000123' }] };
const container = (...items: readonly unknown[]) => ({ type: 'Container', items });
const columnSet = (...items: readonly unknown[]) => ({
  type: 'ColumnSet',
  columns: [{ type: 'Column', width: 'auto', items }, { items: [textBlock] }],
});
const cardOf = (body: unknown, more: object = {}) => ({
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  type: 'AdaptiveCard',
  version: '1.4',
  body,
  ...more,
});
const attached = (content: unknown) => ({
  type: 'message',
  attachments: [
    { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content },
  ],
});
const message = (...body: readonly unknown[]) => attached(cardOf(body));
const ofBytes = (bytes: number) => {
  const around = Buffer.byteLength(JSON.stringify(message({ ...textBlock, text: '' })));
  return message({ ...textBlock, text: `${'x'.repeat(bytes - around - 3)}安` });
};
const accepted = { status: 202, type: 'text/plain; charset=utf-8', body: '' };

const good: Record<string, unknown> = {
  'a text': message(textBlock),
  'elements of every kind': message(
    textBlock,
    facts,
    container(textBlock, columnSet(facts, container(textBlock))),
    { type: 'ActionSet', actions: [openUrl] },
  ),
  'actions of the card': attached(cardOf([textBlock], { actions: [openUrl] })),
  'a card of version 1.0': attached(cardOf([textBlock], { version: '1.0' })),
  'a card of version 1.5': attached(cardOf([textBlock], { version: '1.5' })),
  'a message of 28 KB': ofBytes(28 * 1024),
};
it.each(Object.entries(good))('takes %s', async (_name, body) => {
  expect(await post(standing.simulator.platforms.teams, body)).toEqual(accepted);
  expect(standing.simulator.inbox).toMatchObject([{ channel: 'teams', accepted: true }]);
  expect(standing.simulator.inbox[0]).not.toHaveProperty('reason');
});

const content = 'attachments[0].content';
const lost: Record<string, readonly [unknown, string]> = {
  'a message of 28 KB and a byte': [ofBytes(28 * 1024 + 1), 'message is over 28 KB'],
  'a message of 100 KB': [ofBytes(100 * 1024), 'message is over 28 KB'],
  'JSON that is no object': [[], 'type is not message'],
  'a bare text': [{ text: 'hello' }, 'type is not message'],
  'a bare card': [cardOf([textBlock]), 'type is not message'],
  'no attachments': [{ type: 'message' }, 'attachments'],
  'an empty list of attachments': [{ type: 'message', attachments: [] }, 'attachments'],
  'an attachment that is none': [{ type: 'message', attachments: ['x'] }, 'attachments[0]'],
  'an attachment of another kind': [
    { type: 'message', attachments: [{ contentType: 'text/plain', content: 'x' }] },
    'attachments[0].contentType',
  ],
  'a card in JSON within JSON': [attached(JSON.stringify(cardOf([textBlock]))), content],
  'a card of another type': [attached(cardOf([textBlock], { type: 'Card' })), `${content}.type`],
  'a card of version 1.6': [
    attached(cardOf([textBlock], { version: '1.6' })),
    `${content}.version`,
  ],
  'a card of a version that is a number': [
    attached(cardOf([textBlock], { version: 1.4 })),
    `${content}.version`,
  ],
  'a card without a body': [attached(cardOf(undefined)), `${content}.body`],
  'a card with an empty body': [message(), `${content}.body`],
  'an unknown element': [message(textBlock, { type: 'Poem' }), `${content}.body[1].type`],
  'an element that is none': [message('x'), `${content}.body[0]`],
  'a text block without a text': [message({ type: 'TextBlock' }), `${content}.body[0].text`],
  'a set without facts': [message({ type: 'FactSet', facts: [] }), `${content}.body[0].facts`],
  'a fact that is a number': [
    message({ type: 'FactSet', facts: [{ title: 'Account', value: 7 }] }),
    `${content}.body[0].facts[0]`,
  ],
  'an empty container': [message(container()), `${content}.body[0].items`],
  'a column set without columns': [message({ type: 'ColumnSet' }), `${content}.body[0].columns`],
  'a column of another type': [
    message({ type: 'ColumnSet', columns: [container(textBlock)] }),
    `${content}.body[0].columns[0].type`,
  ],
  'an unknown element deep within': [
    message(columnSet(container({ type: 'Poem' }))),
    `${content}.body[0].columns[0].items[0].items[0].type`,
  ],
  'an action set without actions': [
    message({ type: 'ActionSet', actions: [] }),
    `${content}.body[0].actions`,
  ],
  'an action that submits': [
    attached(cardOf([textBlock], { actions: [{ ...openUrl, type: 'Action.Submit' }] })),
    `${content}.actions[0].type`,
  ],
  'an action without a title': [
    attached(cardOf([textBlock], { actions: [{ ...openUrl, title: '' }] })),
    `${content}.actions[0].title`,
  ],
  'an action with an http URL': [
    attached(cardOf([textBlock], { actions: [{ ...openUrl, url: 'http://example.com' }] })),
    `${content}.actions[0].url`,
  ],
  'an action with a relative URL': [
    message({ type: 'ActionSet', actions: [{ ...openUrl, url: '/console' }] }),
    `${content}.body[0].actions[0].url`,
  ],
};
it.each(Object.entries(lost))('answers 202 to %s and loses it', async (_name, [body, reason]) => {
  expect(await post(standing.simulator.platforms.teams, body)).toEqual(accepted);
  expect(standing.simulator.inbox).toMatchObject([{ accepted: false, reason }]);
});

it('answers 202 to another content type and loses it', async () => {
  const { teams } = standing.simulator.platforms;
  expect(await post(teams, message(textBlock), { 'content-type': 'text/plain' })).toEqual(accepted);
  expect(standing.simulator.inbox).toMatchObject([
    { accepted: false, reason: 'content-type is not application/json' },
  ]);
});

const changed = (change: (query: URLSearchParams) => void) => {
  const url = new URL(standing.simulator.platforms.teams);
  change(url.searchParams);
  return url.href;
};
const refused: Record<string, readonly [() => string, number, string, string]> = {
  'an unknown workflow': [
    () => standing.simulator.platforms.teams.replace('/SIMULATOR/', '/OTHER/'),
    404,
    'WorkflowNotFound',
    'The workflow could not be found.',
  ],
  'no api-version': [
    () =>
      changed((query) => {
        query.delete('api-version');
      }),
    400,
    'MissingApiVersionParameter',
    'The api-version query parameter (?api-version=) is required for all requests.',
  ],
  'no signature': [
    () =>
      changed((query) => {
        query.delete('sig');
      }),
    401,
    'DirectApiAuthorizationRequired',
    'The request must be authenticated only by Shared Access scheme.',
  ],
  ...Object.fromEntries(
    ['sig', 'sp', 'sv'].map((name) => [
      `another ${name}`,
      [
        () =>
          changed((query) => {
            query.set(name, 'other');
          }),
        401,
        'AuthorizationFailed',
        'The authentication credentials are not valid.',
      ] as const,
    ]),
  ),
};
it.each(Object.entries(refused))('refuses %s', async (_name, [url, status, code, text]) => {
  expect(await post(url(), message(textBlock))).toEqual({
    status,
    type: 'application/json',
    body: JSON.stringify({ error: { code, message: text } }),
  });
  expect(standing.accepted()).toEqual([false]);
});

it('refuses another method', async () => {
  expect((await fetch(standing.simulator.platforms.teams)).status).toBe(404);
});

it('refuses what is no JSON and says that it is', async () => {
  expect(await post(standing.simulator.platforms.teams, '{')).toMatchObject({
    status: 400,
    body: '{"error":{"code":"InvalidRequestContent","message":"The request content is not valid and could not be deserialized."}}',
  });
});

it('refuses a message of 100 KB and a byte', async () => {
  expect(await post(standing.simulator.platforms.teams, ofBytes(100 * 1024 + 1))).toMatchObject({
    status: 413,
    body: '{"error":{"code":"RequestEntityTooLarge","message":"The request content is too large."}}',
  });
  expect(standing.accepted()).toEqual([false]);
});
