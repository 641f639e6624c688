/** Bearer tokens as Exchange Online takes them: the test says which tokens are good, and what is wrong with the others. */
import { accountNamed, type SignIn, tokenOf } from './sign-in.ts'

/** The account that a token stands for; else why it is refused, in Exchange's own header. */
export type TokenVerdict = { account: string } | { diagnostics: string }

export function bearerSignIn(judge: (token: string) => TokenVerdict): SignIn {
  return async (request, accounts) => {
    const token = tokenOf(request, 'Bearer')
    const offer = {
      'WWW-Authenticate':
        'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@*", token_types="app_asserted_user_v1 service_asserted_app_v1"',
    }
    if (token === undefined) return { kind: 'refused', headers: offer }
    const verdict = judge(token)
    const account = 'account' in verdict ? accountNamed(accounts, verdict.account, '') : undefined
    if (account) return { kind: 'account', account, headers: {} }
    const diagnostics = 'diagnostics' in verdict ? { 'x-ms-diagnostics': verdict.diagnostics } : {}
    return { kind: 'refused', headers: { ...offer, ...diagnostics } }
  }
}
