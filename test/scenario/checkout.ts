/** What somebody has after cloning: the files under version control, installed and built. Without git, as in a tarball, the built program is taken. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtConnector } from './built.ts'

export type Checkout = { entry: string; folder: string; dispose(): void }

const root = join(import.meta.dirname, '..', '..')
/** Of no use for running it; the most of its files. */
const LEFT_OUT = /^(test|nextcloud-app)\//

/** The packages are those of this checkout: `npm ci` would ask the registry for the same. */
export function freshCheckout(): Checkout {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (listed.status !== 0) {
    const { entry, dispose } = builtConnector()
    return { entry, folder: root, dispose }
  }
  const folder = mkdtempSync(join(tmpdir(), 'checkout-'))
  for (const file of listed.stdout.split('\0'))
    if (file !== '' && !LEFT_OUT.test(file)) cpSync(join(root, file), join(folder, file))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const built = spawnSync('npm', ['run', '-s', 'build'], { cwd: folder, encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`the build failed: ${built.stdout}${built.stderr}`)
  return {
    entry: join(folder, 'bin', 'run.js'),
    folder,
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}
