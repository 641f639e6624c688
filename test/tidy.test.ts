/** Keeps the project in the shape that docs/architecture.md and CONTRIBUTING.md promise. A rule that nobody checks is not a rule. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generatedPages } from '../scripts/docs/pages.ts'
import { KEY_NAMES } from '../src/config/schema.ts'
import { ERROR_CODES } from '../src/ports/errors.ts'
import { codeOf, functionsOf, importsOf, partOf, root, sources } from './tidy-source.ts'

const program = sources('src/**/*.ts', 'commands/**/*.ts', 'bin/*', 'scripts/**/*.ts')
const simulators = sources('test/simulators/**/*.ts').filter(({ path }) => !path.endsWith('.test.ts'))
const everything = [...program, ...sources('test/**/*.ts', '*.ts')]

/** What each part may import beside itself, `limits` (constants) and `src/ports/errors.ts` (the error type). */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  limits: [],
  model: [],
  ports: ['model'],
  mapping: ['model', 'ports'],
  sync: ['model', 'ports'],
  engine: ['model', 'sync', 'ports'],
  exchange: ['model', 'mapping', 'ports'],
  nextcloud: ['model', 'mapping', 'ports'],
  state: ['model', 'ports'],
  config: ['ports'],
  cli: ['config', 'logging', 'model', 'ports', 'compose'],
  compose: ['config', 'engine', 'exchange', 'mapping', 'model', 'nextcloud', 'ports', 'state', 'sync', 'open'],
  open: ['config', 'engine', 'exchange', 'mapping', 'model', 'nextcloud', 'ports', 'serve', 'state', 'sync'],
  serve: ['ports'],
  logging: ['config', 'ports'],
  index: ['compose', 'config', 'ports', 'model'],
  commands: ['cli', 'config', 'compose', 'ports'],
  bin: ['cli'],
  scripts: ['cli', 'config', 'mapping', 'ports', 'commands'],
  simulators: [],
}

/** Single imports that no arrow covers, each with its reason. */
const ARROW_EXCEPTIONS: Readonly<Record<string, string>> = {
  'src/cli/check-files.ts -> src/nextcloud/users-file.ts':
    'config check reads users.json with the reader that the sync uses',
  'commands/mapping/dry-run.ts -> src/mapping/dry-run.ts': 'the command needs no connector, only the lenses',
}

/** About 150 lines; what is above says why. The simulators are servers told in few files. */
const LINES_MAX = 160
const SIMULATOR_LINES_MAX = 250
const FUNCTION_LINES_MAX = 70

/** Longer files, each with its reason. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'src/compose.ts': 'wires every part once; splitting it would hide what depends on what',
  'src/cli/base-command.ts': 'one life of a command, from its flags to its end',
  'src/cli/errors/general.ts': 'one table: the words of errors',
  'src/config/config.ts': 'one table: every setting in its nested form',
  'src/config/schema.ts': 'one table: every key of the configuration',
  'src/engine/execute-merge.ts': 'one phase of a pass, its steps in order',
  'src/engine/execute.ts': 'one phase of a pass, its steps in order',
  'src/engine/observe.ts': 'one phase of a pass, its steps in order',
  'src/engine/pass.ts': 'one pass, its phases in order',
  'src/engine/service.ts': 'one contract: all that commands may ask',
  'src/engine/user.ts': "one user's pass, its steps in order",
  'src/engine/work.ts': 'one phase of a pass, its steps in order',
  'src/exchange/ews/side-occurrences.ts': 'one protocol: occurrences are looked at before they are written',
  'src/limits.ts': 'one table: every bound with its reason',
  'src/mapping/ical/people.ts': 'a lens: reading and writing side by side',
  'src/mapping/ical/write-event.ts': 'one patch, component by component',
  'src/mapping/zones-display.ts': 'a table of names',
  'src/model/flat.ts': 'one form and its inverse, side by side',
  'src/nextcloud/link-collections.ts': 'the whole decision, read from top to bottom',
  'src/open/pairs.ts': 'one sequence: from a user to the opened pairs',
  'src/ports/side.ts': 'one contract: what both worlds implement',
  'src/ports/state-store.ts': 'one contract: what the engine remembers',
  'src/sync/plan.ts': 'the whole decision, read from top to bottom',
}
/** Longer functions by file, each with its reason. */
const LONG_FUNCTIONS: Readonly<Record<string, string>> = {
  'src/cli/errors/servers.ts': 'a table with the name of the server put in',
  'src/exchange/throttle.ts': "a closure that holds one account's queue; the functions in it are short",
}

/** Fails with every finding on a line of its own. */
function none(found: readonly unknown[]): void {
  const lines = found.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
  expect(lines.join('\n')).toBe('')
}

