// 取号机：读卡器（键盘口，读完送回车）、没人用时回首页、号条自己打印。没有脚本时页面照常可用。
"use strict";
(() => {
  const home = document.querySelector("[data-kiosk]"), slip = document.querySelector("[data-slip]");
  const idle = (seconds, act) => {
    let timer = setTimeout(act, seconds * 1000);
    ["pointerdown", "keydown", "input"].forEach(kind => addEventListener(kind, () => { clearTimeout(timer); timer = setTimeout(act, seconds * 1000); }));
  };
  if (home) {
    const field = home.querySelector("[data-reader]");
    let swipe = "", last = 0;
    addEventListener("keydown", event => {
      if (!field || event.target === field) return;
      const fast = event.timeStamp - last < 80;
      last = event.timeStamp;
      if (/^[0-9Xx]$/.test(event.key)) { swipe = fast ? swipe + event.key : event.key; }
      else if (event.key === "Enter" && swipe.length >= 15) { event.preventDefault(); field.value = swipe.toUpperCase(); field.form.requestSubmit(); }
    });
    const params = new URLSearchParams(location.search);
    idle(+home.dataset.idle || 60, () => { location.href = `${home.dataset.home || location.pathname}${params.get("low") === "1" ? "?low=1" : ""}`; });
    if (!params.get("group") && !params.get("want") && !home.dataset.home) setInterval(() => { const typed = home.querySelector("[name=want]"); if (!document.hidden && !typed?.value && document.activeElement !== typed) location.reload(); }, 30000);
  }
  if (slip) {
    if (slip.dataset.printing === "asked") {
      addEventListener("afterprint", () => { setTimeout(() => slip.querySelector("[data-printed]")?.focus(), 50); });
      if (!navigator.webdriver) window.print();
    }
    if (slip.dataset.printing !== "failed") idle(20, () => slip.querySelector("[data-printed]")?.click());
  }
})();
