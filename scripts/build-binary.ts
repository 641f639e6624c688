/**
 * Makes one file to install: a tarball with the compiled program, its packages and its own Node, for Linux x64 or arm64. A tarball and not a single
 * executable: log sinks are worker threads that are loaded from files, and an administrator can look at what runs.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const ARCHITECTURES = ['x64', 'arm64'] as const
type Architecture = (typeof ARCHITECTURES)[number]

const root = join(import.meta.dirname, '..')
const CONTENTS = [
  'dist',
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
  '.env.example',
  'admins.example.json',
  'users.example.json',
  'docs',
]
/** Pictures and pages for developers are of no use on a server. */
const LEFT_OUT = ['docs/decisions', 'docs/screenshots']

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: process.arch },
    out: { type: 'string', default: join(root, 'build') },
  },
})
const arch = ARCHITECTURES.find((known) => known === values.arch)
if (arch === undefined) throw new Error(`--arch is one of ${ARCHITECTURES.join(', ')}`)

const { version, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const name = `connector-${version}-linux-${arch}`
const work = mkdtempSync(join(tmpdir(), 'connector-binary-'))
try {
  const folder = join(work, 'connector')
  assemble(folder)
  const tarball = join(values.out, `${name}.tar.gz`)
  mkdirSync(values.out, { recursive: true })
  run('tar', ['-czf', `${tarball}.part`, '--owner=0', '--group=0', '--sort=name', '-C', work, 'connector'], work)
  renameSync(`${tarball}.part`, tarball)
  console.log(`${tarball}: ${Math.round(statSync(tarball).size / 1024 / 1024)} MB`)
} finally {
  rmSync(work, { recursive: true, force: true })
}

function assemble(folder: string): void {
  run('npm', ['run', '-s', 'build'], root)
  mkdirSync(join(folder, 'bin'), { recursive: true })
  cpSync(join(root, 'bin', 'run.js'), join(folder, 'bin', 'run.js'))
  for (const part of CONTENTS) cpSync(join(root, part), join(folder, part), { recursive: true })
  for (const part of LEFT_OUT) rmSync(join(folder, part), { recursive: true, force: true })
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(root, file), join(folder, file))
  installPackages(folder)
  installNode(folder)
  const start =
    '#!/bin/sh\n# Runs the connector on the Node beside it.\nhere=$(dirname "$(readlink -f "$0")")\nexec "$here/bin/node" -- "$here/bin/run.js" "$@"\n'
  writeFileSync(join(folder, 'connector'), start)
  chmodSync(join(folder, 'connector'), 0o755)
}

/** Without scripts nothing is compiled; the one package that has to be is Kerberos, and it is taken over where it was built for this machine. */
function installPackages(folder: string): void {
  run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', `--cpu=${arch}`, '--os=linux'], folder)
  const kerberos = join('node_modules', 'kerberos', 'build')
  if (arch === process.arch && existsSync(join(root, kerberos)))
    cpSync(join(root, kerberos), join(folder, kerberos), { recursive: true })
  else {
    rmSync(join(folder, 'node_modules', 'kerberos'), { recursive: true, force: true })
    console.log('left out: kerberos (it is compiled on the machine where it runs)')
  }
  rmSync(join(folder, 'package-lock.json'))
}

/** Node as npm has it: the devDependency `node` for this machine, its sibling package for the other. */
function installNode(folder: string): void {
  const target = join(folder, 'bin', 'node')
  if (arch === process.arch) cpSync(join(root, 'node_modules', 'node', 'bin', 'node'), target)
  else {
    const packed = nodePackage(arch as Architecture)
    const unpacked = mkdtempSync(join(work, 'node-'))
    run('npm', ['pack', packed, '--silent', '--pack-destination', unpacked], unpacked)
    run('sh', ['-c', 'tar -xzf *.tgz'], unpacked)
    cpSync(join(unpacked, 'package', 'bin', 'node'), target)
  }
  chmodSync(target, 0o755)
}

function nodePackage(architecture: Architecture): string {
  const range = String(devDependencies.node)
  return `node-linux-${architecture}@${range}`
}

function run(command: string, args: readonly string[], cwd: string): void {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
}
