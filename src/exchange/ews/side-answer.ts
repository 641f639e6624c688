/** My answers to other people's meetings: Accept, Tentative, Decline, kept in the calendar, and mailed where Exchange is the sender (INV-1, I24). */
import type { PartStat } from '../../model/event.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Mail } from '../../ports/side.ts'
import type { EwsResult } from './operation.ts'
import { type MeetingAnswer, respondToMeeting } from './operations/respond-to-meeting.ts'
import type { ItemRef } from './refs.ts'
import { bySendMode, SEND_TO_NONE } from './send-mode.ts'
import { call, type SideContext, writeBatches } from './side-context.ts'

export type Answer = { id: string; changeKey: string; answer: PartStat; mail: Mail }

/** One result per answer, in order. */
export function answerMeetings(context: SideContext, answers: readonly Answer[]): Promise<EwsResult<ItemRef[]>[]> {
  const sizeMax = context.limits.writeBatchMax
  const modeOf = ({ mail }: Answer) => (mail === 'people' ? ('SendToAllAndSaveCopy' as const) : SEND_TO_NONE)
  return bySendMode(answers, modeOf, (group, send) =>
    writeBatches(group, { sizeMax, mayThrow: false }, (batch) =>
      call(context, respondToMeeting, {
        responses: batch.map(({ id, changeKey, answer }) => ({
          answer: answerOf(answer),
          item: { kind: 'item' as const, id, changeKey },
        })),
        mail: send === SEND_TO_NONE ? 'nobody' : 'people',
      }),
    ),
  )
}

function answerOf(partStat: PartStat): MeetingAnswer {
  switch (partStat) {
    case 'accepted':
      return 'AcceptItem'
    case 'tentative':
      return 'TentativelyAcceptItem'
    case 'declined':
      return 'DeclineItem'
    default:
      throw new ConnectorError('bug', { where: 'answerOf', partStat })
  }
}
