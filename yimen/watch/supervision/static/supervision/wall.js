// 大屏：走时钟，可以全屏。没有它，大屏照常更新。
"use strict";
(() => {
  const time = document.querySelector("[data-wall-clock]"), full = document.querySelector("[data-fullscreen]");
  const tick = () => {
    const now = new Date(), said = now.toLocaleTimeString("zh-CN", { hour12: false, hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
    if (time && time.textContent !== said) time.textContent = said;
    setTimeout(tick, 1000 * (60 - now.getSeconds()) + 50);
  };
  setTimeout(tick, 1000 * (60 - new Date().getSeconds()) + 50);
  if (full && document.documentElement.requestFullscreen) {
    full.hidden = false;
    full.addEventListener("click", () => { document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen(); });
  }
})();
