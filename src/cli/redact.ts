/** Takes secrets out of text before it is printed (I26): the configured ones by value, others by their usual shape. */

export type Redact = (text: string) => string

const MASK = '***'
/** Shorter ones would blank out ordinary words. */
const SECRET_LENGTH_MIN = 4

const SHAPES: readonly [RegExp, string][] = [
  [/(\w+:\/\/[^\s:/@]*):[^\s/@]+@/g, `$1:${MASK}@`],
  [/\b(authorization|proxy-authorization|cookie|set-cookie)(["']?\s*[:=]\s*)[^\r\n]+/gi, `$1$2${MASK}`],
  [/\b(basic|bearer|ntlm|negotiate) [A-Za-z0-9+/._~=-]{8,}/gi, `$1 ${MASK}`],
  [/\b(\w*(?:password|secret|token))(["']?\s*=\s*["']?|["']\s*:\s*["'])[^\s"',;&]+/gi, `$1$2${MASK}`],
]

/** Longest first, so that a secret that contains another one goes as a whole. */
export function redactor(secrets: readonly string[]): Redact {
  const known = [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret), toBase64(secret)]))]
  const ordered = known.filter((secret) => secret.length >= SECRET_LENGTH_MIN).sort((a, b) => b.length - a.length)
  return (text) => {
    const without = ordered.reduce((left, secret) => left.replaceAll(secret, MASK), text)
    return SHAPES.reduce((left, [shape, masked]) => left.replace(shape, masked), without)
  }
}

function toBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}
