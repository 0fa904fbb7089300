/** Reads the settings of one account. */
import { CloudError } from '../../errors.ts';
import { own } from '../../json.ts';
import type { Clock, SettingsReader } from '../../ports.ts';
import { readPages } from '../pages.ts';
import type { Api } from './api.ts';

/** For all pages of one list together. */
const pagesPatienceMs = 60_000;

export function createTencentReader(clock: Pick<Clock, 'now'>, api: Api): SettingsReader {
  return {
    read: (source, deadlineMs) => {
      const { action, camAction, paging } = source;
      const endMs =
        paging === undefined ? deadlineMs : Math.min(deadlineMs, clock.now() + pagesPatienceMs);
      return readPages(source, (request) =>
        api.call({ service: 'tcss', action, camAction, request }, endMs),
      );
    },

    whoAmI: async (deadlineMs) => {
      const action = 'GetCallerIdentity';
      const identity = await api.call({ service: 'sts', action }, deadlineMs);
      const uin = own(identity, 'AccountId');
      if (typeof uin === 'string' && /^\d{1,20}$/.test(uin)) return uin;
      throw new CloudError('BadAnswer', `${action}: the answer names no account`);
    },
  };
}
