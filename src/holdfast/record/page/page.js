// The page around checks.js: reads the form, shows what was checked. Texts are set as text, never as markup.

import { Wrong, overdueSeals, verifyEntry } from "./checks.js";

const place = (id) => document.getElementById(id);

async function fetchBytes(path) {
  const answer = await fetch(path, { cache: path.startsWith("tile/") ? "default" : "no-cache" });
  if (!answer.ok) throw new Wrong(`a file of the log is missing: ${path}`);
  return new Uint8Array(await answer.arrayBuffer());
}

// Signs that turn, hide or steer are written out.
function shown(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, (sign) => {
    if (sign === "\n" || sign === "\t" || sign === "\u200c" || sign === "\u200d") return sign;
    return `[U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`;
  });
}

function oddities(text) {
  const found = new Set();
  for (const [sign] of text.matchAll(/[\u202a-\u202e\u2066-\u2069]/gu)) {
    found.add(`U+${sign.codePointAt(0).toString(16).toUpperCase()} turns the direction of the text`);
  }
  for (const [word] of text.matchAll(/\p{L}+/gu)) {
    const scripts = ["Latin", "Cyrillic", "Greek", "Armenian", "Cherokee"].filter((script) =>
      new RegExp(`\\p{Script=${script}}`, "u").test(word),
    );
    if (scripts.length > 1) found.add(`letters of ${scripts.join(" and ")} in one word: ${word}`);
  }
  return [...found];
}

function fill(id, lines) {
  place(id).replaceChildren(
    ...lines.map((line) => {
      const item = document.createElement("li");
      item.textContent = shown(line);
      return item;
    }),
  );
}

function tell(verdict, kind) {
  place("verdict").textContent = verdict;
  place("verdict").className = kind;
}

async function run() {
  const index = Number(place("entry").value);
  for (const id of ["checked", "not-checked", "oddities"]) fill(id, []);
  for (const id of ["text", "text-title", "not-title"]) place(id).hidden = true;
  tell("Checking…", "");
  try {
    if (!globalThis.crypto?.subtle) {
      throw new Wrong("this browser offers no cryptography here: open the page over https, or from this machine");
    }
    const result = await verifyEntry(fetchBytes, index, place("key").value.trim());
    fill("checked", result.checked);
    fill("not-checked", result.notChecked);
    place("not-title").hidden = false;
    const kind = `${result.entry.kind}, logged ${result.entry.at}`;
    const late = result.isOverdue ? " OVERDUE: it should have been opened." : "";
    tell(`Verified: entry ${index} (${kind}).${late}`, "good");
    document.body.dataset.result = JSON.stringify({ ok: true, leaf: result.leafHash, state: result.state, size: result.size });
    if (result.text !== null) {
      place("text").textContent = shown(result.text);
      for (const id of ["text", "text-title"]) place(id).hidden = false;
      fill("oddities", oddities(result.text).map((odd) => `Reads differently than it looks: ${odd}`));
    }
  } catch (error) {
    tell(`NOT verified: ${error.message}`, "bad");
    document.body.dataset.result = JSON.stringify({ ok: false, wrong: error.message });
  }
}

async function showOverdue() {
  const late = await overdueSeals(fetchBytes, Infinity, Date.now());
  fill("overdue", late.map(({ index, at }) => `Entry ${index} was to be opened by ${at} and is still sealed.`));
  place("overdue-none").hidden = late.length > 0;
}

place("form").addEventListener("submit", (event) => {
  event.preventDefault();
  delete document.body.dataset.result;
  run();
});

showOverdue().catch((error) => {
  place("overdue-none").textContent = `The list of seals cannot be read: ${error.message}`;
});
const asked = new URLSearchParams(location.search).get("entry");
if (asked !== null) {
  place("entry").value = asked;
  run();
}
