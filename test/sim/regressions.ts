/** Seeds that once failed, each with what it found. They run first in every campaign; a seed that fails joins with its fix. */
import type { Mask } from './faults.ts'

export type Regression = { seed: number; mask: Mask; found: string }

/**
 * A seed is a history only for the simulation of its time: what is drawn by chance shifts when the simulation learns something new.
 * So each finding has a directed test or a mutant as well. Where a mutant is named, the seed is one that catches it today.
 */
export const REGRESSIONS: readonly Regression[] = [
  { seed: 12, mask: 'no-scrub', found: 'a false removal of an unknown item was believed' },
  { seed: 51, mask: 'no-scrub', found: 'the same, mutant removal-hint-of-the-unknown-ignored' },
  { seed: 519, mask: 'no-list', found: 'the refused write of a conflict lost the edit of the other side' },
  { seed: 7, mask: 'all', found: 'the same, mutant unsettled-base-taken-over' },
  { seed: 133, mask: 'no-scrub', found: 'an unreadable item of known UID was made a second time' },
  { seed: 236, mask: 'no-scrub', found: 'the same, mutant unreadable-is-absent' },
  { seed: 155, mask: 'all', found: 'a side that lists nothing was believed' },
  { seed: 1835, mask: 'all', found: 'an emptied side was believed after the pass that listed it had failed' },
  { seed: 1652, mask: 'all', found: 'the same, mutant listing-judged-once' },
  { seed: 2019, mask: 'all', found: 'a clock that was set back let a process write without its lease' },
  { seed: 125, mask: 'no-list', found: 'the same, mutant lease-trusts-the-clock' },
  { seed: 1911, mask: 'all', found: 'two guards halted in turn for ever: a deletion guard and empty-side' },
  { seed: 3405, mask: 'all', found: 'two guards took back the release of each other' },
  { seed: 69, mask: 'no-scrub', found: 'the same, mutant releases-taken-back' },
  { seed: 20051, mask: 'all', found: 'a second item of a UID stayed alone after the first pair had ended' },
  { seed: 94, mask: 'no-scrub', found: 'the same, mutant duplicates-stay' },
  { seed: 37176, mask: 'no-list', found: 'a second item of a UID stayed alone after the unpaired first had gone' },
  { seed: 42052, mask: 'all', found: 'three rounds of a pass removed three times what a pass may' },
  { seed: 46105, mask: 'no-list', found: 'the same, with removals whose answers were lost' },
  {
    seed: 61613,
    mask: 'no-scrub',
    found: 'an item made and deleted during a listing hid that nothing of the base was left',
  },
  { seed: 66217, mask: 'no-scrub', found: 'of two items of a UID after a move the copy was taken for the item' },
  { seed: 10989, mask: 'all', found: 'an exception followed its master on the side that rounds its value' },
  { seed: 210057, mask: 'no-scrub', found: 'an old release let a side pass that was emptied once more' },
  { seed: 302576, mask: 'no-scrub', found: 'an unreadable new item hid a rolled-back calendar' },
  { seed: 19989, mask: 'all', found: 'the release of an emptied side let the other side pass' },
  {
    seed: 5048990,
    mask: 'no-scrub',
    found: 'a second item of a UID whose write had failed kept that problem and stayed alone',
  },
  {
    seed: 6006459,
    mask: 'no-scrub',
    found: 'in a moved mailbox a copy was taken for the item that could not be read, and overwrote it later',
  },
  {
    seed: 17788,
    mask: 'all',
    found: 'the oracle took a moved item that a rolled-back calendar showed again for an unseen edit (its own mistake)',
  },
  {
    seed: 30033233,
    mask: 'all',
    found: 'a number of deletions that a person allowed let pass as many that an emptied side made',
  },
  { seed: 30073899, mask: 'all', found: 'the same, allowed in one collection, in another one' },
  {
    seed: 60073550,
    mask: 'all',
    found: 'in a moved mailbox a copy that was nearer than the edited item replaced its title, and nobody kept it',
  },
  {
    seed: 70131784,
    mask: 'no-scrub',
    found: 'what one side took came back as an edit when the other side could not be read to the end of the write',
  },
  { seed: 80070170, mask: 'no-scrub', found: 'a halt that was over was released, and let the next emptied side pass' },
  { seed: 90023368, mask: 'no-scrub', found: 'a copy was adopted while the item itself could not be read' },
  {
    seed: 90070610,
    mask: 'all',
    found: 'in a moved mailbox with a copy, the other spelling of a body became a conflict',
  },
  {
    seed: 100320274,
    mask: 'all',
    found:
      'an occurrence kept its own value on one side, and followed its series on the other, when both sides changed the series',
  },
  {
    seed: 110208476,
    mask: 'no-scrub',
    found:
      'a recovered creation was counted under a pair that a new configuration had begun without, and under both its sides as well',
  },
]
