/** Bodies as Exchange gives them: HTML wrapped in a document, text with CRLF, each made from the other on demand. */
import type { BodyValue } from '../model.ts'
import { escapeXml } from '../xml.ts'

export type BodyWanted = 'Best' | 'HTML' | 'Text'

const META = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'

function wrapHtml(content: string): string {
  if (/<html[\s>]/i.test(content)) {
    if (/<meta[^>]+charset/i.test(content)) return content
    if (/<head[^>]*>/i.test(content)) return content.replace(/<head[^>]*>/i, (head) => `${head}\r\n${META}`)
    return content.replace(/<html[^>]*>/i, (html) => `${html}\r\n<head>\r\n${META}\r\n</head>`)
  }
  return `<html>\r\n<head>\r\n${META}\r\n</head>\r\n<body>\r\n${content}\r\n</body>\r\n</html>\r\n`
}

function htmlFromText(text: string): string {
  const lines = text.split('\r\n').map((line) => escapeXml(line).replaceAll('&quot;', '"'))
  return (
    `<html>\r\n<head>\r\n${META}\r\n<meta name="Generator" content="Microsoft Exchange Server">\r\n` +
    '<!-- converted from text -->\r\n<style><!-- .EmailQuote { margin-left: 1pt; padding-left: 4pt; border-left: #800000 2px solid; } --></style></head>\r\n' +
    `<body>\r\n<font size="2"><span style="font-size:11pt;"><div class="PlainText">${lines.join('<br>\r\n')}</div></span></font>\r\n</body>\r\n</html>\r\n`
  )
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00A0', apos: "'" }

export function textFromHtml(html: string): string {
  return html
    .replace(/<(head|style|script)[\s\S]*?<\/\1>/gi, '')
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/<br\s*\/?>\s*/gi, '\r\n')
    .replace(/<\/(p|div|tr|h[1-6]|li)>\s*/gi, '\r\n')
    .replace(/<[^>]+>/g, '')
    .replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (whole, name: string) => {
      if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole
      const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10)
      return String.fromCodePoint(code)
    })
    .replace(/^[ \r\n]+/, '')
    .replace(/[ \r\n]+$/, '\r\n')
}

export function bodyXml(element: string, body: BodyValue | null | undefined, wanted: BodyWanted): string {
  const native = body?.type ?? (wanted === 'HTML' ? 'HTML' : 'Text')
  const type = wanted === 'Best' ? native : wanted
  if (!body || body.content === '') return `<t:${element} BodyType="${type}"/>`
  let content = body.content
  if (type === 'HTML') content = body.type === 'HTML' ? wrapHtml(content) : htmlFromText(content)
  else if (body.type === 'HTML') content = textFromHtml(content)
  return `<t:${element} BodyType="${type}">${escapeXml(content)}</t:${element}>`
}
