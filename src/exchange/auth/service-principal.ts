/** The name of the Exchange service in the directory, for NTLM's target name and for Kerberos tickets. */

/** `mail.example.org:8443` -> `mail.example.org`; `[::1]:443` -> `[::1]`. */
export function hostNameOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase()
}