describe('the arrows', () => {
  it.each(Object.keys(ARROWS))('%s imports only what it may', (part) => {
    const imports = [...program, ...simulators].filter((source) => partOf(source.path) === part).flatMap(importsOf)
    const wrong = imports.filter(({ from, to }) => {
      const target = partOf(to)
      const ours = /^(src|commands|bin|scripts|test)\//.test(to)
      const shared = target === 'limits' || to === 'src/ports/errors.ts'
      return (
        ours &&
        !shared &&
        target !== part &&
        !ARROWS[part]?.includes(target) &&
        !(`${from} -> ${to}` in ARROW_EXCEPTIONS)
      )
    })
    none(wrong.map(({ from, to }) => `${from} -> ${to}`))
  })

  it('knows every part', () => {
    const parts = new Set(program.map((source) => partOf(source.path)))
    none([...parts].filter((part) => !(part in ARROWS)))
  })

  it('loads the engine late, so that --version and --help do not wait for it', () => {
    const early = program
      .filter((source) => ['cli', 'commands'].includes(partOf(source.path)))
      .flatMap(importsOf)
      .filter(({ to, lazy, typeOnly }) => partOf(to) === 'compose' && !lazy && !typeOnly)
    none(early)
  })

  it('never imports tests or simulators into the program', () => {
    const wrong = program.flatMap(importsOf).filter(({ to }) => to.startsWith('test/') || to === 'vitest')
    none(wrong)
  })

  it('imports relative files with their extension, and no file that does not exist', () => {
    const relative = everything.flatMap(importsOf).filter(({ to }) => /^(src|commands|test|scripts|bin)\//.test(to))
    none(relative.filter(({ to }) => !existsSync(join(root, to)) && !to.startsWith('dist/')))
  })
})

describe('purity', () => {
  /** Hashing is a function of its input. */
  const ALLOWED_NODE = new Set(['node:crypto', 'node:buffer'])
  const IMPURE =
    /\b(Date\.now|Math\.random|performance\.now|new Date\(\)|setTimeout|setInterval|setImmediate|console\.|process\.|fetch\(|randomUUID|randomBytes)/

  it.each(['model', 'mapping', 'sync', 'engine'])('src/%s has no clock, no chance and no I/O', (part) => {
    const found = sources(`src/${part}/**/*.ts`).flatMap((source) => [
      ...importsOf(source)
        .filter(({ to, typeOnly }) => to.startsWith('node:') && !typeOnly && !ALLOWED_NODE.has(to))
        .map(({ to }) => `${source.path}: ${to}`),
      ...codeOf(source)
        .split('\n')
        .filter((line) => IMPURE.test(line))
        .map((line) => `${source.path}: ${line.trim()}`),
    ])
    none(found)
  })
})

describe('size and form', () => {
  it('keeps files short, or says why not', () => {
    const isLong = (path: string, length: number) =>
      length > (partOf(path) === 'simulators' ? SIMULATOR_LINES_MAX : LINES_MAX)
    const long = [...program, ...simulators].filter(({ path, lines }) => isLong(path, lines.length))
    const unnamed = long.filter((source) => !(source.path in LONG_FILES))
    none(unnamed.map((source) => `${source.path}: ${source.lines.length}`))
    none(Object.keys(LONG_FILES).filter((path) => !existsSync(join(root, path))))
  })

  it('keeps functions short, or says why not', () => {
    const long = program.flatMap((source) =>
      functionsOf(source)
        .filter((found) => found.length > FUNCTION_LINES_MAX && !(source.path in LONG_FUNCTIONS))
        .map((found) => `${source.path}:${found.line} ${found.length} lines`),
    )
    none(long)
  })

  it('keeps commands thin: most under 60 lines', () => {
    const sizes = sources('commands/**/*.ts')
      .map((source) => source.lines.length)
      .sort((a, b) => a - b)
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(60)
  })

  it('opens every file with what it is and why it is there', () => {
    const silent = everything.filter(({ text }) => !text.replace(/^#!.*\n/, '').startsWith('/**'))
    none(silent.map((source) => source.path))
  })

  it('has no barrel files and no default exports', () => {
    const wrong = program.filter((source) => {
      const rest = codeOf(source).replace(/^(import|export)\s[^;]*?\sfrom\s''/gm, '')
      const reexports = source.path !== 'src/index.ts' && rest.trim() === ''
      return reexports || /^export default\b/m.test(source.text)
    })
    none(wrong.map((source) => source.path))
  })

  it('has no file that nothing imports', () => {
    const roots = new Set(['src/compose.ts', 'src/index.ts', 'src/cli/main.ts'])
    const imported = new Set([...program, ...sources('test/**/*.ts')].flatMap(importsOf).map(({ to }) => to))
    const dead = sources('src/**/*.ts').filter(({ path }) => !imported.has(path) && !roots.has(path))
    none(dead.map((source) => source.path))
  })
})

describe('documents', () => {
  it('are in step where they are made from the code (npm run docs)', async () => {
    for (const [path, text] of Object.entries(await generatedPages()))
      expect(readFileSync(join(root, path), 'utf8'), `${path}: run npm run docs`).toBe(text)
  })

  it('name every key of the configuration in .env.example, once', () => {
    const written = readFileSync(join(root, '.env.example'), 'utf8').matchAll(
      /^(?:# )?((?:Service__|Secondary_)\w+)=/gm,
    )
    expect([...written].map((match) => match[1]).sort()).toEqual([...KEY_NAMES].sort())
  })

  it('describe every error code', () => {
    const headings = [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^### (\S+)$/gm)].map(
      (match) => match[1],
    )
    expect(headings.sort()).toEqual([...ERROR_CODES].sort())
  })

  it('link only to files that exist', () => {
    const broken = sources('*.md', 'docs/**/*.md').flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map((match) => join(dirname(path), match[1] ?? ''))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${path}: ${target}`),
    )
    none(broken)
  })

  it('have a row for every quirk that the code works around, and no other', () => {
    const ids = (texts: readonly string[], shape: RegExp) =>
      [...new Set(texts.flatMap((text) => [...text.matchAll(shape)].map((match) => match[1])))].sort()
    const rows = ids([readFileSync(join(root, 'docs/quirks.md'), 'utf8')], /^\| ([A-Z]+(?:-[A-Z0-9]+)+) \|/gm)
    const code = program.filter(({ path }) => path.startsWith('src/')).map(({ text }) => text)
    expect(ids(code, /[Qq]uirk ([A-Z]+(?:-[A-Z0-9]+)+)/g)).toEqual(rows)
  })

  it('have a page of decision per number, in order', () => {
    const numbers = sources('docs/decisions/*.md').map(({ path }) => Number(path.match(/\/(\d{4})-/)?.[1]))
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    expect(numbers.length).toBeGreaterThan(0)
  })
})
