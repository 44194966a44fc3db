"use strict";
// Checks the file of a case's history without a network: the links of the steps, their place under the day's digest, the signature.
// It uses nothing of the page it stands on, so that the same lines run under test.

const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
const hex = (octets) => Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
const text = (words) => new TextEncoder().encode(words);
const joined = (...parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
};

// --- Both hashes pad alike: a one, zeros, the length in bits as eight octets.

function padded(message) {
  const length = message.length;
  const whole = new Uint8Array(((length + 8) >> 6) * 64 + 64);
  whole.set(message);
  whole[length] = 0x80;
  new DataView(whole.buffer).setBigUint64(whole.length - 8, BigInt(length) * 8n);
  return new DataView(whole.buffer);
}

const left = (word, by) => ((word << by) | (word >>> (32 - by))) >>> 0;
const right = (word, by) => left(word, 32 - by);

function words(state) {
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((word, place) => out.setUint32(place * 4, word));
  return new Uint8Array(out.buffer);
}

// FIPS 180-4. The constants are the first bits of the fractional parts of roots of primes, computed here rather than typed.
const PRIMES = (() => {
  const found = [];
  for (let n = 2; found.length < 64; n++) if (found.every((prime) => n % prime)) found.push(n);
  return found;
})();

function rootBits(prime, degree) {
  // floor(root * 2^32) mod 2^32, by bisection over whole numbers.
  const wanted = BigInt(prime) << BigInt(32 * degree);
  let low = 0n, high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(degree) <= wanted) low = middle; else high = middle;
  }
  return Number(low & 0xffffffffn);
}

const SHA_START = PRIMES.slice(0, 8).map((prime) => rootBits(prime, 2));
const SHA_ROUND = PRIMES.map((prime) => rootBits(prime, 3));

function sha256(message) {
  const view = padded(message);
  let state = SHA_START.slice();
  for (let block = 0; block < view.byteLength; block += 64) {
    const w = [];
    for (let j = 0; j < 16; j++) w.push(view.getUint32(block + j * 4));
    for (let j = 16; j < 64; j++) {
      const s0 = right(w[j - 15], 7) ^ right(w[j - 15], 18) ^ (w[j - 15] >>> 3);
      const s1 = right(w[j - 2], 17) ^ right(w[j - 2], 19) ^ (w[j - 2] >>> 10);
      w.push((w[j - 16] + s0 + w[j - 7] + s1) >>> 0);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let j = 0; j < 64; j++) {
      const t1 = (h + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + ((e & f) ^ (~e & g)) + SHA_ROUND[j] + w[j]) >>> 0;
      const t2 = ((right(a, 2) ^ right(a, 13) ^ right(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) >>> 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) >>> 0, c, b, a, (t1 + t2) >>> 0];
    }
    state = [a, b, c, d, e, f, g, h].map((word, place) => (word + state[place]) >>> 0);
  }
  return words(state);
}

// GB/T 32905.
const SM3_START = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
const p0 = (x) => (x ^ left(x, 9) ^ left(x, 17)) >>> 0;
const p1 = (x) => (x ^ left(x, 15) ^ left(x, 23)) >>> 0;

function sm3(message) {
  const view = padded(message);
  let state = SM3_START.slice();
  for (let block = 0; block < view.byteLength; block += 64) {
    const w = [];
    for (let j = 0; j < 16; j++) w.push(view.getUint32(block + j * 4));
    for (let j = 16; j < 68; j++) w.push((p1(w[j - 16] ^ w[j - 9] ^ left(w[j - 3], 15)) ^ left(w[j - 13], 7) ^ w[j - 6]) >>> 0);
    let [a, b, c, d, e, f, g, h] = state;
    for (let j = 0; j < 64; j++) {
      const first = j < 16;
      const ss1 = left((left(a, 12) + e + left(first ? 0x79cc4519 : 0x7a879d8a, j % 32)) >>> 0, 7);
      const tt1 = ((first ? a ^ b ^ c : (a & b) | (a & c) | (b & c)) + d + (ss1 ^ left(a, 12)) + (w[j] ^ w[j + 4])) >>> 0;
      const tt2 = ((first ? e ^ f ^ g : (e & f) | (~e & g)) + h + ss1 + w[j]) >>> 0;
      [d, c, b, a, h, g, f, e] = [c, left(b, 9), a, tt1, g, left(f, 19), e, p0(tt2)];
    }
    state = [a, b, c, d, e, f, g, h].map((word, place) => (word ^ state[place]) >>> 0);
  }
  return words(state);
}

