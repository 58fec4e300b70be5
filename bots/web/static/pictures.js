// Sizes of pictures in data URLs, read from their first bytes, so that their place is reserved before they are decoded.

const HEADER = 65_536; // characters of base64 in which the size is found, if it is found

// Width and height in pixels of a PNG or JPEG; null for anything else.
export function measure(url) {
  const [, kind, coded] = /^data:image\/(png|jpeg);base64,(.*)$/s.exec(url) ?? [];
  if (!kind) return null;
  const raw = atob(coded.slice(0, Math.min(HEADER, coded.length - (coded.length % 4))));
  const bytes = new DataView(Uint8Array.from(raw, (sign) => sign.charCodeAt(0)).buffer);
  const size = kind === "png" ? sizeOfPng(bytes) : sizeOfJpeg(bytes);
  return size?.width && size?.height ? size : null;
}

// The first chunk is the header.
function sizeOfPng(bytes) {
  return bytes.byteLength < 24 ? null : { width: bytes.getUint32(16), height: bytes.getUint32(20) };
}

// Segments are skipped by their lengths until one that begins a frame: SOF0 to SOF15, but for the tables among them.
function sizeOfJpeg(bytes) {
  for (let at = 2; at + 9 <= bytes.byteLength && bytes.getUint8(at) === 0xff;) {
    const marker = bytes.getUint8(at + 1);
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { width: bytes.getUint16(at + 7), height: bytes.getUint16(at + 5) };
    }
    at += 2 + bytes.getUint16(at + 2);
  }
  return null;
}
