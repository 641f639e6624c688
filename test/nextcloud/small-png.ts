/**
 * Makes a browser's picture small enough for a repository: a palette of its most frequent colours instead of millions, which a page of text
 * does not need. Colours outside the palette become the nearest one in it.
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
/** As many as one byte counts. */
const COLOURS_MAX = 256
/** PNG colour types with eight bits a channel: RGB and RGBA. */
const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 6: 4 }

type Picture = { width: number; height: number; channels: number; pixels: Buffer }

/** Throws where it is no picture as Chromium writes them. */
export function smallPng(png: Buffer): Buffer {
  const picture = decode(png)
  const colours = coloursOf(picture)
  const palette = [...count(colours)]
    .sort(([, a], [, b]) => b - a)
    .slice(0, COLOURS_MAX)
    .map(([colour]) => colour)
  const small = encode(picture, { palette, indexes: indexesOf(colours, palette) })
  return small.length < png.length ? small : png
}

function decode(png: Buffer): Picture {
  const chunks: { name: string; body: Buffer }[] = []
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at)
    chunks.push({ name: png.toString('latin1', at + 4, at + 8), body: png.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  const head = chunks.find(({ name }) => name === 'IHDR')?.body
  const channels = CHANNELS[head?.[9] ?? -1]
  if (!head || channels === undefined || head[8] !== 8) throw new Error('not a picture with eight bits a channel')
  const data = inflateSync(Buffer.concat(chunks.filter(({ name }) => name === 'IDAT').map(({ body }) => body)))
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)]
  return { width, height, channels, pixels: unfiltered(data, { width, height, channels }) }
}

/** PNG specification, section 9: each line says how its bytes were predicted from those to the left and above. */
function unfiltered(data: Buffer, { width, height, channels }: Omit<Picture, 'pixels'>): Buffer {
  const stride = width * channels
  const pixels = Buffer.alloc(stride * height)
  const at = (x: number, y: number) => (x < 0 || y < 0 ? 0 : (pixels[y * stride + x] ?? 0))
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)] ?? 0
    for (let x = 0; x < stride; x++) {
      const around = [at(x - channels, y), at(x, y - 1), at(x - channels, y - 1)] as const
      pixels[y * stride + x] = (data[y * (stride + 1) + 1 + x] ?? 0) + predicted(filter, around)
    }
  }
  return pixels
}

function predicted(filter: number, [left, above, corner]: readonly [number, number, number]): number {
  if (filter < 2) return filter * left
  if (filter === 2) return above
  if (filter === 3) return (left + above) >> 1
  const guess = left + above - corner
  const [toLeft, toAbove, toCorner] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)]
  if (toLeft <= toAbove && toLeft <= toCorner) return left
  return toAbove <= toCorner ? above : corner
}

function coloursOf({ width, height, channels, pixels }: Picture): Uint32Array {
  const colours = new Uint32Array(width * height)
  for (let index = 0; index < colours.length; index++) colours[index] = pixels.readUIntBE(index * channels, 3)
  return colours
}

function count(colours: Uint32Array): Map<number, number> {
  const counts = new Map<number, number>()
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  return counts
}

function indexesOf(colours: Uint32Array, palette: readonly number[]): Uint8Array {
  const known = new Map(palette.map((colour, index) => [colour, index]))
  return Uint8Array.from(colours, (colour) => {
    const index = known.get(colour) ?? nearest(colour, palette)
    known.set(colour, index)
    return index
  })
}

function nearest(colour: number, palette: readonly number[]): number {
  const distances = palette.map((other) =>
    [16, 8, 0].reduce((sum, shift) => sum + (((colour >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0),
  )
  return distances.indexOf(Math.min(...distances))
}

type Indexed = { palette: readonly number[]; indexes: Uint8Array }

function encode({ width, height }: Picture, { palette, indexes }: Indexed): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 3], 8)
  const lines = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) lines.set(indexes.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  const table = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))
  const data = deflateSync(lines, { level: 9, memLevel: 9 })
  const parts = { IHDR: head, PLTE: table, IDAT: data, IEND: Buffer.alloc(0) }
  return Buffer.concat([SIGNATURE, ...Object.entries(parts).map(([name, body]) => chunk(name, body))])
}

function chunk(name: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), body])
  const framed = Buffer.alloc(named.length + 8)
  framed.writeUInt32BE(body.length, 0)
  framed.set(named, 4)
  framed.writeUInt32BE(crc32(named), named.length + 4)
  return framed
}