// --- SM2 (GB/T 32918): verifying needs no secret, so plain big numbers do.

const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const A = P - 3n;
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
const G = [
  0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
];
const ID = text("1234567812345678"); // the identity of GB/T 32918.2 where none was agreed

const mod = (value, by) => ((value % by) + by) % by;
const number = (octets) => BigInt(`0x${hex(octets) || "0"}`);
const octets32 = (value) => bytes(value.toString(16).padStart(64, "0"));

function inverse(value, by) {
  let [r, s, t, u] = [by, mod(value, by), 0n, 1n];
  while (s) { const q = r / s; [r, s, t, u] = [s, r - q * s, u, t - q * u]; }
  return mod(t, by);
}

function sum(one, other) {
  if (!one) return other;
  if (!other) return one;
  const [x, y] = one, [v, w] = other;
  if (x === v && mod(y + w, P) === 0n) return null;
  const slope = x === v ? (3n * x * x + A) * inverse(2n * y, P) : (w - y) * inverse(v - x, P);
  const across = mod(slope * slope - x - v, P);
  return [across, mod(slope * (x - across) - y, P)];
}

function times(factor, point) {
  let out = null;
  for (let left = factor, step = point; left; left >>= 1n, step = sum(step, step)) if (left & 1n) out = sum(out, step);
  return out;
}

function sm2Holds(publicKey, message, signature) {
  const key = publicKey.length === 65 ? publicKey.slice(1) : publicKey;
  const [x, y] = [number(key.slice(0, 32)), number(key.slice(32))];
  const [r, s] = [number(signature.slice(0, 32)), number(signature.slice(32))];
  if (key.length !== 64 || signature.length !== 64 || x >= P || y >= P || !r || !s || r >= N || s >= N) return false;
  if (mod(y * y - x * x * x - A * x - B, P) !== 0n) return false;
  const bits = new Uint8Array([(ID.length * 8) >> 8, (ID.length * 8) & 255]);
  const z = sm3(joined(bits, ID, ...[A, B, ...G, x, y].map(octets32)));
  const e = number(sm3(joined(z, message)));
  const t = mod(r + s, N);
  if (!t) return false;
  const point = sum(times(s, G), times(t, [x, y]));
  return point !== null && mod(e + point[0], N) === r;
}

// --- The file of a history

const lines = (said) => Object.fromEntries(said.split("\n").filter((line) => line.includes(": ")).map((line) => {
  const at = line.indexOf(": ");
  return [line.slice(0, at), line.slice(at + 2)];
}));

const FIELDS = ["matter", "seq", "action", "from", "to", "actor", "name", "post", "window", "happened", "recorded", "basis", "clock",
  "facts", "documents", "procedure", "division"];

// Length in octets, colon, text, comma: nothing in a text can imitate a border.
function fieldsOf(said) {
  const octets = text(said), out = {};
  let at = 0;
  for (const name of FIELDS) {
    let length = 0;
    for (; octets[at] !== 58; at++) {
      if (!(octets[at] >= 48 && octets[at] <= 57)) throw new Error("border");
      length = length * 10 + octets[at] - 48;
    }
    out[name] = new TextDecoder().decode(octets.slice(at + 1, at + 1 + length));
    at += length + 2;
    if (octets[at - 1] !== 44) throw new Error("border");
  }
  if (at !== octets.length) throw new Error("border");
  return out;
}

