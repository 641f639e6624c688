/** The Exchange side of a collection pair: the port of src/ports/side.ts over EWS. Each method is a file of its own beside this one. */
import { EWS_FIND_PAGE_MAX, EWS_GET_BATCH_MAX, EWS_WRITE_BATCH_MAX, SYNC_PAGE_SIZE_MAX } from '../../limits.ts'
import { fitEvent } from '../../mapping/ews/fit.ts'
import { eventOf } from '../../model/kinds.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Cursor, ItemId, RemoveRequest, Side, SideItem, Token } from '../../ports/side.ts'
import type { CollectionKind } from '../../ports/state-store.ts'
import type { EwsClient } from './client.ts'
import { deleteItem } from './operations/delete-item.ts'
import { SEND_TO_NONE } from './send-mode.ts'
import { call, type SideContext, type SideLimits } from './side-context.ts'
import { createItems } from './side-create.ts'
import { createOnce } from './side-create-once.ts'
import { describeFolder, findToken, folderChanges, listFolder } from './side-feed.ts'
import { type FileHashes, fileContent } from './side-files.ts'
import { failureOf } from './side-outcome.ts'
import { readItems } from './side-read.ts'
import { removeItems } from './side-remove.ts'
import { createSingles } from './side-single-create.ts'
import { fitSingle } from './side-single-fit.ts'
import { readSingles } from './side-single-read.ts'
import { updateSingles } from './side-single-update.ts'
import { updateItems } from './side-update.ts'

export type ExchangeSideOptions = {
  client: EwsClient
  /** Primary SMTP address of the mailbox. */
  mailbox: string
  /** The mailbox's display name, when known. */
  mailboxName?: string
  /** EWS folder id, as listFolders gives it. */
  folderId: string
  kind: CollectionKind
  /** IANA zone of times that have none. */
  floatingZone: string
  clock: Clock
  log: Log
  limits?: Partial<SideLimits>
  /** Files of an event that are bigger do not travel. */
  fileBytesMax?: number
  /** Remembered as long as the process lives. */
  fileHashes?: FileHashes
}

const LIMITS: SideLimits = {
  getBatchMax: EWS_GET_BATCH_MAX,
  writeBatchMax: EWS_WRITE_BATCH_MAX,
  syncPageMax: SYNC_PAGE_SIZE_MAX,
  findPageMax: EWS_FIND_PAGE_MAX,
}

/** Opens nothing by itself: every method is one or more calls of the client. */
export function exchangeSide(options: ExchangeSideOptions): Side {
  const context = contextOf(options)
  const common = {
    name: 'exchange' as const,
    describe: () => describeFolder(context),
    changes: (cursor: Cursor | null) => folderChanges(context, cursor),
    listAll: () => listFolder(context),
    remove: (requests: readonly RemoveRequest[]) => removeItems(context, requests),
    findByToken: (token: Token) => findByToken(context, token),
    file: (item: Pick<SideItem, 'native'>, hash: string) => fileContent(context, item, hash),
  }
  if (context.kind === 'calendar') {
    return {
      ...common,
      read: (ids) => readItems(context, ids),
      create: (requests) => createOnce(context, requests, (fresh) => createItems(context, fresh)),
      update: (requests) => updateItems(context, requests),
      fit: (item, current) => fitEvent(eventOf(item), context.lens, current ? eventOf(current) : null),
    }
  }
  return {
    ...common,
    read: (ids) => readSingles(context, ids),
    create: (requests) => createOnce(context, requests, (fresh) => createSingles(context, fresh)),
    update: (requests) => updateSingles(context, requests),
    fit: (item, current) => fitSingle(context, item, current),
  }
}

function contextOf(options: ExchangeSideOptions): SideContext {
  const mailbox = options.mailbox.toLowerCase()
  const { mailboxName: name, fileBytesMax } = options
  return {
    client: options.client,
    mailbox: options.mailbox,
    folderId: options.folderId,
    kind: options.kind,
    lens: {
      mailbox,
      floatingZone: options.floatingZone,
      ...(name === undefined ? {} : { mailboxName: name }),
      ...(fileBytesMax === undefined ? {} : { fileBytesMax }),
    },
    limits: { ...LIMITS, ...options.limits },
    clock: options.clock,
    log: options.log,
    folders: new Map(),
    fileHashes: options.fileHashes ?? new Map(),
  }
}

/** A creation that was cut short within its series is taken back, so that the answer is truly "there is none". */
async function findByToken(context: SideContext, token: Token): Promise<ItemId | null> {
  const found = await findToken(context, token)
  if (found === null || found.state === 'whole') return found === null ? null : (found.id as ItemId)
  context.log.warn({ token }, 'a creation that was cut short is taken back')
  const ids = [{ kind: 'item' as const, id: found.id }]
  const [result] = await call(context, deleteItem, { ids, send: SEND_TO_NONE })
  if (result?.kind === 'failed' && failureOf(result.error).kind !== 'gone') throw result.error
  return null
}
