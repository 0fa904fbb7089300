/** Many accounts at once: an organisation whose members lend a role to the first account. */
import type { Account, LentRole } from './account.ts';

const firstUin = 100_000_000_001;

export function estateOf(
  first: Account,
  members: number,
  role: Partial<LentRole> = {},
): readonly [Account, ...Account[]] {
  // One list for all: a hundred thousand members are cheap.
  const roles: readonly LentRole[] = [{ name: 'TcssAudit', trusts: [first.uin], ...role }];
  const { permissions } = first;
  const memberOf = (number: number): Account => {
    const uin = String(firstUin + number);
    return { secretId: `MEMBER-${uin}`, secretKey: `KEY-${uin}`, uin, permissions, roles };
  };
  return [first, ...Array.from({ length: members }, (_, index) => memberOf(index + 1))];
}