const digits = (said) => (said || "").toLowerCase().replace(/[^0-9a-f]/g, "");
const isHex = (said, length) => typeof said === "string" && said.length === length && /^[0-9a-f]*$/.test(said);
const fingerprint = (publicKey) => hex(sha256(bytes(publicKey)));

function leafOf(code, steps) {
  const parts = [Uint8Array.of(0), text(`${code}\n`)];
  for (const step of steps) {
    const place = new DataView(new ArrayBuffer(4));
    place.setUint32(0, step.seq);
    parts.push(new Uint8Array(place.buffer), bytes(step.link));
  }
  return sha256(joined(...parts));
}

const climb = (leaf, way) => way.reduce((below, beside) => sha256(beside[0] === "L"
  ? joined(Uint8Array.of(1), bytes(beside.slice(1)), below) : joined(Uint8Array.of(1), below, bytes(beside.slice(1)))), leaf);

const LATE = 30n * 60n * 1000000n; // a seal follows its step within seconds; half an hour is the bound the centre itself reports
const micros = (iso) => {
  const [whole, part] = iso.split(/\.(?=\d{6})/);
  const zone = iso.slice(-6);
  const plain = part ? whole + zone : iso;
  return BigInt(Date.parse(plain)) * 1000n + BigInt(part ? Number(part.slice(0, 6)) : 0);
};

/* What is wrong with a history, step by step.
   `slip` is the check code on a letter, `key` the fingerprint printed beside it; both may be empty, and then are not compared. */
