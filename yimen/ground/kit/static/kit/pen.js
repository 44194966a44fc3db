/* 一门 · 手写签名：在画布上写，提交时放进表单。没有脚本时，框不出现，改传纸质签名的照片。 */
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-signs]")) {
    const field = form.querySelector("[data-pad]");
    const sheet = field.querySelector("canvas");
    const kept = field.querySelector("input[name=drawn]");
    const pen = sheet.getContext("2d");
    let drawing = false;
    let written = false;
    field.hidden = false;
    pen.lineWidth = 7;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    pen.strokeStyle = "#111";

    const place = (event) => {
      const box = sheet.getBoundingClientRect();
      return [((event.clientX - box.left) * sheet.width) / box.width, ((event.clientY - box.top) * sheet.height) / box.height];
    };
    sheet.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      sheet.setPointerCapture(event.pointerId);
      drawing = true;
      pen.beginPath();
      pen.moveTo(...place(event));
    });
    sheet.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      for (const each of event.getCoalescedEvents ? event.getCoalescedEvents() : [event]) pen.lineTo(...place(each));
      pen.stroke();
      written = true;
    });
    for (const end of ["pointerup", "pointercancel"]) {
      sheet.addEventListener(end, () => {
        drawing = false;
      });
    }
    field.querySelector("[data-pad-clear]").addEventListener("click", () => {
      pen.clearRect(0, 0, sheet.width, sheet.height);
      written = false;
      kept.value = "";
    });
    form.addEventListener("submit", () => {
      kept.value = written ? sheet.toDataURL("image/png") : "";
    });
  }
})();
