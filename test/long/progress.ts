/** What the long run has done so far, as JSON in a file, so that it can go on after a stop. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

export type PhaseResult = { ok: boolean; lines: string[]; tookMs: number }

export type Progress = {
  phases: Record<string, PhaseResult>
  hostile: {
    done: number
    /** Inputs of lower numbers were given to every target. */
    nextNumber: number
    refused: number
    tookMs: number
    /** Replay commands. */
    failures: string[]
  }
  histories: {
    done: number
    firstSeed: number
    /** Seeds from the first to below this were run under every mask. */
    nextSeed: number
    tookMs: number
    perMask: Record<string, number>
    fired: Record<string, number>
    passesToRestMax: number
    /** Replay commands. */
    failures: string[]
  }
}

/** `firstSeed` is where a new campaign begins; one that goes on keeps its own. */
export function loadProgress(file: string, firstSeed = 1): Progress {
  const counts = { done: 0, tookMs: 0, perMask: {}, fired: {}, passesToRestMax: 0, failures: [] }
  const histories = { firstSeed, nextSeed: firstSeed, ...counts }
  const hostile = { done: 0, nextNumber: 1, refused: 0, tookMs: 0, failures: [] }
  const fresh: Progress = { phases: {}, hostile, histories }
  return existsSync(file) ? { ...fresh, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<Progress>) } : fresh
}

/** Whole or not at all: a stop in the middle leaves the earlier file. */
export function saveProgress(file: string, progress: Progress): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(progress, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}
