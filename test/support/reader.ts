/** The reader of one account with the API below it, as a run opens them. */
import type { Clock, SettingsReader } from '../../shared/ports.ts';
import { createApi, type ApiOptions } from '../../shared/settings/tencent/api.ts';
import { createTencentReader } from '../../shared/settings/tencent/client.ts';

export function openReader(
  clock: Clock,
  options: ApiOptions,
): SettingsReader & { readonly close: () => void } {
  const api = createApi(clock, options);
  return { ...createTencentReader(clock, api), close: api.close };
}
