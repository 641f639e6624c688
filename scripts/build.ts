/** Compiles commands and sources into dist and writes oclif's manifest there, so that the connector starts without compiling or searching. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')

/** Types are checked by `npm run typecheck`, not here: installing must be quick. */
function compile(): void {
  rmSync(dist, { recursive: true, force: true })
  const done = spawnSync(process.execPath, [tsc, '--project', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
  if (done.status !== 0) throw new Error(`tsc ended with ${done.status ?? done.signal}`)
}

/** dist is a package of its own, so that oclif finds its commands and its manifest inside it. */
function writePackage(): void {
  const { name, version, description, license, oclif } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const commands = { strategy: 'pattern', target: './commands' }
  const built = { name, version, description, license, private: true, type: 'module', oclif: { ...oclif, commands } }
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(built, null, 2)}\n`)
}

async function writeManifest(): Promise<void> {
  const { Plugin, settings } = await import('@oclif/core')
  settings.enableAutoTranspile = false
  const plugin = new Plugin({ root: dist, type: 'core', ignoreManifest: true, errorOnManifestCreate: true })
  await plugin.load()
  writeFileSync(join(dist, 'oclif.manifest.json'), JSON.stringify(plugin.manifest))
}

if (existsSync(tsc)) {
  compile()
  writePackage()
  await writeManifest()
} else {
  console.error('build: no TypeScript compiler (installed without devDependencies), dist stays as it is')
}
