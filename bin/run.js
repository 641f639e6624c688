#!/usr/bin/env -S node --
/** Production entry: runs the built connector (`--`: Node would take --env-file for its own). On an older Node it hands over to the Node 24 that `npm ci` installed. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_MAJOR_MIN = 24
const file = fileURLToPath(import.meta.url)
const root = join(dirname(file), '..')

/** @param {string} text @param {number} exitCode */
function refuse(text, exitCode) {
  process.stderr.write(`${text}\n`)
  process.exit(exitCode)
}

function handOver() {
  const bundled = join(root, 'node_modules', 'node', 'bin', 'node')
  if (!existsSync(bundled))
    refuse(
      `The connector needs Node ${NODE_MAJOR_MIN} or newer; this is ${process.version}. Install it, or run: npm ci`,
      78,
    )
  const child = spawn(bundled, ['--', file, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => refuse(`Node ${NODE_MAJOR_MIN} could not be started: ${error.message}`, 78))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)))
}

async function start() {
  const dist = join(root, 'dist')
  if (!existsSync(join(dist, 'oclif.manifest.json'))) refuse('The connector is not built. Run: npm run build', 78)
  // Compiled code is kept beside the modules, never in a directory that other users can write to.
  module.enableCompileCache?.(join(root, 'node_modules', '.cache', 'connector'))
  const { main } = await import('../dist/src/cli/main.js')
  process.exit(await main({ root: dist, argv: process.argv.slice(2) }))
}

if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR_MIN) handOver()
else await start()
