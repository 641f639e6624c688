/** Histories on all cores: each worker process takes a slice of seeds under every mask, and the slices are booked in order. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Campaign } from '../sim/campaign.ts'
import { MASKS } from '../sim/faults.ts'
import type { Progress } from './progress.ts'

const run = promisify(execFile)
const WORKER = join(import.meta.dirname, 'worker.ts')
/** Seeds of one worker process: half a minute of work, and what a stop repeats. */
const SLICE_SEEDS = 2_000
const FAILURES_MAX = 50
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024

export type Slice = Pick<Campaign, 'histories' | 'perMask' | 'fired' | 'passesToRestMax'> & { failures: string[] }

export type HistoriesOptions = {
  historiesMax: number
  workers: number
  shouldStop: () => boolean
  save: () => void
}

export async function runHistories(progress: Progress, options: HistoriesOptions): Promise<void> {
  const { histories } = progress
  while (histories.done < options.historiesMax && !options.shouldStop() && histories.failures.length < FAILURES_MAX) {
    const startedAtMs = Date.now()
    const left = Math.ceil((options.historiesMax - histories.done) / MASKS.length)
    const seeds = Math.min(SLICE_SEEDS, Math.ceil(left / options.workers))
    const starts = Array.from({ length: options.workers }, (_, index) => histories.nextSeed + index * seeds)
    const slices = await Promise.all(starts.map((first) => runSlice(first, seeds)))
    for (const slice of slices) book(progress, slice)
    histories.nextSeed += seeds * options.workers
    histories.tookMs += Date.now() - startedAtMs
    options.save()
    const rate = Math.round((histories.done / histories.tookMs) * 1000)
    console.log(`${histories.done} histories, ${rate}/s, ${histories.failures.length} failed`)
  }
}

async function runSlice(firstSeed: number, seeds: number): Promise<Slice> {
  const { stdout } = await run(process.execPath, [WORKER, String(firstSeed), String(seeds)], {
    maxBuffer: OUTPUT_BYTES_MAX,
  })
  return JSON.parse(stdout) as Slice
}

function book({ histories }: Progress, slice: Slice): void {
  histories.done += slice.histories
  histories.passesToRestMax = Math.max(histories.passesToRestMax, slice.passesToRestMax)
  for (const [mask, count] of Object.entries(slice.perMask))
    histories.perMask[mask] = (histories.perMask[mask] ?? 0) + count
  for (const [kind, count] of Object.entries(slice.fired)) histories.fired[kind] = (histories.fired[kind] ?? 0) + count
  histories.failures.push(...slice.failures)
}
