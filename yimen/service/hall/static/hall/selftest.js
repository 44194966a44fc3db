// 设备自检：网络和时钟自己量，读卡器刷到号码就算通，声音和打印由人听、看。没有脚本时全部由人选。
"use strict";
(() => {
  const root = document.querySelector("[data-self-test]");
  if (!root) return;
  const part = key => root.querySelector(`[data-part="${key}"]`);
  const found = (key, text, well) => {
    const box = part(key); if (!box) return;
    box.querySelector("[data-found]").textContent = text;
    if (well !== undefined) box.querySelector(`input[value="${well ? 1 : 0}"]`).checked = true;
  };
  found("screen", `${screen.width}×${screen.height}`);
  const beep = root.querySelector("[data-beep]"), print = root.querySelector("[data-print]");
  if (beep && window.AudioContext) {
    beep.hidden = false;
    beep.addEventListener("click", () => {
      const audio = new AudioContext(), tone = audio.createOscillator();
      tone.frequency.value = 660; tone.connect(audio.destination); tone.start(); tone.stop(audio.currentTime + .6);
      found("sound", "刚才响了吗？");
    });
  }
  if (print) { print.hidden = false; print.addEventListener("click", () => { window.print(); found("printer", "纸出来了吗？"); }); }
  const reader = root.querySelector("[data-reader-test]");
  reader?.addEventListener("input", () => { if (/^\d{17}[\dXx]$/.test(reader.value)) found("reader", "读到号码", true); });
  reader?.addEventListener("keydown", event => { if (event.key === "Enter") event.preventDefault(); });
  const network = async () => {
    const times = [];
    try {
      for (let turn = 0; turn < 3; turn++) {
        const begin = performance.now(), answer = await fetch(location.href, { headers: { "X-Ping": "1" }, cache: "no-store" });
        if (!answer.ok) throw answer.status;
        times.push(performance.now() - begin);
        if (turn === 0) clock(answer.headers.get("date"));
      }
      const slow = Math.round(Math.max(...times));
      found("network", `${slow} 毫秒`, slow < 2000);
    } catch { found("network", "连不上", false); }
  };
  const clock = date => {
    const off = Math.round(Math.abs(Date.now() - Date.parse(date || "")) / 1000);
    if (!Number.isNaN(off)) found("clock", off < 2 ? "和服务器一致" : `差 ${off} 秒`, off <= 90);
  };
  root.querySelector("form").addEventListener("submit", () => { root.querySelector("[data-clock-field]").value = String(Date.now()); });
  network();
})();
