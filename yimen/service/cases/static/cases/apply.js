// 上传材料时看得见进度。没有它，选好文件按“上传”一样能交。
"use strict";
let sending = 0, then = null; // 正在传的个数；传完以后要按的按钮
const mb = bytes => (bytes / 1048576).toFixed(1);

document.addEventListener("change", event => {
  const box = event.target;
  if (!box.matches("input[type=file][data-uploads]") || !box.files.length || !box.checkValidity()) return;
  const form = box.form, sent = new FormData(form), request = new XMLHttpRequest(), files = [...box.files];
  sent.set("act", "upload");
  box.value = ""; // 已经装进要发的内容里，免得下一次提交又带上
  const where = document.createElement("div"), said = document.createElement("p"), bar = document.createElement("progress");
  const names = files.map(file => file.name).join("、");
  where.className = "uploading"; where.setAttribute("role", "status"); where.append(said, bar); box.closest(".files").append(where);
  bar.max = 100; bar.setAttribute("aria-label", `${names} 上传进度`);
  const tell = (done, all) => { said.textContent = `正在上传 ${names}　${mb(done)} / ${mb(all)} MB`; bar.value = all ? 100 * done / all : 0; };
  const fail = () => { sending--; then = null; where.remove(); box.setCustomValidity("没有传上去，可能是网络断了。请再选一次文件。"); box.reportValidity(); };
  tell(0, files.reduce((sum, file) => sum + file.size, 0));
  sending++;
  request.upload.addEventListener("progress", e => { if (e.lengthComputable) tell(e.loaded, e.total); });
  request.addEventListener("load", () => {
    sending--;
    const answer = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
    if (!answer || !answer.querySelector("#apply")) { location.assign(request.responseURL || location.href); return; }
    const at = box.closest("li")?.id, main = document.querySelector("main");
    const ticked = new Map([...main.querySelectorAll("#apply [type=checkbox]")].map(tick => [tick.value, tick.checked]));
    main.replaceChildren(...answer.childNodes);
    main.querySelectorAll("#apply [type=checkbox]").forEach(tick => { tick.checked = ticked.get(tick.value) ?? tick.checked; }); // 传的时候勾的，不能丢
    if (then && !sending) { const button = main.querySelector(`#apply [name="act"][value="${then}"]`); then = null; button?.click(); return; }
    (main.querySelector(".error-summary") || (at && document.getElementById(at)?.querySelector("input[type=file]")))?.focus();
  });
  request.addEventListener("error", fail); request.addEventListener("abort", fail);
  request.open("POST", form.action); request.send(sent);
});

// 还在传的时候按了“下一步”：等传完再走。
document.addEventListener("submit", event => {
  if (!sending) return;
  event.preventDefault();
  then = event.submitter?.value || null;
  event.submitter?.setAttribute("aria-busy", "true");
}, true);
document.addEventListener("input", event => { if (event.target.matches("[data-uploads]")) event.target.setCustomValidity(""); });
