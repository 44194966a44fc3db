// 断网日志：一条接一条，每条由本机的钥匙签名，记着前一条的摘要；存在浏览器里，内容加密。先写进日志，才能打印凭证。
"use strict";
const Journal = (() => {
  const NAME = "yimen-offline", LOCK = "yimen-offline-journal", SENT_BY_TURNS = 20;
  const bytes = text => new TextEncoder().encode(text);
  const hex = data => [...new Uint8Array(data)].map(x => x.toString(16).padStart(2, "0")).join("");
  const base64 = data => btoa(String.fromCharCode(...new Uint8Array(data)));
  const digest = async text => hex(await crypto.subtle.digest("SHA-256", bytes(text)));
  const SIGNING = { name: "ECDSA", hash: "SHA-256" };
  let opened = null, watch = null;  // watch：这一次打开页面以后，最近一次联网时秒表走到哪里

  // --- 存取
  const done = request => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
  function open() {
    opened ??= new Promise((yes, no) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => { request.result.createObjectStore("meta"); request.result.createObjectStore("journal", { keyPath: "seq" }); };
      request.onsuccess = () => yes(request.result);
      request.onerror = () => no(request.error);
    });
    return opened;
  }
  const read = async key => done((await open()).transaction("meta").objectStore("meta").get(key));
  const all = async () => done((await open()).transaction("journal").objectStore("journal").getAll());
  // 写到盘上才算数：strict 要浏览器等它落盘。
  async function write(work) {
    const base = await open(), deal = base.transaction(["meta", "journal"], "readwrite", { durability: "strict" });
    const ended = new Promise((yes, no) => { deal.oncomplete = yes; deal.onabort = deal.onerror = () => no(deal.error); });
    work(deal.objectStore("meta"), deal.objectStore("journal"));
    await ended;
  }
  const keep = (key, value) => write(meta => meta.put(value, key));
  const alone = work => navigator.locks.request(LOCK, work);

  // --- 登记：两把不能取出的钥匙，一把签名，一把加密
  async function makeKeys() {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const sealing = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return { pair, sealing, spki: base64(await crypto.subtle.exportKey("spki", pair.publicKey)) };
  }
  async function enrolled(keys, device, firstLink) {
    await write((meta, journal) => {
      journal.clear();
      meta.put({ uid: device.uid, name: device.name, window: device.window, seq: 0, link: firstLink, pair: keys.pair, sealing: keys.sealing, numbers: [] }, "device");
    });
  }
  const forget = () => write((meta, journal) => { meta.clear(); journal.clear(); });

  // --- 封存和打开
  async function seal(device, seq, text) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bytes(`${device.uid}:${seq}`) }, device.sealing, bytes(text)) };
  }
  // 打不开、摘要对不上的，是被改动过。
  async function text(entry, device) {
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: entry.iv, additionalData: bytes(`${device.uid}:${entry.seq}`) }, device.sealing, entry.sealed);
      const found = new TextDecoder().decode(plain);
      return await digest(found) === entry.link ? found : "";
    } catch { return ""; }
  }
  const sign = async (device, said) => base64(await crypto.subtle.sign(SIGNING, device.pair.privateKey, bytes(said)));

  // --- 记一条：编号、摘要、签名、封存，连同“日志到第几条”在一次写入里落盘
  async function commit(content) {
    return alone(async () => {
      const device = await read("device"), synced = await read("synced"), clerk = await read("clerk");
      if (!device || !synced || !clerk) throw new Error("这台浏览器还没有登记，或还没有联过网。");
      const number = device.numbers[0];
      if (!number) throw new Error("预留的离线编号用完了，联网以后才能再收。");
      const now = Date.now(), seq = device.seq + 1;
      const said = JSON.stringify({
        v: 1, device: device.uid, seq, prev: device.link, number, local_at: now, local_at_sync: synced.local, synced_at: synced.server,
        elapsed: watch && watch.server === synced.server ? Math.max(0, Math.round(performance.now() - watch.at)) : null,
        clerk: { uid: clerk.uid, name: clerk.name }, ...content, salt: hex(crypto.getRandomValues(new Uint8Array(16))),
      });
      const link = await digest(said), signature = await sign(device, said), closed = await seal(device, seq, said);
      await write((meta, journal) => {
        journal.add({ seq, number, link, signature, ...closed, at: now, item: content.item.name, state: "unsent" });
        meta.put({ ...device, seq, link, numbers: device.numbers.slice(1) }, "device");
      });
      return seq;
    });
  }
  // 凭证只照日志里的内容打印。
  async function receipt(seq) {
    const device = await read("device"), entry = (await all()).find(x => x.seq === seq);
    const found = entry && entry.sealed ? await text(entry, device) : "";
    return found ? { entry, device, said: JSON.parse(found), code: proof(entry.link) } : null;
  }
  // 凭证上的核对码：摘要的前 60 位，不用容易看错的字。
  function proof(link) {
    const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits = BigInt("0x" + link.slice(0, 16)) >> 4n, code = "";
    for (let i = 0; i < 12; i++) { code = ALPHABET[Number(bits & 31n)] + code; bits >>= 5n; }
    return code.replaceAll("O", "8").replaceAll("I", "9");
  }

  // --- 自查：每条打得开、连得上，末尾与“日志到第几条”一致
  async function faults() {
    const device = await read("device"), entries = (await all()).sort((a, b) => a.seq - b.seq), found = [];
    if (!device) return found;
    let before = null;
    for (const entry of entries) {
      if (before && entry.seq !== before.seq + 1) found.push(`第 ${before.seq + 1} 条不见了`);
      if (entry.sealed && !await text(entry, device)) found.push(`第 ${entry.seq} 条（${entry.number}）被改动`);
      before = entry;
    }
    if (device.seq !== (before ? before.seq : 0) && (device.seq > 0 || before)) found.push(`日志应到第 ${device.seq} 条，现在到第 ${before ? before.seq : 0} 条`);
    return found;
  }

  // --- 传回：按次序，一批一批；答复记下来，内容就不再留
  async function parcel() {
    const device = await read("device"), waiting = (await all()).filter(x => x.state === "unsent" || x.state === "refused").sort((a, b) => a.seq - b.seq);
    const turn = waiting.slice(0, SENT_BY_TURNS), entries = [];
    for (const entry of turn) entries.push({ seq: entry.seq, text: await text(entry, device), signature: entry.signature });
    const sent = { device: device.uid, entries, unsent: waiting.length - turn.length };
    if (!sent.unsent) {
      const head = JSON.stringify({ v: 1, device: device.uid, seq: device.seq, hash: device.link, at: Date.now() });
      sent.head = { text: head, signature: await sign(device, head) };
    }
    return sent;
  }
  async function answered(outcomes) {
    const entries = new Map((await all()).map(x => [x.seq, x]));
    await write((meta, journal) => {
      for (const each of outcomes) {
        const entry = entries.get(each.seq);
        if (!entry) continue;
        const taken = each.state !== "refused", { iv, sealed, ...rest } = entry;
        journal.put(taken ? { ...rest, state: each.state, code: each.code, said: each.said } : { ...entry, state: "refused", said: each.said });
      }
    });
  }
  // 联网时：服务器的时间、这台设备的编号、谁在用
  async function synced(state) {
    await alone(async () => {
      const device = await read("device");
      watch = { at: performance.now(), server: state.now };
      const used = new Set((await all()).map(x => x.number));
      await write(meta => {
        meta.put({ server: state.now, local: Date.now() }, "synced");
        if (state.clerk) meta.put(state.clerk, "clerk");
        if (device && state.device && state.device.ours && state.device.uid === device.uid) {
          const numbers = state.device.state === "active" ? state.device.blocks.flatMap(x => x.numbers).filter(x => !used.has(x)) : [];
          meta.put({ ...device, window: state.device.window, state: state.device.state, numbers }, "device");
        }
      });
    });
  }
  const clear = async before => write((_, journal) => { before.forEach(seq => journal.delete(seq)); });
  return { read, keep, all, makeKeys, enrolled, forget, commit, receipt, faults, parcel, answered, synced, clear, alone };
})();
