/**
 * The built connector for scenarios that run it as a process: `dist` when it is newer than the sources, else a private build in a
 * directory of its own, so that a test never takes the program away from another run.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const INPUTS = ['src', 'commands', 'bin', 'scripts', 'package.json', 'tsconfig.json', 'tsconfig.build.json']

export type Built = { entry: string; dispose(): void }

export function builtConnector(): Built {
  if (isFresh()) return { entry: join(root, 'bin', 'run.js'), dispose() {} }
  const copy = mkdtempSync(join(tmpdir(), 'connector-built-'))
  for (const input of INPUTS) cpSync(join(root, input), join(copy, input), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const done = spawnSync(process.execPath, [join(copy, 'scripts', 'build.ts')], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`the build failed: ${done.stdout}${done.stderr}`)
  return { entry: join(copy, 'bin', 'run.js'), dispose: () => rmSync(copy, { recursive: true, force: true }) }
}

function isFresh(): boolean {
  const manifest = statSync(join(root, 'dist', 'oclif.manifest.json'), { throwIfNoEntry: false })
  if (!manifest) return false
  const files = INPUTS.slice(0, 3).flatMap((input) => globSync(`${input}/**/*.{ts,js}`, { cwd: root }))
  return files.every((file) => statSync(join(root, file)).mtimeMs < manifest.mtimeMs)
}
