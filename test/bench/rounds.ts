/** How fair turns were: while somebody waited for one, how many did any other mailbox of the same account get? */

export type Turn = { mailbox: string; account: string; beganMs: number; endedMs: number }

/**
 * Of every turn the most that one other mailbox of its account began and ended meanwhile; the largest of these. With turns taken
 * strictly in rounds it is 1: the other one was just before us, and is served again while we are.
 */
export function mostOvertakes(turns: readonly Turn[]): number {
  let most = 0
  for (const ofAccount of Map.groupBy(turns, ({ account }) => account).values()) {
    const others = [...Map.groupBy(ofAccount, ({ mailbox }) => mailbox)]
    for (const turn of ofAccount)
      for (const [mailbox, theirs] of others) if (mailbox !== turn.mailbox) most = Math.max(most, within(theirs, turn))
  }
  return most
}

function within(turns: readonly Turn[], { beganMs, endedMs }: Turn): number {
  return turns.filter((other) => other.beganMs >= beganMs && other.endedMs <= endedMs).length
}