function verify(history, slip, key) {
  const faults = [], steps = [], digests = [];
  const wrong = (where, says) => faults.push({ where, says });
  if (!history || history.format !== "yimen-history-1" || !Array.isArray(history.steps) || !Array.isArray(history.digests)) {
    return { verdict: "broken", faults: [{ where: "文件", says: "这不是办件历史文件，或者文件不完整。" }], steps, digests, open: 0 };
  }

  // 1. The links: each covers the one before and the whole text of its step.
  let before = "", state = null, recorded = 0n, matter = null;
  history.steps.forEach((step, place) => {
    const row = { seq: step.seq, label: step.label, digest: step.digest, closed: step.text === null, fields: null };
    steps.push(row);
    const where = `第 ${step.seq} 步`;
    if (step.seq !== place + 1) wrong(where, "步骤不连续：有步骤缺失或调换了次序。");
    if (!isHex(step.link, 64)) { wrong(where, "链值不完整。"); before = ""; return; }
    if (step.text !== null) {
      try { row.fields = fieldsOf(step.text); } catch { wrong(where, "内容无法辨认。"); }
      if (hex(sha256(joined(bytes(before), text(step.text)))) !== step.link) wrong(where, "内容与链值不符：内容被改动过。");
      const said = row.fields;
      if (said) {
        if (said.seq !== String(step.seq)) wrong(where, "内容里的序号不是这一步的。");
        if (matter !== null && said.matter !== matter) wrong(where, "这一步属于另一件办件。");
        matter = said.matter;
        if (state !== null && said.from !== state) wrong(where, "与前一步的状态接不上。");
        if (BigInt(said.recorded) < recorded) wrong(where, "记录时间早于前一步。");
        recorded = BigInt(said.recorded);
        state = said.to;
      } else state = null;
    } else state = null; // what stays closed says nothing of its state
    before = step.link;
  });

  // 2. The digests: signed, and standing over these very links.
  let since = -1n, known = null;
  const handed = (history.keys || []);
  history.digests.forEach((digest) => {
    const where = `摘要第 ${digest.number} 号`;
    const said = typeof digest.text === "string" ? lines(digest.text) : {};
    const mine = history.steps.filter((step) => step.digest === digest.number);
    digests.push({ number: digest.number, day: said.day, made: said.made, hash: hex(sha256(text(digest.text || ""))),
      key: said.key, steps: mine.length, synthetic: said.synthetic === "yes" });
    if (said.number !== String(digest.number)) wrong(where, "文本里的编号不是这一号。");
    if (!isHex(digest.public_key, 128) || !isHex(digest.signature, 128) || fingerprint(digest.public_key) !== said.key
        || !sm2Holds(bytes(digest.public_key), text(digest.text), bytes(digest.signature))) {
      wrong(where, "签名与文本不符：不是中心签发的，或者文本被改动过。");
    }
    if (known && known !== said.key && !handedOn(handed, known, said.key)) wrong(where, "换了密钥，而没有原密钥的确认。");
    known = said.key;
    if (!mine.length || hex(climb(leafOf(history.code, mine), digest.way || [])) !== said.root) {
      wrong(where, `与 ${said.day || "当日"} 公布的摘要不符：公布以后，这件办件的历史被改动过。`);
    }
    const from = said.since && said.since !== "-" ? micros(said.since) - LATE : 0n;
    for (const step of mine) {
      const row = steps[step.seq - 1];
      if (!row || !row.fields || said.synthetic === "yes") continue; // what is made up may bear any time, and says so
      if (BigInt(row.fields.recorded) < from) wrong(`第 ${step.seq} 步`, "自称的记录时间早于前一号摘要：是后来补进去的。");
      if (BigInt(row.fields.recorded) > micros(said.made) + LATE) wrong(`第 ${step.seq} 步`, "自称的记录时间晚于公布它的摘要。");
    }
    if (since >= 0n && micros(said.made) < since) wrong(where, "公布时间早于前一号。");
    since = micros(said.made);
  });
  for (const step of history.steps) {
    if (step.digest !== null && !history.digests.some((each) => each.number === step.digest)) {
      wrong(`第 ${step.seq} 步`, "缺少公布它的摘要。");
    }
  }
  let last = 0;
  for (const step of history.steps) {
    const number = step.digest === null ? Infinity : step.digest;
    if (number < last) wrong(`第 ${step.seq} 步`, "先于前一步公布：次序被调换过。");
    last = number;
  }

  // 3. The paper in hand.
  const told = { slip: "none", key: "none" };
  const [place, code] = [parseInt(slip, 10), digits((slip || "").replace(/^\s*\d+\s*[-—－]/, ""))];
  if ((slip || "").trim()) {
    const step = history.steps.find((each) => each.seq === place);
    const fits = step && code.length >= 16 && step.link.startsWith(code);
    told.slip = fits ? "fits" : "differs";
    if (!fits) wrong("凭证", "凭证上的核对码与这份历史对不上：凭证出具以后，历史被改动过；也可能抄错了，请再核对一遍。");
  }
  if ((key || "").trim()) {
    const wanted = digits(key);
    const fits = wanted.length >= 16 && digests.some((each) => (each.key || "").startsWith(wanted));
    const fitsByHand = !fits && wanted.length >= 16 && handed.some((each) => (lines(each.text).key || "").startsWith(wanted));
    told.key = fits || fitsByHand ? "fits" : digests.length ? "differs" : "none";
    if (told.key === "differs") wrong("密钥", "凭证上的公布密钥与这份历史所用的不同。");
  }
  const open = history.steps.filter((step) => step.digest === null).length;
  return { verdict: faults.length ? "broken" : open ? "open" : "sound", faults, steps, digests, open, told,
    synthetic: digests.some((each) => each.synthetic) };
}

// Each former key has signed the first text of the one after it.
function handedOn(handed, former, wanted) {
  let current = former;
  for (let turn = 0; turn <= handed.length; turn++) {
    if (current === wanted) return true;
    const next = handed.find((each) => each.former && fingerprint(each.former) === current
      && sm2Holds(bytes(each.former), text(each.text), bytes(each.handed_on))
      && lines(each.text).key === fingerprint(each.public_key));
    if (!next) return false;
    current = lines(next.text).key;
  }
  return false;
}
