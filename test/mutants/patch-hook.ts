/** Preloaded (`node --import`): loads the program with the patches of the mutant named in MUTANT, each of which must match exactly once. */
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MUTANTS, type Patch } from './mutants.ts'

const root = join(import.meta.dirname, '..', '..')
const mutant = MUTANTS.find((one) => one.name === process.env.MUTANT)
if (!mutant) throw new Error(`no mutant ${process.env.MUTANT}`)

const byUrl = new Map<string, Patch[]>()
for (const patch of mutant.patches) {
  const url = pathToFileURL(join(root, patch.file)).href
  byUrl.set(url, [...(byUrl.get(url) ?? []), patch])
}

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const patches = byUrl.get(url)
    if (!patches) return loaded
    byUrl.delete(url)
    return { ...loaded, source: patches.reduce(patched, String(loaded.source)) }
  },
})

function patched(source: string, { file, find, replace }: Patch): string {
  const count = source.split(find).length - 1
  if (count !== 1) throw new Error(`a patch of ${mutant?.name} matches ${file} ${count} times: ${find}`)
  return source.replace(find, () => replace)
}

process.on('exit', () => {
  if (byUrl.size === 0) return
  console.error(`${mutant.name}: never loaded: ${[...byUrl.keys()].join(', ')}`)
  process.exitCode = 3
})
