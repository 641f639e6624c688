/** The XML that EWS speaks, read strictly and written safely. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEnvelope } from '../../src/exchange/ews/soap.ts'
import { readXml, readXmlText } from '../../src/exchange/ews/xml-read.ts'
import { writeXml } from '../../src/exchange/ews/xml-write.ts'
import type { XmlElement } from '../../src/mapping/ews/xml.ts'
import { ConnectorError } from '../../src/ports/errors.ts'

function failure(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    if (error instanceof ConnectorError) return [error.code, error.fields.reason]
    throw error
  }
  return 'accepted'
}

const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8')
const textOf = (content: string): string => readXmlText(`<a>${content}</a>`).text

describe('reading', () => {
  it('keeps names without prefix, namespaces, attributes and untrimmed text', () => {
    const root = readXmlText('<p:a xmlns:p="urn:1" xmlns="urn:2" x="1" p:y="2"> t <b/><![CDATA[<&>]]></p:a>')
    expect(root).toMatchObject({ name: 'a', ns: 'urn:1', text: ' t <&>', children: [{ name: 'b', ns: 'urn:2' }] })
    expect({ ...root.attributes }).toEqual({ x: '1', 'p:y': '2' })
  })

  it('follows namespaces that are declared again inside and forgotten outside', () => {
    const root = readXmlText('<a xmlns="urn:1"><b xmlns="urn:2"><c/></b><d/></a>')
    expect([root.ns, root.children[0]?.children[0]?.ns, root.children[1]?.ns]).toEqual(['urn:1', 'urn:2', 'urn:1'])
  })

  it('drops forbidden character references and mends halves of one character', () => {
    expect(textOf('a&#x0;b&#x1F;c&#11;d&#xFFFE;e&#x1a;')).toBe('abcde')
    expect(textOf('&#xD83D;&#xDE42;|&#55357;&#56898;')).toBe('🙂|🙂')
    expect(textOf('x&#xD83D;y&#xDE42;z&#xDE42;&#xD83D;')).toBe('x\uFFFDy\uFFFDz\uFFFD\uFFFD')
    expect(textOf('&#x10FFFF;&#x110000;&#99999999999;!')).toBe('\u{10FFFF}!')
    expect(readXmlText('<a b="1&#x0;2"/>').attributes.b).toBe('12')
  })

  it('keeps allowed references and what only looks like a reference', () => {
    expect(textOf('a&#xD;&#xA;&#9;&#x42;&amp;#x0;')).toBe('a\r\n\tB&#x0;')
    expect(textOf('<![CDATA[&#x0;]]><!-- &#x0; -->')).toBe('&#x0;')
  })

  it.each([
    ['a raw control character', '<a>\u0001</a>'],
    ['an unknown entity', '<a>&nbsp;</a>'],
    ['an entity from the prototype', '<a>&constructor;</a>'],
    ['tags that do not match', '<a><b></a></b>'],
    ['two roots', '<a/><b/>'],
    ['text after the root', '<a/>x'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['a bare ampersand', '<a>& b;</a>'],
    ['a reference without a number', '<a>&#x;</a>'],
  ])('refuses %s', (_, text) => {
    expect(failure(() => readXmlText(text))).toEqual(['exchange.bad-response', 'xml-malformed'])
  })

  it('refuses DTDs, unbound prefixes, other encodings and too deep nesting', () => {
    const dtd = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    expect(failure(() => readXmlText(dtd))).toEqual(['exchange.bad-response', 'xml-dtd'])
    expect(failure(() => readXmlText('<p:a/>'))).toEqual(['exchange.bad-response', 'xml-unbound-prefix'])
    const latin1 = '<?xml version="1.0" encoding="iso-8859-1"?><a/>'
    expect(failure(() => readXmlText(latin1))).toEqual(['exchange.bad-response', 'xml-encoding'])
    expect(failure(() => readXmlText('<a>'.repeat(101) + '</a>'.repeat(101)))).toEqual([
      'exchange.bad-response',
      'xml-depth',
    ])
    expect(readXmlText('<a>'.repeat(100) + '</a>'.repeat(100)).name).toBe('a')
  })

  it('reads UTF-8 and UTF-16 by their byte order marks', () => {
    const utf16le = Buffer.from('\uFEFF<?xml version="1.0" encoding="utf-16"?><a>ä</a>', 'utf16le')
    expect(readXml(utf8('\uFEFF<a>ä</a>')).text).toBe('ä')
    expect(readXml(utf16le).text).toBe('ä')
    expect(readXml(Buffer.from(utf16le).swap16()).text).toBe('ä')
  })

  it('tells bytes that are cut from bytes that are wrong', () => {
    expect(failure(() => readXml(utf8('<a>ä').subarray(0, 4)))).toEqual(['exchange.truncated', 'xml-ends-early'])
    expect(failure(() => readXml(Uint8Array.of(0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e)))).toEqual([
      'exchange.bad-response',
      'xml-bytes',
    ])
    expect(failure(() => readXml(new Uint8Array()))).toEqual(['exchange.truncated', 'xml-ends-early'])
  })

  it.each([
    '<!DOCTYPE html><html></html>',
    '\uFEFF\r\n <HTML lang="en"><p>sign in',
    '<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html/>',
  ])('names a page that is no EWS answer: %s', (page) => {
    expect(failure(() => readEnvelope(utf8(page)))).toEqual(['exchange.not-ews', 'html'])
  })

  it('names XML that is no SOAP, and SOAP without one body', () => {
    const soap = (content: string) =>
      utf8(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">${content}</s:Envelope>`)
    expect(failure(() => readEnvelope(utf8('<Envelope/>')))).toEqual(['exchange.not-ews', 'not-soap'])
    expect(failure(() => readEnvelope(soap('')))).toEqual(['exchange.bad-response', 'missing-element'])
    expect(failure(() => readEnvelope(soap('<s:Body><a/><b/></s:Body>')))).toEqual([
      'exchange.bad-response',
      'body-count',
    ])
  })

  it('takes a few milliseconds for a hundred items', () => {
    const item = `<t:CalendarItem><t:ItemId Id="${'A'.repeat(150)}" ChangeKey="B"/>${'<t:Start>2026-01-01T00:00:00Z</t:Start>'.repeat(30)}<t:Body>${'&lt;p&gt;Hello world&lt;/p&gt;&#xD;\n'.repeat(30)}</t:Body></t:CalendarItem>`
    const bytes = utf8(`<r xmlns:t="urn:t">${item.repeat(100)}</r>`)
    readXml(bytes)
    const startedMs = performance.now()
    for (let i = 0; i < 10; i++) readXml(bytes)
    // 7 ms on the reference machine; the bound only catches a fall into another complexity.
    expect((performance.now() - startedMs) / 10).toBeLessThan(150)
  })
})

describe('writing', () => {
  it('gives back by reading what was written, without what XML cannot hold', () => {
    const isWritable = (character: string): boolean => {
      const code = character.codePointAt(0) ?? 0
      const control = code < 0x20 && ![0x9, 0xa, 0xd].includes(code)
      return !control && code !== 0xfffe && code !== 0xffff && !(code >= 0xd800 && code <= 0xdfff)
    }
    const writable = (text: string): string => [...text].filter(isWritable).join('')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, attribute) => {
        const written = writeXml({ name: 'p:a', attributes: { b: attribute, 'xmlns:p': 'urn:p' }, text })
        const read: XmlElement = readXmlText(written)
        expect(read.text).toBe(writable(text))
        expect(read.attributes.b).toBe(writable(attribute))
      }),
      { numRuns: 1000 },
    )
  })

  it('escapes markup, quotes, line ends and half characters', () => {
    const node = {
      name: 'A',
      attributes: { Id: '"<&>\'\t\n' },
      text: 'x]]>\r\n&\u0000\uD83D',
      children: [{ name: 'm:B' }],
    }
    expect(writeXml(node)).toBe('<t:A Id="&quot;&lt;&amp;&gt;\'&#x9;&#xA;">x]]&gt;&#xD;\n&amp;<m:B/></t:A>')
  })

  it('refuses a name that could carry markup', () => {
    expect(failure(() => writeXml({ name: 'a><b' }))).toEqual(['bug', undefined])
    expect(failure(() => writeXml({ name: 'a', attributes: { 'b="1" c': '2' } }))).toEqual(['bug', undefined])
  })
})
