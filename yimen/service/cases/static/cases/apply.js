// 上传材料时看得见进度。没有它，选好文件按“上传”一样能交。
"use strict";
document.addEventListener("change", event => {
  const box = event.target;
  if (!box.matches("input[type=file][data-uploads]") || !box.files.length || !box.checkValidity()) return;
  const form = box.form, sent = new FormData(form), request = new XMLHttpRequest();
  sent.set("act", "upload");
  const where = document.createElement("div"), said = document.createElement("p"), bar = document.createElement("progress");
  where.className = "uploading"; where.setAttribute("role", "status"); bar.max = 100; where.append(said, bar); box.closest(".files").append(where);
  const mb = bytes => (bytes / 1048576).toFixed(1), names = [...box.files].map(file => file.name).join("、");
  bar.setAttribute("aria-label", `${names} 上传进度`);
  const tell = (done, all) => { said.textContent = `正在上传 ${names}　${mb(done)} / ${mb(all)} MB`; bar.value = all ? 100 * done / all : 0; };
  const fail = () => { where.remove(); box.value = ""; box.setCustomValidity("没有传上去，可能是网络断了。请再选一次文件。"); box.reportValidity(); };
  tell(0, [...box.files].reduce((sum, file) => sum + file.size, 0));
  request.upload.addEventListener("progress", e => { if (e.lengthComputable) tell(e.loaded, e.total); });
  request.addEventListener("load", () => {
    const answer = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
    if (!answer || !answer.querySelector("#apply")) { location.assign(request.responseURL || location.href); return; }
    const at = box.closest("li")?.id, main = document.querySelector("main");
    main.replaceChildren(...answer.childNodes);
    (main.querySelector(".error-summary") || (at && document.getElementById(at)?.querySelector("input[type=file]")))?.focus();
  });
  request.addEventListener("error", fail); request.addEventListener("abort", fail);
  request.open("POST", form.action); request.send(sent);
});
document.addEventListener("input", event => { if (event.target.matches("[data-uploads]")) event.target.setCustomValidity(""); });
