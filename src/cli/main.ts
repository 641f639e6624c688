/** Runs one command line and gives its exit code. Both entries (production and development) come here. */
import { Config, flush, run, settings } from '@oclif/core'
import { describeError, errorJson, errorText } from './errors.ts'
import { keepHeapSmall } from './memory.ts'
import { redactor } from './redact.ts'
import { terminalWidth } from './render/view.ts'

export type MainOptions = {
  /** The directory with `commands` and, when built, the manifest. */
  root: string
  argv: string[]
  /** Instead of the package.json found in `root`. */
  packageJson?: ConstructorParameters<typeof Config>[0]['pjson']
}

function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end === -1 ? undefined : end).includes('--json')
}

/** Errors inside a command are told by the command; here come those before it: no such command, a broken installation. */
function tellOutside(error: unknown, argv: readonly string[], ids: readonly string[]): number {
  const shown = describeError(error, redactor([]), { words: '', ids })
  if (wantsJson(argv)) process.stdout.write(`${JSON.stringify(errorJson(shown), null, 2)}\n`)
  else process.stderr.write(`${errorText(shown, terminalWidth(process.stderr))}\n`)
  return shown.exitCode
}

/** `help sync user` is `sync user --help`. */
function withHelp(argv: string[]): string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv
}

export async function main({ root, argv, packageJson }: MainOptions): Promise<number> {
  keepHeapSmall()
  settings.enableAutoTranspile = false
  // Plugins of users are not a thing here; looking for them reads a folder of HOME, which a service's user may not.
  const config = new Config({ root, userPlugins: false, ...(packageJson ? { pjson: packageJson } : {}) })
  try {
    await config.load()
    await run(withHelp(argv), config)
    await flush()
    return Number(process.exitCode ?? 0)
  } catch (error) {
    // `--help` of an unknown topic and the like end by throwing an exit without a message.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIT') return 0
    return tellOutside(
      error,
      argv,
      config.commandIDs.map((id) => id.replaceAll(':', ' ')),
    )
  }
}
