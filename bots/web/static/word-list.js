// Words of a transcript while they are edited: their texts and times, always in order. Nothing here touches the page.

export const STEP = 0.05; // seconds a time moves at a time
const LONGEST = 200; // characters of a word
const TURN = /^\s*[-–—]\s+(?=\S)/u; // before the words of another speaker
const SENT = ["text", "start", "end", "is_speaker_change", "anchor", "side", "cue", "cue_end"];

export class WordList {
  // `edited` are the lines as they were left the last time, if there is something left.
  constructor(lines, edited = lines) {
    this.before = toJson(lines.flat());
    this.words = edited.flatMap((line, number) => line.map((word) => ({ ...word, line: number })));
    this.count = edited.length;
  }

  get isChanged() { return this.toJson() !== this.before; }

  get isEmpty() { return this.words.length === 0; }

  // The words by line, those lines left out that have none any more.
  get lines() {
    return Array.from({ length: this.count }, (_, number) => this.words.filter((word) => word.line === number)).filter((line) => line.length);
  }

  toJson() { return toJson(this.words); }

  neighbour(word, distance) { return this.words[this.words.indexOf(word) + distance]; }

  // The word that is spoken at a time: the last one that has begun.
  at(seconds) {
    let found = null;
    for (const word of this.words) {
      if (word.start > seconds) break;
      found = word;
    }
    return found;
  }

  // Gives a word another text. Spaces in it make several words, which share its time by their characters; an empty text
  // removes it, and a dash before it says that another speaker begins. Returns the words that stand there now.
  write(word, text) {
    if (TURN.test(text)) word.is_speaker_change = true;
    const parts = text.replace(TURN, "").split(/\s+/u).filter(Boolean).map((part) => part.slice(0, LONGEST));
    if (parts.join(" ") === word.text) return [word];
    const total = parts.reduce((sum, part) => sum + part.length + 1, 0);
    const { start, end } = word;
    let passed = 0;
    const written = parts.map((part, index) => {
      const from = start + ((end - start) * passed) / total;
      passed += part.length + 1;
      const to = start + ((end - start) * passed) / total;
      return { ...word, text: part, start: index ? round(from) : start, end: passed === total ? end : round(to), is_speaker_change: index === 0 && word.is_speaker_change };
    });
    if (written.length) Object.assign(word, written[0]);
    const stands = written.length ? [word, ...written.slice(1)] : [];
    this.words.splice(this.words.indexOf(word), 1, ...stands);
    return stands;
  }

  // A new word after another one, in the pause behind it or, where there is none, in its second half. It has no text yet.
  add(word) {
    const next = this.neighbour(word, 1);
    const until = next ? next.start : word.end + 0.5;
    const start = until - word.end >= STEP ? word.end : round((word.start + word.end) / 2);
    const added = { ...word, text: "", start, end: Math.max(start, Math.min(until, round(start + 0.5))), is_speaker_change: false, line: word.line };
    this.words.splice(this.words.indexOf(word) + 1, 0, added);
    return added;
  }

  remove(removed) { this.words = this.words.filter((word) => !removed.includes(word)); }

  // Starts stay between those of the neighbours, ends behind the start and before the next word.
  setStart(word, seconds) {
    const earliest = this.neighbour(word, -1)?.start ?? 0;
    const latest = this.neighbour(word, 1)?.start ?? Infinity;
    word.start = clamp(round(seconds), earliest, latest);
    word.end = Math.max(word.start, word.end);
  }

  setEnd(word, seconds) {
    const latest = Math.max(word.start, this.neighbour(word, 1)?.start ?? Infinity);
    word.end = clamp(round(seconds), word.start, latest);
  }
}

// Numbers stay as they were read, to the last digit, unless they are changed here.
function toJson(words) {
  return JSON.stringify({ words: words.map((word) => Object.fromEntries(SENT.map((name) => [name, word[name]]))) });
}

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

const round = (seconds) => Math.round(seconds * 1000) / 1000;
