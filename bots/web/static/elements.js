// DOM helpers that never parse text as HTML.

export function element(tag, { cls, text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  if (cls) made.className = cls;
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter(Boolean));
  return made;
}

export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(svg.namespaceURI, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const icons = {
  close: "M6 6l12 12 M18 6 6 18",
  save: "M12 4v11 M6.5 10 12 15.5 17.5 10 M5 20h14",
  file: "M6 3h8l4 4v14H6z M14 3v4h4",
  audio: "M9 18V6l10-2v12 M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z M19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
  video: "M3 6h13v12H3z M16 10.5l5-3v9l-5-3",
  picture: "M4 5h16v14H4z M4 16l5-5 4 4 3-3 4 4",
};

// A URL that may be opened: http and https only.
export function safe(address) {
  try {
    const url = new URL(address);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/giu;

// Text with its web addresses as links; everything else stays text.
export function linked(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const address = trimmed(found[0]);
    const href = safe(address);
    if (!href) continue;
    parts.push(text.slice(end, found.index), element("a", { href, text: address, target: "_blank", rel: "noopener noreferrer" }));
    end = found.index + address.length;
  }
  parts.push(text.slice(end));
  return parts;
}

// Strips the punctuation that ends the sentence; a closing bracket stays when it was opened in the URL.
function trimmed(address) {
  let kept = address.replace(/[.,;:!?…]+$/u, "");
  while (kept.endsWith(")") && kept.split(")").length > kept.split("(").length) kept = kept.slice(0, -1);
  return kept.replace(/[.,;:!?…]+$/u, "");
}
