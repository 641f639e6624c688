/** Reads the schemes that a server offers in WWW-Authenticate (RFC 9110 section 11.6.1), one header per scheme or all in one. */

/** `token` is the base64 after the scheme; null when the scheme stands alone. */
export type Challenge = { token: string | null }

/** The challenge of a scheme that carries one token (NTLM, Negotiate); null when it is not offered. */
export function challengeOf(challenges: readonly string[], scheme: 'NTLM' | 'Negotiate'): Challenge | null {
  for (const challenge of challenges) {
    // A realm may hold a comma or the name of another scheme.
    for (const part of challenge.replace(/"(?:[^"\\]|\\.)*"/g, '""').split(',')) {
      const [name = '', token = null] = part.trim().split(/\s+/)
      if (name.toLowerCase() === scheme.toLowerCase()) return { token }
    }
  }
  return null
}
