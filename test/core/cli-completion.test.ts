/** Completion as a shell does it: the script is run by the real bash, and by fish where it is. */
import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { type Completable, completionScript } from '../../src/cli/completion.ts'

const flag = (name: string, more: Partial<Completable['flags'][number]> = {}) => ({
  name,
  summary: `It's ${name}`,
  takesValue: false,
  values: [],
  ...more,
})
const COMMANDS: Completable[] = [
  { id: 'sync user', summary: 'One user', choices: [], flags: [flag('dry-run'), flag('out', { takesValue: true })] },
  { id: 'sync run', summary: 'All', choices: [], flags: [flag('now')] },
  {
    id: 'archive restore',
    summary: 'Restore',
    choices: [],
    flags: [flag('to', { takesValue: true, values: ['exchange', 'nextcloud'] })],
  },
  { id: 'status', summary: 'Status', choices: [], flags: [flag('log')] },
  { id: 'completion', summary: 'Completion', choices: ['bash', 'fish'], flags: [] },
]

function bash(...words: string[]): string[] {
  const script = `${completionScript('bash', 'connector', COMMANDS)}
COMP_WORDS=(connector ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_connector_complete; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: '/' })
    .split('\n')
    .filter((line) => line !== '')
}

describe('completion', () => {
  it.each([
    [[''], ['archive', 'completion', 'status', 'sync']],
    [['sy'], ['sync']],
    [
      ['sync', ''],
      ['run', 'user'],
    ],
    [
      ['sync', 'user', '--'],
      ['--dry-run', '--out'],
    ],
    [['sync', 'user', 'anna@example.org', '--d'], ['--dry-run']],
    [['sync', 'run', '--'], ['--now']],
    [
      ['archive', 'restore', 'x', '--to', ''],
      ['exchange', 'nextcloud'],
    ],
    [['status', '--'], ['--log']],
    [
      ['completion', ''],
      ['bash', 'fish'],
    ],
  ])('offers after %j', (words, offered) => {
    expect(bash(...words)).toEqual(offered)
  })

  it('offers files where a flag takes one', () => {
    expect(bash('sync', 'user', 'a@b', '--out', 'et')).toEqual(['etc'])
  })

  it('is a script that fish understands', ({ skip }) => {
    if (spawnSync('fish', ['--version']).error) {
      console.log('skipped: fish is not installed')
      return skip()
    }
    const script = completionScript('fish', 'connector', COMMANDS)
    expect(spawnSync('fish', ['--no-execute', '-c', script], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    })
  })
})
