// 实时更新：听到有变化就取回本页，只换 [data-live-part] 的部分。听不到时每隔一段时间自己取；没有脚本时页面自己刷新。
// <main data-live="主题" data-live-every="30">…<section id="…" data-live-part>…</section>…<p data-live-state>…</p></main>
"use strict";
(() => {
  const root = document.querySelector("[data-live]");
  if (!root) return;
  const topics = root.dataset.live, ticketAt = root.dataset.liveTicket || "/live/ticket/";
  const every = (+root.dataset.liveEvery || 30) * 1000, SAFETY = 5 * 60 * 1000, LONGEST = 60, TIMEOUT = 20000;
  const shown = document.querySelectorAll("[data-live-state]"), voice = document.querySelector("[data-live-voice]");
  let source = null, place = "", pause = 1, retry = 0, polling = 0, counting = 0, fetching = null, again = false, late = 0, over = false;
  const clock = () => new Date().toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
  let dataAt = root.dataset.liveAt || clock();

  const state = (kind, text) => shown.forEach(x => { x.dataset.liveState = kind; if (x.textContent !== text) x.textContent = text; });
  const say = text => { if (voice && text && voice.textContent !== text) voice.textContent = text; };
  const live = () => state("live", `实时　数据到 ${dataAt}`);

  // --- 取回本页，换掉变了的部分
  const swap = fresh => {
    const focused = document.activeElement, key = focused && (focused.id ? "#" + CSS.escape(focused.id) : focused.getAttribute("href") ? `[href="${CSS.escape(focused.getAttribute("href"))}"]` : "");
    let touched = false;
    fresh.querySelectorAll("[data-live-part][id]").forEach(next => {
      const old = document.getElementById(next.id);
      if (!old || old.innerHTML === next.innerHTML) return;
      const known = new Set([...old.querySelectorAll("[data-live-key]")].map(x => x.dataset.liveKey));
      const open = [...old.querySelectorAll("details[open]")].map(x => [...old.querySelectorAll("details")].indexOf(x));
      old.replaceChildren(...next.childNodes);
      open.forEach(at => { const x = old.querySelectorAll("details")[at]; if (x) x.open = true; });
      if (known.size) old.querySelectorAll("[data-live-key]").forEach(x => { if (!known.has(x.dataset.liveKey)) x.classList.add("fresh"); });
      touched = true;
    });
    if (touched && key && !document.contains(focused)) document.querySelector(key)?.focus({ preventScroll: true });
    const words = fresh.querySelector("[data-live-says]"), before = document.querySelector("[data-live-says]");
    if (words && before && words.textContent !== before.textContent) { before.textContent = words.textContent; say(words.textContent.trim()); }
    root.dataset.liveSwaps = +(root.dataset.liveSwaps || 0) + 1;
  };
  const ended = () => {
    over = true; clearTimeout(retry); clearTimeout(polling); clearInterval(counting); source?.close();
    if (root.dataset.liveEnded === "reload") { location.reload(); return; }
    const text = "登录已结束，这一页不再更新，请重新登录。";
    state("over", text); say(text);
  };
  const refresh = async () => {
    if (over || document.hidden) return;
    if (fetching) { again = true; return; }
    const stop = new AbortController(), patience = setTimeout(() => stop.abort(), TIMEOUT);
    fetching = stop;
    try {
      const answer = await fetch(location.href, { headers: { "X-Passive": "1" }, signal: stop.signal, cache: "no-store" });
      if (answer.status === 401 || answer.status === 403 || (answer.redirected && new URL(answer.url).pathname !== location.pathname)) { ended(); return; }
      if (answer.ok) {
        swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
        dataAt = clock();
        if (source) live();
        else if (!counting) state("poll", `每 ${every / 1000} 秒更新一次　数据到 ${dataAt}`);
      }
    } catch { /* 下一次再取 */ } finally {
      clearTimeout(patience); fetching = null; wait();
      if (again) { again = false; soon(); }
    }
  };
  const soon = () => { clearTimeout(late); late = setTimeout(refresh, 150 + Math.random() * 350); };
  const wait = () => { clearTimeout(polling); polling = setTimeout(refresh, source ? SAFETY : every); };

  // --- 听
  const lost = () => {
    source?.close(); source = null;
    if (over || document.hidden) return;
    let left = Math.round(pause + Math.random() * pause / 2);
    pause = Math.min(pause * 2, LONGEST);
    const tell = () => state("lost", `已断开，${Math.max(left, 0)} 秒后重连　数据到 ${dataAt}`);
    clearInterval(counting); tell(); wait();
    counting = setInterval(() => { left -= 1; if (left > 0) tell(); else { clearInterval(counting); counting = 0; listen(); } }, 1000);
  };
  const listen = async () => {
    clearInterval(counting); counting = 0;
    if (over || document.hidden || source) return;
    let url = "";
    try {
      const answer = await fetch(`${ticketAt}?topics=${encodeURIComponent(topics)}`, { headers: { "X-Passive": "1", "Accept": "application/json" }, cache: "no-store" });
      if (answer.status === 401 || answer.status === 403 || answer.redirected) { ended(); return; }
      if (!answer.ok) throw answer.status;
      url = (await answer.json()).url;
    } catch { lost(); return; }
    if (!url) { state("poll", `每 ${every / 1000} 秒更新一次　数据到 ${dataAt}`); wait(); return; }
    const mine = source = new EventSource(place ? `${url}&last=${encodeURIComponent(place)}` : url);
    const mark = event => { if (event.lastEventId) place = event.lastEventId; };
    mine.onopen = () => { if (mine !== source) return; pause = 1; live(); wait(); };
    mine.onerror = () => { if (mine === source) lost(); else mine.close(); };
    mine.addEventListener("hello", event => { if (mine === source) { mark(event); soon(); } });
    mine.addEventListener("news", event => { if (mine === source) { mark(event); soon(); } });
    mine.addEventListener("reload", event => { if (mine === source) { mark(event); soon(); } });
    mine.addEventListener("away", () => { if (mine === source) { const text = `数据库暂时连不上，数据到 ${dataAt}`; state("lost", text); say(text); } });
    mine.addEventListener("back", () => { if (mine === source) { live(); soon(); } });
    mine.addEventListener("renew", event => { if (mine === source) { mark(event); mine.close(); source = null; listen(); } });
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { source?.close(); source = null; clearInterval(counting); counting = 0; clearTimeout(polling); }
    else { pause = 1; refresh(); listen(); }
  });
  addEventListener("online", () => { if (!source) { pause = 1; listen(); } });
  addEventListener("pagehide", () => { source?.close(); source = null; });
  addEventListener("pageshow", event => { if (event.persisted) { refresh(); listen(); } });
  if (root.dataset.liveRenewHours) setTimeout(function anew() { navigator.onLine && !over ? location.reload() : setTimeout(anew, 60000); }, +root.dataset.liveRenewHours * 3600000 + Math.random() * 300000);
  root.dataset.liveTicket === "" || listen();
  wait();
})();
