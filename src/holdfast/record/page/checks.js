// Checks one entry of a log from its public files: C2SP signed notes, checkpoints, tiles and RFC 9162 proofs.
// No library: SHA-256 and Ed25519 are the browser's own. Sizes stay below 2^53, so plain numbers carry them.

const WIDTH = 256;
const EMPTY_ROOT = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export class Wrong extends Error {}

const utf8 = new TextEncoder();

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Wrong("a salt is not hexadecimal");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function unbase64(text) {
  let raw;
  try {
    raw = atob(text);
  } catch {
    throw new Wrong("this is not Base64");
  }
  if (btoa(raw) !== text) throw new Wrong("this Base64 has loose ends");
  return Uint8Array.from(raw, (sign) => sign.charCodeAt(0));
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
}

export const leafHash = (entry) => sha256(Uint8Array.of(0), entry);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

// signed notes

export async function parseKey(text) {
  const [name, id, ...rest] = text.trim().split("+");
  const data = rest.length ? unbase64(rest.join("+")) : new Uint8Array();
  if (data.length !== 33 || ![1, 4].includes(data[0])) throw new Wrong("this is not a verifier key");
  const key = { name, algorithm: data[0], public: data.slice(1) };
  key.id = hex((await sha256(utf8.encode(`${name}\n`), data)).slice(0, 4));
  if (key.id !== id) throw new Wrong("this is not a verifier key: name and key do not fit");
  return key;
}

export function parseNote(bytes) {
  const whole = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const gap = whole.lastIndexOf("\n\n");
  if (gap < 0 || !whole.endsWith("\n") || /[\x00-\x09\x0b-\x1f]/.test(whole)) throw new Wrong("this is not a signed note");
  const lines = whole.slice(gap + 2, -1).split("\n").map((line) => {
    const parts = line.split(" ");
    const data = parts.length === 3 && parts[0] === "—" ? unbase64(parts[2]) : new Uint8Array();
    if (data.length < 5) throw new Wrong("this is not a signature line");
    return { name: parts[1], id: hex(data.slice(0, 4)), signature: data.slice(4) };
  });
  return { text: whole.slice(0, gap + 1), lines };
}

