// 断网收件页：看网络、登记、收件、出凭证、传回。日志在 journal.js。
"use strict";
(() => {
  const body = document.body.dataset, one = selector => document.querySelector(selector), make = Questions.make;
  const EVERY = 15000, SOON = 5000, WAIT = 8000, KEEP_SENT = 7 * 86400000, SIGNED_OUT = "yimen-signed-out";
  const ID_TYPES = { natural: [["resident", "居民身份证"], ["permanent", "外国人永久居留身份证"], ["passport", "护照"], ["travel", "港澳台居民来往内地通行证"], ["other", "其他有效证件"]], legal: [["credit", "统一社会信用代码"], ["other", "其他有效证件"]] };
  const STATES = { unsent: "没有传回", refused: "被拒收", merged: "已换正式编号", waiting: "待处理", declined: "不予收件", voided: "已作废" };
  let csrf = "", line = "look", lost = 0, extract = null, chosen = null, staleHours = 24, timer = 0, sending = false, shown = [], marked = -1, freshAt = 0;

  const moment = ms => new Date(ms).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
  const view = name => document.querySelectorAll("[data-view]").forEach(x => { x.hidden = x.dataset.view !== name; });
  const tell = (selector, words) => { const x = one(selector); x.hidden = !words; x.firstElementChild.textContent = words; };
  const stop = words => { one("[data-stop]").textContent = words; view("stop"); };

  // --- 网络：能不能问到服务器，问到的是谁
  async function ask(url, sent) {
    const stopper = new AbortController(), patience = setTimeout(() => stopper.abort(), sent ? 60000 : WAIT);
    try {
      const headers = { Accept: "application/json", "X-Passive": "1" };
      if (sent) Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": csrf });
      const answer = await fetch(url, { method: sent ? "POST" : "GET", body: sent && JSON.stringify(sent), headers, redirect: "manual", cache: "no-store", signal: stopper.signal });
      if (answer.type === "opaqueredirect" || answer.status === 401) return { gone: "expired" };
      if (answer.status >= 500) return { gone: "lost" };
      const json = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : {};
      return answer.ok ? { json } : { gone: "refused", said: json.said || "服务器没有同意。", status: answer.status };
    } catch { return { gone: "lost" }; } finally { clearTimeout(patience); }
  }
  function setLine(kind) {
    if (kind === "lost" && line !== "lost") lost = Date.now();
    line = kind;
    const words = { on: ["normal", "已联网"], expired: ["warning", "登录已过期"], lost: ["red", `断网 ${Math.max(0, Math.round((Date.now() - lost) / 60000))} 分钟`], refused: ["warning", "这里不能传回"] }[kind];
    const mark = one("[data-line]");
    mark.dataset.status = words[0];
    if (mark.textContent !== words[1]) mark.textContent = words[1];
  }

  async function look() {
    clearTimeout(timer);
    const device = await Journal.read("device");
    const { json, gone, said } = await ask(`${body.stateUrl}?device=${device ? device.uid : ""}`);
    if (json) {
      csrf = json.csrf; staleHours = json.stale_hours;
      setLine("on");
      const ours = !device || !json.device || json.device.ours;
      if (ours && json.window) { await Journal.synced(json); localStorage.removeItem(SIGNED_OUT); }
      if (device && json.device && !json.device.ours) { setLine("refused"); tell("[data-notice]", `这台浏览器登记在${json.device.window}，请由那个窗口的人员登录。日志都还在。`); }
      else if (!json.window) tell("[data-notice]", "您现在不在窗口岗位，请切换到窗口岗位。");
      else if (device && json.device && json.device.state !== "active") tell("[data-notice]", `这台浏览器${json.device.state_label}，不能再收件；没有传回的还可以传回。`);
      else tell("[data-notice]", "");
      one("[data-window]").textContent = json.window ? json.window.name : "本窗口";
      if (device && json.device && json.device.ours) { await freshen(); await send(); }
    } else {
      setLine(gone);
      const { length } = (await Journal.all()).filter(x => x.state === "unsent");
      if (gone === "expired") tell("[data-notice]", `登录已过期。没有传回的 ${length} 件都还在这台浏览器里，重新登录以后自动传回。`);
      else if (gone === "refused") tell("[data-notice]", said);
      else tell("[data-notice]", "");
    }
    await draw();
    timer = setTimeout(look, line === "lost" ? SOON : EVERY);
  }
  // 事项资料：联网时每小时取一次，断网时说明有多旧。
  async function freshen() {
    if (extract && Date.now() - freshAt < 3600000) return;
    const { json } = await ask(body.itemsUrl);
    if (!json) return;
    freshAt = Date.now();
    extract = { ...json, at: freshAt };
    await Journal.keep("items", extract);
  }

  // --- 画
  async function draw() {
    const device = await Journal.read("device"), clerk = await Journal.read("clerk"), synced = await Journal.read("synced");
    one("[data-where]").textContent = device ? `${device.window}　${clerk ? clerk.name : ""}` : "";
    if (!device) {
      if (line === "look") view("wait");
      else if (line === "on") view("enrol");
      else stop(line === "lost" ? "这台浏览器还没有登记，要联网才能登记。现在断网，请用纸质受理单。" : "请先登录窗口人员的账号，再登记这台浏览器。");
      return;
    }
    if (line === "refused") { stop(one("[data-notice]").textContent || "这台浏览器登记在别的窗口。"); return; }
    if (+localStorage.getItem(SIGNED_OUT)) { await draftOf(); stop(`已经退出登录。没有传回的 ${(await Journal.all()).filter(x => x.state === "unsent").length} 件都还在，登录以后再收件、再传回。`); return; }
    view("work");
    extract ??= await Journal.read("items");
    const hours = extract ? (Date.now() - extract.at) / 3600000 : 0;
    one("[data-extract]").textContent = extract ? `${extract.items.length} 个事项，资料取自 ${moment(extract.at)}${hours > staleHours ? "，已超过 " + Math.floor(hours) + " 小时" : ""}` : "还没有取到事项资料";
    one("[data-left]").textContent = `还有 ${device.numbers.length} 个离线编号`;
    one("[data-sync]").textContent = synced ? `最近联网 ${moment(synced.local)}` : "";
    one("[data-device]").textContent = `这台浏览器：${device.name}`;
    const entries = (await Journal.all()).sort((a, b) => b.seq - a.seq);
    list("[data-outbox]", entries.filter(x => x.state === "unsent" || x.state === "refused"), "都传回了。断网时收下的会先列在这里。");
    list("[data-sent]", entries.filter(x => x.state !== "unsent" && x.state !== "refused").slice(0, 30), "还没有。");
    const found = await Journal.faults();
    tell("[data-fault]", found.length ? `日志有问题：${found.join("；")}。请不要清除浏览器数据，告诉中心处理。` : "");
  }
  function list(selector, entries, nothing) {
    const place = one(selector);
    if (!entries.length) { place.replaceChildren(make("p", { className: "list-note quiet" }, nothing)); return; }
    place.replaceChildren(make("ul", { className: "outbox" }, ...entries.map(each => {
      const row = make("li", {}, make("b", { className: "number" }, each.number), make("span", { className: "badge" }, STATES[each.state] || each.state), make("span", { className: "sub" }, `${each.item}　${moment(each.at)}`));
      row.dataset.number = each.number;
      if (each.sealed && line !== "expired") { const again = make("button", { type: "button", className: "button bare" }, "凭证"); again.onclick = () => present(each.seq); row.append(again); }
      if (each.code) row.append(make("span", { className: "sub" }, `办件编号 ${each.code}`));
      if (each.said) row.append(make("span", { className: "said" }, each.said));
      if (each.state === "waiting" && line === "on") row.append(make("a", { href: `${body.receiptsUrl}${each.number}/` }, "处理"));
      return row;
    })));
  }

  // --- 登记
  one("[data-enrol]").addEventListener("submit", async event => {
    event.preventDefault();
    const box = one("#device-name"), name = box.value.trim();
    if (!name) { mark("device-name", "请给这台电脑起个名字。"); box.focus(); return; }
    mark("device-name", "");
    const keys = await Journal.makeKeys(), { json, said } = await ask(body.enrolUrl, { name, key: keys.spki });
    if (!json) { mark("device-name", said || "没有登记成，请看网络和登录。"); return; }
    await Journal.enrolled(keys, json.device, json.first_link);
    await navigator.storage?.persist?.();
    await look();
  });

  // --- 选事项：几个字就找，上下键选
  const finder = one("#item"), found = one("#found");
  function search() {
    const words = finder.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    shown = extract && words.length ? extract.items.filter(x => { const text = `${x.name} ${x.short} ${x.department} ${x.code}`.toLowerCase(); return words.every(w => text.includes(w)); }).slice(0, 12) : [];
    marked = shown.length ? 0 : -1;
    found.replaceChildren(...shown.map((x, at) => { const row = make("li", { id: `found-${at}` }, x.name, make("span", { className: "sub" }, x.department)); row.setAttribute("role", "option"); row.onpointerdown = event => { event.preventDefault(); choose(x); }; return row; }));
    found.hidden = !shown.length; pointAt();
  }
  function pointAt() {
    [...found.children].forEach((x, at) => x.setAttribute("aria-selected", String(at === marked)));
    finder.setAttribute("aria-expanded", String(!found.hidden));
    if (marked >= 0 && !found.hidden) { finder.setAttribute("aria-activedescendant", `found-${marked}`); found.children[marked]?.scrollIntoView({ block: "nearest" }); } else finder.removeAttribute("aria-activedescendant");
  }
  finder.addEventListener("input", () => { chosen = null; one("[data-rest]").hidden = one("[data-facts]").hidden = true; search(); });
  finder.addEventListener("blur", () => { found.hidden = true; pointAt(); });
  finder.addEventListener("keydown", event => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); if (shown.length) { found.hidden = false; marked = (marked + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length; pointAt(); } }
    else if (event.key === "Enter") { event.preventDefault(); if (shown[marked]) choose(shown[marked]); }
    else if (event.key === "Escape") { found.hidden = true; pointAt(); }
  });
  function choose(item) {
    chosen = item; finder.value = item.name; found.hidden = true; pointAt(); mark("item", "");
    const facts = [["部门", item.department], ["承诺时限", item.promise || "没有承诺"], ["收费", item.fee || "以部门答复为准"]];
    one("[data-facts]").replaceChildren(...facts.flatMap(([name, said]) => [make("dt", {}, name), make("dd", {}, said)]));
    const needs = { required: "", conditional: "视情形", optional: "可不交" };
    one("[data-materials]").replaceChildren(...(item.materials.length ? item.materials.filter(x => !x.exempt).map(x => make("label", {}, make("input", { type: "checkbox", name: "material", value: x.id }), make("span", {}, x.name, make("span", { className: "sub" }, " " + (needs[x.need] || "") + (x.when ? "：" + x.when : ""))))) : [make("p", { className: "quiet" }, "不用交材料。")]));
    Questions.draw(one("[data-questions]"), item.form, {});
    one("[data-rest]").hidden = one("[data-facts]").hidden = false;
    one("#id-number").focus();
  }
  one("[data-questions]").addEventListener("change", () => { if (chosen) Questions.show(one("[data-questions]"), chosen.form); });
  const types = () => one("#id-type").replaceChildren(...ID_TYPES[one("#kind").value].map(([value, label]) => make("option", { value }, label)));
  one("#kind").addEventListener("change", types);
  one("#id-number").addEventListener("change", () => { const x = one("#id-number"); x.value = Documents.plain(x.value); mark("id-number", x.value ? Documents.wrong(one("#id-type").value, x.value) : ""); });
  function mark(id, words) {
    const box = one(`#${id}`), said = one(`#${id}-error`);
    said.hidden = !words; said.textContent = words;
    box.closest(".field").classList.toggle("wrong", !!words);
    if (words) { box.setAttribute("aria-invalid", "true"); box.setAttribute("aria-describedby", said.id); } else { box.removeAttribute("aria-invalid"); box.removeAttribute("aria-describedby"); }
    return !!words;
  }

  // --- 收件：核对，记进日志，落了盘才出凭证
  one("[data-receive]").addEventListener("submit", async event => {
    event.preventDefault();
    const press = event.submitter || one("[data-receive] [type=submit]");
    if (press.disabled) return;
    const name = one("#name").value.trim(), number = Documents.plain(one("#id-number").value), phone = one("#phone").value.trim(), type = one("#id-type").value;
    const wrong = [["item", chosen ? "" : "请从清单里选一个事项。"], ["id-number", Documents.wrong(type, number)], ["name", name ? "" : "请填写姓名或名称。"], ["phone", Documents.wrongPhone(phone)]].filter(([id, words]) => mark(id, words));
    if (wrong.length) { one(`#${wrong[0][0]}`).focus(); return; }
    press.disabled = true;
    try {
      const known = { name, id_number: type === "resident" ? number : "", credit_code: type === "credit" ? number : "", phone };
      const answers = Questions.answers(one("[data-questions]"), chosen.form);
      for (const each of chosen.form) if (each.prefill && known[each.prefill] && !(each.key in answers)) answers[each.key] = known[each.prefill];
      const seq = await Journal.commit({
        item: { code: chosen.code, edition: chosen.edition, name: chosen.name },
        applicant: { kind: one("#kind").value, name, id_type: type, id_number: number, phone: Documents.plain(phone) },
        materials: [...document.querySelectorAll("[name=material]:checked")].map(x => +x.value), answers, remarks: one("#remarks").value.trim(),
      });
      await present(seq);
      one("[data-receive]").reset(); types(); chosen = null;
      one("[data-rest]").hidden = one("[data-facts]").hidden = true;
      if (line === "on") look(); else await draw();
    } catch (failed) { tell("[data-fault]", `没有收成：${failed.message || "浏览器的存储写不进去"}。凭证没有打印，请用纸质受理单。`); } finally { press.disabled = false; }
  });

  // --- 凭证
  async function present(seq) {
    const held = await Journal.receipt(seq);
    if (!held) { tell("[data-fault]", `第 ${seq} 条打不开，不能打印凭证。请告诉中心处理。`); return; }
    const { said, device, code } = held, item = extract?.items.find(x => x.code === said.item.code);
    const names = said.materials.map(id => item?.materials.find(x => x.id === id)?.name || `材料 ${id}`);
    const rows = [["离线编号", said.number], ["事项", said.item.name], ["申请人", `${said.applicant.name}　${Documents.masked(said.applicant.id_number)}`], ["收件时间", new Date(said.local_at).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false })], ["窗口", device.window]];
    one("[data-receipt]").replaceChildren(
      make("h2", { id: "receipt-title" }, "收件凭证"), make("p", { className: "under" }, "（断网期间收件，恢复后换发正式编号）"),
      make("dl", {}, ...rows.flatMap(([label, words], at) => [make("dt", {}, label), make("dd", { className: at ? "" : "big number" }, words)])),
      make("p", {}, names.length ? "收到的材料：" : "没有收到纸质材料。"), make("ol", {}, ...names.map(x => make("li", {}, x))),
      ...(said.remarks ? [make("p", {}, `备注：${said.remarks}`)] : []),
      make("p", { className: "law" }, "办理期限从上面的收件时间算起。恢复联网以后，凭离线编号和核对码查正式编号："),
      make("dl", {}, make("dt", {}, "核对码"), make("dd", { className: "big number" }, code.match(/.{4}/g).join(" ")), make("dt", {}, "查询网址"), make("dd", {}, location.origin + body.verifyUrl)),
      make("div", { className: "sign" }, make("span", {}, `收件人：${said.clerk.name}`), make("span", {}, "申请人签字：____________")));
    one("#receipt-dialog").showModal();
    one("[data-print-receipt]").focus();
  }
  one("[data-print-receipt]").addEventListener("click", () => print());
  one("[data-close-receipt]").addEventListener("click", () => { one("#receipt-dialog").close(); });
  one("#receipt-dialog").addEventListener("close", () => { one("[data-receipt]").replaceChildren(); finder.focus(); });

  // --- 传回：一页在传，别的页等着；每批按次序，答复逐件记下
  async function send() {
    if (sending || line !== "on") return;
    sending = true;
    try {
      await navigator.locks.request("yimen-offline-send", { ifAvailable: true }, async mine => {
        if (!mine) return;
        for (let turn = 0; turn < 200; turn++) {
          const parcel = await Journal.parcel();
          const known = await Journal.read("known");
          if (!parcel.entries.length && known === parcel.head?.text.match(/"hash":"([0-9a-f]+)"/)?.[1]) return;
          const { json, gone, said } = await ask(body.syncUrl, parcel);
          if (!json) { if (gone !== "refused") setLine(gone); else tell("[data-fault]", said); return; }
          await Journal.answered(json.outcomes);
          await Journal.synced({ now: json.now, device: json.device });
          const refused = json.outcomes.find(x => x.state === "refused");
          if (refused) { tell("[data-fault]", `日志被拒收：${refused.said}没有传回的都还在，已告诉中心。`); return; }
          if (!parcel.unsent) { await Journal.keep("known", JSON.parse(parcel.head.text).hash); return; }
        }
      });
      const old = (await Journal.all()).sort((a, b) => a.seq - b.seq), last = old.at(-1)?.seq;
      const gone = old.filter(x => x.state !== "unsent" && x.state !== "refused" && x.seq !== last && Date.now() - x.at > KEEP_SENT);
      if (gone.length) await Journal.clear(gone.map(x => x.seq));
    } finally { sending = false; }
  }
  one("[data-send]").addEventListener("click", look);
  async function draftOf() { one("[data-receive]").reset(); chosen = null; }

  // --- 开始
  async function begin() {
    if (!window.isSecureContext || !("serviceWorker" in navigator) || !crypto.subtle || !navigator.locks) { stop("这台浏览器不能离线收件：要用加密的网址（https）打开，并用较新的浏览器。"); return; }
    types();
    try { extract = await Journal.read("items") || null; } catch { stop("浏览器不让存数据（可能是无痕窗口），不能离线收件。"); return; }
    navigator.serviceWorker.register(body.workerUrl, { scope: body.shellUrl, updateViaCache: "none" }).catch(() => {});
    await draw(); await look();
    finder.focus();
  }
  addEventListener("online", look);
  addEventListener("offline", look);
  addEventListener("storage", event => { if (event.key === SIGNED_OUT) draw(); });
  begin();
})();
