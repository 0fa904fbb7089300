/**
 * Each side once, then each again: what else the machine does meanwhile strikes all alike, so the ratios of one
 * round can be compared. A round before the first warms up what the sides share, such as the files' pages.
 */
export async function inTurn<Side extends string, Measured>(
  rounds: number,
  sides: Readonly<Record<Side, () => Promise<Measured>>>,
): Promise<Readonly<Record<Side, readonly Measured[]>>> {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- Object.keys forgets the type of its keys
  const names = Object.keys(sides) as Side[];
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- and fromEntries forgets it, too
  const measured = Object.fromEntries(names.map((name) => [name, [] as Measured[]])) as Record<
    Side,
    Measured[]
  >;
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const one = await sides[name]();
      if (round > 0) measured[name].push(one);
    }
  }
  return measured;
}
