/** Which files of an event may lie on a side: by size, what the side holds already aside. What stays behind is named. Pure. */
import { FILE_BYTES_MAX } from '../limits.ts'
import { type EventFile, isUnread, uniqueFiles } from '../model/file.ts'
import type { LossReason } from '../model/item.ts'

export type FileFit = {
  /** `Service__AttachmentLimitInBytes`; 0 = no file travels. */
  fileBytesMax: number | undefined
  /** All files of one event together; null = no limit of this side. */
  totalBytesMax: number | null
  /** What the side holds of the event now. */
  held: readonly EventFile[]
  name(path: string, reason: LossReason, detail: string): void
}

export function fitFiles(
  files: readonly EventFile[],
  { fileBytesMax, totalBytesMax, held, name }: FileFit,
): EventFile[] {
  const known = new Map(held.map((file) => [file.hash, file]))
  const unique = uniqueFiles(files)
  let total = unique.reduce((sum, file) => sum + (known.has(file.hash) ? file.bytes : 0), 0)
  return unique.flatMap((file) => {
    const there = known.get(file.hash)
    if (there) return [{ ...there, name: file.name }]
    const path = `file:${file.hash}`
    if (isUnread(file) || file.bytes > (fileBytesMax ?? FILE_BYTES_MAX)) {
      const why = isUnread(file) ? ', not looked into' : ''
      name(path, 'too-long', `${file.name}: ${file.bytes} bytes${why}`)
      return []
    }
    total += file.bytes
    if (totalBytesMax === null || total <= totalBytesMax) return [file]
    total -= file.bytes
    name(path, 'too-many', `${file.name}: ${file.bytes} bytes more than the event can hold`)
    return []
  })
}
