// 大厅屏：听到叫号立刻显示，逐个播报，后一个等前一个说完；断线重连后补播还没有人来的号。没有脚本时页面自己刷新。
"use strict";
(() => {
  const root = document.querySelector("[data-screen]");
  if (!root) return;
  const now = root.querySelector("[data-now]"), state = root.querySelector("[data-state]"), clock = root.querySelector("[data-clock]");
  const hall = +root.dataset.hall, only = root.dataset.window, key = `calls:${location.pathname}`;
  const silent = root.hasAttribute("data-silent"), voice = !silent && "speechSynthesis" in window ? window.speechSynthesis : null;
  const SPEAK_AT_MOST = 12000, SHOWN = 4000, EVERY = 10000;
  let known = new Set(JSON.parse(sessionStorage.getItem(key) || "[]")), first = !sessionStorage.getItem(key);
  const line = []; let speaking = false, source = null, pause = 1, place = "", late = 0;

  const tell = (text, bad) => { if (!state) return; state.textContent = text; state.toggleAttribute("data-bad", !!bad); };
  const remember = id => { known.add(id); if (known.size > 400) known = new Set([...known].slice(-200)); sessionStorage.setItem(key, JSON.stringify([...known])); };
  const spell = code => [...code].join(" ");

  // --- 播报：一个一个来，不会盖掉前一个
  const next = () => {
    if (speaking || !line.length) return;
    speaking = true;
    const call = line.shift();
    if (now) {
      const p = document.createElement("p"); p.className = "say"; p.append("请 ");
      const who = document.createElement("b"); who.textContent = call.code; p.append(who, " 到 ");
      const where = document.createElement("b"); where.textContent = call.window; p.append(where, " 号窗口");
      now.replaceChildren(p); now.classList.add("ringing");
    }
    root.dataset.said = `${root.dataset.said || ""}${root.dataset.said ? "," : ""}${call.code}@${call.window}`;
    let over = false;
    const done = () => { if (over) return; over = true; now?.classList.remove("ringing"); speaking = false; next(); };
    const shown = new Promise(r => setTimeout(r, silent ? 0 : +(root.dataset.shown || SHOWN)));
    if (voice && !root.dataset.mute) {
      const said = new SpeechSynthesisUtterance(`请 ${spell(call.code)} 号，到 ${spell(call.window)} 号窗口`);
      said.lang = "zh-CN"; said.rate = .9;
      const ended = new Promise(r => { said.onend = r; said.onerror = event => { if (event.error === "not-allowed") root.querySelector("[data-voice]")?.removeAttribute("hidden"); r(); }; });
      voice.speak(said);
      Promise.race([Promise.all([ended, shown]), new Promise(r => setTimeout(r, SPEAK_AT_MOST))]).then(done);
    } else shown.then(done);
  };
  const call = (id, code, window) => {
    if (!id || known.has(id)) return;
    remember(id);
    if (only && window !== only) return;
    line.push({ code, window }); next();
  };

  // --- 补播：只补还没有人来的
  const replay = async () => {
    const answer = await fetch(root.dataset.calls, { cache: "no-store" });
    if (!answer.ok) throw answer.status;
    const { calls } = await answer.json();
    calls.forEach(c => { if (first || !c.live) remember(c.id); else call(c.id, c.code, c.window); });
    first = false;
    if (!sessionStorage.getItem(key)) sessionStorage.setItem(key, "[]");
  };
  const redraw = async () => {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw answer.status;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    page.querySelectorAll("[data-part][id]").forEach(fresh => {
      const old = document.getElementById(fresh.id);
      if (old && old.innerHTML !== fresh.innerHTML) old.replaceChildren(...fresh.childNodes);
    });
  };
  const refresh = async () => { try { await replay(); await redraw(); if (!source) tell("每 10 秒更新"); root.dataset.ready = "1"; } catch { tell("连不上，正在重试", true); } };
  const soon = () => { clearTimeout(late); late = setTimeout(refresh, 100 + Math.random() * 200); };

  // --- 听
  const lost = () => { source?.close(); source = null; tell("实时已断开，正在重连", true); setTimeout(listen, pause * 1000); pause = Math.min(pause * 2, 30); };
  const listen = async () => {
    if (source) return;
    let url = "";
    try { const answer = await fetch(root.dataset.ticket, { cache: "no-store" }); if (!answer.ok) throw answer.status; url = (await answer.json()).url; } catch { lost(); return; }
    if (!url) { tell("每 10 秒更新"); return; }
    const mine = source = new EventSource(place ? `${url}&last=${encodeURIComponent(place)}` : url);
    const mark = event => { if (event.lastEventId) place = event.lastEventId; };
    mine.onopen = () => { pause = 1; tell("实时"); soon(); };
    mine.onerror = () => { if (mine === source) lost(); else mine.close(); };
    const heard = event => {
      mark(event);
      try {
        const ids = JSON.parse(event.data).i || [];
        if (!ids.length) soon();
        for (const id of ids) {
          const [where, act, code, window] = String(id).split(":");
          if (+where !== hall) continue;
          if (act) call(+act, code, window);
          soon();
        }
      } catch { soon(); }
    };
    mine.addEventListener("news", heard);
    ["hello", "reload", "back"].forEach(kind => mine.addEventListener(kind, event => { mark(event); soon(); }));
    mine.addEventListener("renew", event => { mark(event); mine.close(); source = null; listen(); });
  };

  root.querySelector("[data-voice]")?.addEventListener("click", event => { event.target.hidden = true; voice?.resume(); });
  if (clock) setInterval(() => { clock.textContent = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" }); }, 5000);
  addEventListener("online", () => { if (!source) { pause = 1; listen(); } refresh(); });
  setInterval(() => { if (!source) refresh(); }, EVERY);
  setInterval(refresh, 60000);
  refresh().then(listen);
})();
