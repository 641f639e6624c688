/** Answers the questions of `connector init`: from flags, else by asking at the terminal. Secrets are never echoed. */
import { ConnectorError } from '../../ports/errors.ts'
import type { Answers, Question, QuestionName } from './questions.ts'

export type Given = Readonly<Partial<Record<QuestionName, string>>>

/** `ask` is null without a terminal. */
export type Asking = { given: Given; ask: Ask | null }
export type Ask = (question: Question, problem: string | null) => Promise<string>

export type Asked = { answers: Answers; problems: readonly string[] }

/** Wrong and missing answers are all named when there is nobody to ask. */
export async function answer(questions: readonly Question[], before: Answers, { given, ask }: Asking): Promise<Asked> {
  const answers: Partial<Record<QuestionName, string>> = { ...before }
  const problems: string[] = []
  for (const question of questions) {
    if (question.when && !question.when(answers)) continue
    const { name, fallback } = question
    const first = given[name] ?? (ask === null ? fallback : undefined)
    const wrong = first === undefined ? `is needed (${question.text})` : question.problem(first)
    if (wrong === null && first !== undefined) answers[name] = first
    else if (ask === null) problems.push(`--${flagOf(question)} ${wrong}`)
    else answers[name] = await insist(question, first === undefined ? null : wrong, ask)
  }
  return { answers, problems }
}

async function insist(question: Question, problem: string | null, ask: Ask): Promise<string> {
  let said = problem
  for (;;) {
    const text = await ask(question, said)
    said = question.problem(text)
    if (said === null) return text
  }
}

/** Secrets are given as files: a secret on the command line is seen by every user of the machine. */
export function flagOf({ name, kind }: Pick<Question, 'name' | 'kind'>): string {
  return kind === 'secret' ? `${name}-file` : name
}

/** Asks at the terminal, on standard error: standard output is for data. */
export async function terminalAsk(): Promise<Ask> {
  const { input, password, select } = await import('@inquirer/prompts')
  const context = { output: process.stderr, input: process.stdin }
  return async (question, problem) => {
    const message = problem === null ? question.text : `${question.text} (${problem})`
    const fallback = question.fallback === undefined ? {} : { default: question.fallback }
    try {
      if (question.kind === 'secret') return await password({ message }, context)
      if (typeof question.kind === 'object')
        return await select({ message, choices: [...question.kind.choices], ...fallback }, context)
      return await input({ message, ...fallback }, context)
    } catch (error) {
      // Ctrl-C, or the terminal went away: nothing was written yet.
      if (error instanceof Error && error.name === 'ExitPromptError') throw new ConnectorError('stopped', {}, error)
      throw error
    }
  }
}
