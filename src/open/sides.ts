/** The two sides of a collection pair: concrete, masked in the sensitive mode, read-only in a dry run. */
import { maskedSides } from '../engine/masked-side.ts'
import { absentSide, readOnlySide } from '../engine/read-only-side.ts'
import type { OpenedPair } from '../engine/user.ts'
import { exchangeEvidence } from '../exchange/ews/masked.ts'
import { exchangeSide } from '../exchange/ews/side.ts'
import { nextcloudEvidence } from '../nextcloud/masked.ts'
import { codecFor, nextcloudSide } from '../nextcloud/side.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Side } from '../ports/side.ts'
import type { CollectionPair } from '../ports/state-store.ts'
import type { Opening } from './pairs.ts'

export function sidesOf(opening: Opening, pair: CollectionPair): Pick<OpenedPair, 'sides' | 'ownSides'> {
  const { user, clock, log, floatingZone, exchange: client, config } = opening
  const mailbox = user.mailbox.email
  const ofFolder = exchangeSide({
    client,
    mailbox,
    folderId: pair.exchangeRef,
    kind: pair.kind,
    floatingZone,
    fileBytesMax: config.sync.fileBytesMax,
    fileHashes: opening.fileHashes,
    clock,
    log,
  })
  // A dry run: the real one would make the folder first.
  const exchange = pair.exchangeRef === '' ? absentSide('exchange', ofFolder.fit) : ofFolder
  const nextcloud = nextcloudOf(opening, pair)
  const ownSides = user.dryRun
    ? { exchange: readOnlySide(exchange), nextcloud: readOnlySide(nextcloud) }
    : { exchange, nextcloud }
  const { type, sensitiveScope: scope, sensitiveTitle: title } = config.sync
  if (pair.kind !== 'calendar') {
    // Nothing of a contact or task is time block alone: in the sensitive mode they must never be opened.
    if (type === 'sensitive') throw new ConnectorError('bug', { where: 'sensitive mode', kind: pair.kind })
    return { sides: ownSides, ownSides }
  }
  const policy = { type, scope, title, me: mailbox.toLowerCase() }
  const evidence = { exchange: exchangeEvidence, nextcloud: nextcloudEvidence }
  // In the full mode, too: copies that were masked before are filled in, never taken for originals.
  return { sides: maskedSides(ownSides, { policy, evidence }), ownSides }
}

function nextcloudOf({ dav, clock, log, floatingZone, config, entry }: Opening, pair: CollectionPair): Side {
  const { kind } = pair
  const { fileBytesMax } = config.sync
  // A dry run: the real one would make the collection first.
  if (pair.nextcloudRef === '') {
    const codec = codecFor({ kind, floatingZone, clock, fileBytesMax })
    return absentSide('nextcloud', (item, current) => codec.fit(item, current))
  }
  // Through the app, writes that are issued at once travel together.
  const batch = entry.access.kind === 'app' ? { writeConcurrency: config.sync.batchSaveSize } : {}
  const options = { client: dav, collectionUrl: pair.nextcloudRef, kind, floatingZone, fileBytesMax, clock, log }
  return nextcloudSide({ ...options, ...batch })
}