async function ed25519(key, message, signature) {
  try {
    const imported = await crypto.subtle.importKey("raw", key.public, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
  } catch (error) {
    if (error.name === "NotSupportedError" || error.name === "SyntaxError") {
      throw new Wrong("this browser cannot check Ed25519 signatures: use a newer one, or holdfast record verify");
    }
    return false;
  }
}

// Whether a known key signed the note; a wrong signature by a known key is never an accident.
async function isSigned(note, key) {
  for (const line of note.lines) {
    if (line.name !== key.name || line.id !== key.id) continue;
    let message = utf8.encode(note.text);
    let signature = line.signature;
    if (key.algorithm === 4) {
      const seconds = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
      message = joined(utf8.encode(`cosignature/v1\ntime ${seconds}\n`), message);
      signature = signature.slice(8);
      if (Number(seconds) > Date.now() / 1000 + 3600) return false;
    }
    if (signature.length !== 64 || !(await ed25519(key, message, signature))) {
      throw new Wrong(`a signature in the name of ${key.name} is wrong`);
    }
    return true;
  }
  return false;
}

export async function openCheckpoint(bytes, key) {
  const note = parseNote(bytes);
  const [origin, size, root] = note.text.split("\n");
  if (!/^(0|[1-9][0-9]{0,14})$/.test(size ?? "") || (root ?? "").length !== 44) throw new Wrong("this is not a checkpoint");
  if (!(await isSigned(note, key))) throw new Wrong("the checkpoint is not signed by this key");
  if (origin !== key.name) throw new Wrong("the checkpoint belongs to another log");
  return { note, origin, size: Number(size), root: hex(unbase64(root)) };
}

export async function checkPolicy(text, note) {
  const met = new Map([["none", true]]);
  let quorum = null;
  const cosigned = [];
  for (const line of text.split("\n")) {
    const words = line.trim().split(/[ \t]+/);
    if (words[0] === "witness") {
      const key = await parseKey(words[2]);
      met.set(words[1], key.algorithm === 4 && (await isSigned(note, key)));
      if (met.get(words[1])) cosigned.push(key.name);
    } else if (words[0] === "group") {
      const members = words.slice(3);
      const needed = words[2] === "any" ? 1 : words[2] === "all" ? members.length : Number(words[2]);
      met.set(words[1], needed >= 1 && members.filter((name) => met.get(name)).length >= needed);
    } else if (words[0] === "quorum") {
      quorum = words[1];
    }
  }
  if (!met.get(quorum)) throw new Wrong("too few log witnesses have cosigned the checkpoint");
  return { quorum, cosigned };
}

// tiles

export function numberPath(number) {
  let digits = String(number);
  digits = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const groups = digits.match(/.../g);
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
}

function tilePath(level, number, width) {
  return `tile/${level}/${numberPath(number)}${width < WIDTH ? `.p/${width}` : ""}`;
}

async function fetchTile(fetchBytes, level, number, width) {
  try {
    return await fetchBytes(tilePath(level, number, width));
  } catch (error) {
    if (width === WIDTH || !(error instanceof Wrong)) throw error;
    return fetchBytes(tilePath(level, number, WIDTH));
  }
}

function treeReader(fetchBytes, size) {
  const kept = new Map();
  async function tile(level, number) {
    const name = `${level}/${number}`;
    if (!kept.has(name)) {
      const width = Math.min(WIDTH, Math.floor(size / WIDTH ** level) - number * WIDTH);
      const data = await fetchTile(fetchBytes, level, number, width);
      if (data.length !== width * 32 && data.length !== WIDTH * 32) {
        throw new Wrong(`the tile ${tilePath(level, number, width)} is damaged`);
      }
      kept.set(name, Array.from({ length: width }, (_, at) => data.slice(at * 32, at * 32 + 32)));
    }
    return kept.get(name);
  }
  return async function node(level, index) {
    const row = Math.floor(level / 8);
    const span = 2 ** (level % 8);
    const first = index * span;
    let hashes = (await tile(row, Math.floor(first / WIDTH))).slice(first % WIDTH, (first % WIDTH) + span);
    while (hashes.length > 1) {
      const above = [];
      for (let at = 0; at < hashes.length; at += 2) above.push(await nodeHash(hashes[at], hashes[at + 1]));
      hashes = above;
    }
    return hashes[0];
  };
}

function levelBelow(count) {
  let level = 0;
  while (2 ** (level + 1) <= count) level += 1;
  return level;
}

async function rangeRoot(start, end, node) {
  const parts = [];
  for (let at = start; at < end; ) {
    let level = levelBelow(end - at);
    while (at % 2 ** level) level -= 1;
    parts.push(await node(level, at / 2 ** level));
    at += 2 ** level;
  }
  let root = parts.pop();
  while (parts.length) root = await nodeHash(parts.pop(), root);
  return root;
}

async function inclusionProof(index, size, node) {
  let [start, end] = [0, size];
  const proof = [];
  while (end - start > 1) {
    let half = 2 ** levelBelow(end - start);
    if (half === end - start) half /= 2;
    const middle = start + half;
    if (index < middle) {
      proof.push(await rangeRoot(middle, end, node));
      end = middle;
    } else {
      proof.push(await rangeRoot(start, middle, node));
      start = middle;
    }
  }
  return proof.reverse();
}

// RFC 9162, 2.1.3.2
export async function checkInclusion(leaf, proof, index, size, root) {
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const part of proof) {
    if (sn === 0) throw new Wrong("the inclusion proof is wrong: parts left over");
    if (fn % 2 || fn === sn) {
      hash = await nodeHash(part, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else {
      hash = await nodeHash(hash, part);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  if (sn !== 0 || hex(hash) !== root) throw new Wrong("the entry does not belong to the signed log: another root");
}

function entryOf(bundle, at, path) {
  let start = 0;
  for (let number = 0; ; number += 1) {
    const length = (bundle[start] << 8) | bundle[start + 1];
    const end = start + 2 + length;
    if (!(end <= bundle.length)) throw new Wrong(`the entry bundle ${path} is damaged`);
    if (number === at) return bundle.slice(start + 2, end);
    start = end;
  }
}

function textLineOf(file, index) {
  let start = 0;
  for (let number = index - (index % WIDTH); start < file.length; number += 1) {
    const end = file.indexOf(10, start);
    if (end < 0) break;
    if (number === index) {
      const line = file.slice(start, end);
      const words = new TextDecoder().decode(line.slice(0, 120)).split(" ");
      if (words[0] !== String(index)) break;
      const before = utf8.encode(`${words[0]} ${words[1]} ${words[2] ?? ""} `).length;
      return { shown: words[1], third: words[2] ?? "", text: line.slice(before) };
    }
    start = end + 1;
  }
  throw new Wrong(`the text file text/${numberPath(Math.floor(index / WIDTH))} is damaged at entry ${index}`);
}

async function checkText(entry, line) {
  if (line.shown === "text") {
    const found = hex(await sha256(unhex(line.third), line.text));
    if (found !== entry.commitment) throw new Wrong("the published text is not the one that was committed");
    return new TextDecoder("utf-8", { fatal: true }).decode(line.text);
  }
  if (line.shown !== "erased" && line.shown !== entry.text) {
    throw new Wrong("the text of this entry is not there although the log promised it");
  }
  return null;
}

export async function overdueSeals(fetchBytes, size, now) {
  const lines = new TextDecoder().decode(await fetchBytes("seals")).split("\n").slice(0, -1);
  return lines
    .map((line) => line.split(" "))
    .filter((words) => Number(words[0]) < size && words[1] === "at" && Date.parse(words[2]) < now)
    .map((words) => ({ index: Number(words[0]), at: words[2] }));
}

// Everything about one entry. `fetchBytes(path)` gives the bytes of a public file, or throws.
export async function verifyEntry(fetchBytes, index, keyText, now = Date.now()) {
  const result = { checked: [], notChecked: [] };
  if (!keyText) {
    keyText = new TextDecoder().decode(await fetchBytes("log.vkey"));
    result.notChecked.push("whose log this is: the key was taken from beside the log, which proves less");
  }
  const key = await parseKey(keyText);
  if (key.algorithm !== 1) throw new Wrong("this is a log witness's key, not a log's");
  const checkpoint = await openCheckpoint(await fetchBytes("checkpoint"), key);
  const { size, root } = checkpoint;
  Object.assign(result, { size, root });
  result.checked.push(`the checkpoint of ${size} entries is signed by ${key.name}+${key.id}`);
  const policy = await checkPolicy(new TextDecoder().decode(await fetchBytes("policy")), checkpoint.note);
  if (policy.quorum === "none") result.notChecked.push("whether everybody is shown the same log: no log witness is asked");
  else result.checked.push(`log witnesses cosigned: ${policy.cosigned.join(", ")}`);
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) {
    throw new Wrong(`the log's checkpoint holds no such entry: it has ${size}${size ? `, 0 to ${size - 1}` : ""}`);
  }
  const number = Math.floor(index / WIDTH);
  const width = Math.min(WIDTH, size - number * WIDTH);
  const bundle = await fetchTile(fetchBytes, "entries", number, width);
  const data = entryOf(bundle, index % WIDTH, tilePath("entries", number, width));
  const leaf = await leafHash(data);
  const proof = await inclusionProof(index, size, treeReader(fetchBytes, size));
  await checkInclusion(leaf, proof, index, size, size ? root : EMPTY_ROOT);
  result.checked.push(`entry ${index} stands in the log's tree, shown by ${proof.length} hashes up to the signed root`);
  result.leafHash = hex(leaf);
  result.entry = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  const line = textLineOf(await fetchBytes(`text/${numberPath(number)}`), index);
  result.state = line.shown;
  result.text = await checkText(result.entry, line);
  if (result.text !== null) result.checked.push("its text is the one that was committed");
  if (line.shown === "erased") result.notChecked.push(`its text: it was erased, as entry ${line.third} says; the proof still holds`);
  if (line.shown === "sealed") {
    const opens = result.entry.opens;
    result.notChecked.push(`its text: it is sealed until ${opens.at ?? opens.condition}`);
    result.isOverdue = Boolean(opens.at) && Date.parse(opens.at) < now;
  }
  if (line.shown === "private") result.notChecked.push("its text: the log never publishes it");
  result.notChecked.push("whether what the entry says is true, and the rest of the log: holdfast record verify checks all of it");
  return result;
}
