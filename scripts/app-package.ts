/**
 * Makes the archive for the app store: builds the pages, checks what is shipped, and packs it so that the same sources always give the same
 * bytes. `--no-build` takes the pages as they are; with NEXTCLOUD_DIR info.xml is checked against the schema that the server's release carries.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { APP_ID, appVersion, archiveProblems, shippedFiles } from './app/files.ts'

const root = join(import.meta.dirname, '..')
const app = join(root, 'nextcloud-app')
/** Beside the sources, ignored by git. */
const out = join(app, 'dist')

if (!process.argv.includes('--no-build')) execFileSync('npm', ['run', 'app:build'], { cwd: root, stdio: 'inherit' })
const files = shippedFiles(app)
const problems = [...archiveProblems(app, files), ...schemaProblems()]
if (problems.length > 0) {
  console.error(`The app cannot be packed:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
  process.exit(1)
}
const archive = pack()
const bytes = readFileSync(archive)
console.log(`${relative(root, archive)}  ${bytes.length} bytes, ${files.length} files`)
console.log(`sha512 ${createHash('sha512').update(bytes).digest('hex')}`)

function pack(): string {
  const folder = join(out, APP_ID)
  rmSync(out, { recursive: true, force: true })
  for (const path of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(join(app, path), join(folder, path))
  }
  const target = join(out, `${APP_ID}-${appVersion(readFileSync(join(app, 'appinfo/info.xml'), 'utf8'))}.tar.gz`)
  const same = [
    '--sort=name',
    `--mtime=@${sourceTime()}`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=u=rwX,go=rX',
    '--format=ustar',
  ]
  execFileSync('tar', [...same, '--use-compress-program=gzip -n', '-cf', target, '-C', out, APP_ID])
  return target
}

/** The time of the last commit, so that two people who pack the same commit get the same archive. */
function sourceTime(): string {
  return (
    process.env.SOURCE_DATE_EPOCH ??
    execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim()
  )
}

function schemaProblems(): string[] {
  const schema = join(process.env.NEXTCLOUD_DIR ?? '', 'resources/app-info.xsd')
  if (!process.env.NEXTCLOUD_DIR || !existsSync(schema)) {
    console.warn('info.xml was not checked against the schema: set NEXTCLOUD_DIR to a server tree')
    return []
  }
  try {
    execFileSync('xmllint', ['--noout', '--schema', schema, join(app, 'appinfo/info.xml')], {
      stdio: 'pipe',
      encoding: 'utf8',
    })
    return []
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    return (stderr || message).trim().split('\n')
  }
}
