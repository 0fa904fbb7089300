/**
 * Reads a zip: stored and deflated files, as the tools that make function packages write them.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { inflateRawSync } from 'node:zlib';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
const localHeader = 0x04034b50;
/** SCF's own limit for code, unpacked. */
const maxBytes = 500 * 1024 * 1024;

/**
 * By path, without folders.
 * @returns undefined for what is no zip, is damaged, encrypted or too large, or would write outside its folder
 */
export function unzip(zip: Buffer): ReadonlyMap<string, Buffer> | undefined {
  try {
    return filesOf(zip);
  } catch {
    // A number beyond the end, or a broken stream: the bytes came from outside.
    return undefined;
  }
}

function filesOf(zip: Buffer): ReadonlyMap<string, Buffer> | undefined {
  const end = zip.lastIndexOf(Buffer.from('504b0506', 'hex'));
  if (end === -1 || zip.readUInt32LE(end) !== endOfDirectory) return undefined;
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  let left = maxBytes;
  for (let count = zip.readUInt16LE(end + 10); count > 0; count -= 1) {
    if (zip.readUInt32LE(at) !== directoryEntry) return undefined;
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const file = fileAt(zip, at, left);
    if (file === undefined || !isInside(name)) return undefined;
    if (!name.endsWith('/')) files.set(name, file);
    left -= file.length;
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
}

/** @param at of its entry in the directory, which knows the sizes */
function fileAt(zip: Buffer, at: number, mostBytes: number): Buffer | undefined {
  const isEncrypted = (zip.readUInt16LE(at + 8) & 1) === 1;
  const method = zip.readUInt16LE(at + 10);
  const [packedSize, size] = [zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 24)];
  const header = zip.readUInt32LE(at + 42);
  if (isEncrypted || size > mostBytes || zip.readUInt32LE(header) !== localHeader) return undefined;
  const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  const packed = zip.subarray(start, start + packedSize);
  const file =
    method === 0
      ? packed
      : method === 8
        ? inflateRawSync(packed, { maxOutputLength: Math.max(1, size) })
        : undefined;
  return file?.length === size ? file : undefined;
}

function isInside(path: string): boolean {
  return !/^[/\\]|^[A-Za-z]:|\\|\0/.test(path) && !path.split('/').includes('..');
}
