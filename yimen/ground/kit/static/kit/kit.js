// 服务器做不了的小事：长者模式立即生效、列表键盘、对话框、防重复提交、离开前提醒。没有它，页面照常可用。
"use strict";
const root = document.documentElement;
root.toggleAttribute("data-js", true);
const all = (what, from = document) => [...from.querySelectorAll(what)];

// 长者模式：服务器按 cookie 渲染；这里只是不用等下一页。
const elder = on => {
  root.toggleAttribute("data-elder", on);
  const secure = location.protocol === "https:" ? ";secure" : "";
  document.cookie = `elder=${+on};path=/;max-age=31536000;samesite=lax${secure}`;
  all("[data-elder-switch]").forEach(link => {
    link.textContent = on ? "退出长者模式" : "长者模式";
    link.href = link.href.replace(/on=[01]/, `on=${+!on}`);
  });
};

const choose = row => {
  all("[data-rows] > tr[aria-selected]").forEach(r => r.removeAttribute("aria-selected"));
  row.setAttribute("aria-selected", "true");
  row.scrollIntoView({ block: "nearest" });
};
const chosen = () => document.querySelector('[data-rows] > tr[aria-selected="true"]');

const tally = table => {
  const boxes = all("[data-pick]", table), on = boxes.filter(b => b.checked).length;
  const head = table.querySelector("[data-pick-all]");
  if (head) { head.checked = on > 0 && on === boxes.length; head.indeterminate = on > 0 && on < boxes.length; }
  const bar = document.querySelector("[data-chosen-bar]");
  if (bar) { bar.hidden = on === 0; bar.querySelector("b").textContent = `已选 ${on} 项`; }
};

document.addEventListener("click", event => {
  const on = event.target.closest.bind(event.target);
  let hit;
  if ((hit = on("[data-elder-switch]"))) {
    event.preventDefault();
    fetch(hit.href, { redirect: "manual", keepalive: true }).catch(() => {}); // 登录的人，账号里也记下
    elder(!root.hasAttribute("data-elder"));
    return;
  }
  if ((hit = on("[data-opens]"))) {
    const dialog = document.getElementById(hit.dataset.opens);
    if (dialog) { event.preventDefault(); dialog.showModal(); }
    return;
  }
  if ((hit = on("[data-closes]"))) { const dialog = hit.closest("dialog"); if (dialog) { event.preventDefault(); dialog.close(); } return; }
  if (on("[data-print]")) { window.print(); return; }
  if (on("[data-back]") && history.length > 1) { event.preventDefault(); history.back(); return; }
  if ((hit = on("[data-shows]"))) {
    event.preventDefault();
    all("[data-shows]", hit.parentElement).forEach(tab => {
      tab.toggleAttribute("aria-current", tab === hit);
      if (tab === hit) tab.setAttribute("aria-current", "true");
      document.getElementById(tab.dataset.shows).hidden = tab !== hit;
    });
    return;
  }
  all("details.menu[open]").forEach(menu => { if (!menu.contains(event.target)) menu.open = false; });
});

// 对话框里选“先不”不算改动；一次提交只发一次。
let leaving = false;
// 退出登录：这台浏览器为断网留的页面都清掉；没有传回的日志是加密的，留着，登录以后才再打开（offline/page.js）。
const leaveNothing = () => {
  try { localStorage.setItem("yimen-signed-out", Date.now()); } catch { /* 存不了的浏览器也没有留东西 */ }
  globalThis.caches?.keys().then(names => names.filter(name => name.startsWith("yimen-")).forEach(name => caches.delete(name)));
};
document.addEventListener("submit", event => {
  const form = event.target;
  if (form.method === "dialog") return;
  if (form.getAttribute("action") === "/sign-out/") leaveNothing();
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method === "post" && !form.matches("[hx-post], [data-many]")) {
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button) button.setAttribute("aria-busy", "true");
  }
  leaving = true;
});
addEventListener("pageshow", () => {
  leaving = false;
  all("form[data-sent]").forEach(form => { delete form.dataset.sent; all("[aria-busy]", form).forEach(b => b.removeAttribute("aria-busy")); });
});
document.addEventListener("input", event => { const form = event.target.closest("form[data-guard]"); if (form) form.dataset.touched = "1"; });
addEventListener("beforeunload", event => { if (!leaving && document.querySelector("form[data-guard][data-touched]")) event.preventDefault(); });

document.addEventListener("change", event => {
  const box = event.target;
  if (box.matches("[data-submits]")) { box.form.requestSubmit(); return; }
  const table = box.closest("table");
  if (table && box.matches("[data-pick-all]")) all("[data-pick]", table).forEach(b => { b.checked = box.checked; });
  if (table && box.matches("[data-pick], [data-pick-all]")) tally(table);
  if (box.type === "file" && box.dataset.maxBytes) {
    const big = [...box.files].find(file => file.size > +box.dataset.maxBytes);
    box.setCustomValidity(big ? `“${big.name}”太大，最多 ${box.dataset.maxSaid}，请压缩后再选。` : "");
    if (big) box.reportValidity();
  }
});

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches("input, select, textarea, [contenteditable]") || document.querySelector("dialog[open]")) return;
  const rows = all("[data-rows] > tr"), at = rows.indexOf(chosen());
  const go = { j: at + 1, k: at - 1 }[event.key];
  if (go !== undefined && rows.length) { if (rows[go]) choose(rows[go]); event.preventDefault(); return; }
  if (event.key === "Enter" && at >= 0 && [document.body, document.getElementById("main")].includes(event.target)) { rows[at].querySelector("a.title, a")?.click(); return; }
  if (event.key === "/") { const box = document.querySelector("main [data-search]") || document.querySelector("[data-search]"); if (box) { event.preventDefault(); box.focus(); } return; }
  if (event.key === "?") { const help = document.getElementById("shortcuts"); if (help) { event.preventDefault(); help.showModal(); } return; }
  const key = CSS.escape(event.key.length === 1 ? event.key.toLowerCase() : event.key);
  const target = chosen()?.querySelector(`[data-row-key="${key}"]`) || document.querySelector(`[data-key="${key}"]`);
  if (target && !target.matches(':disabled, [aria-disabled="true"]')) { event.preventDefault(); target.matches("input, select, textarea") ? target.focus() : target.click(); }
});

const ready = () => {
  const list = document.querySelector("[data-shortcuts]"), said = new Set();
  if (list) all("[data-key], [data-row-key]").forEach(x => {
    const key = x.dataset.key || x.dataset.rowKey, what = x.dataset.keySays || x.getAttribute("aria-label") || x.firstChild?.textContent.trim() || x.textContent.trim();
    if (said.has(key)) return;
    said.add(key);
    const dt = document.createElement("dt"), kbd = document.createElement("kbd"), dd = document.createElement("dd");
    kbd.textContent = key.toUpperCase(); dd.textContent = what; dt.append(kbd); list.append(dt, dd);
  });
  document.querySelector("dialog[data-open]")?.showModal();
  document.querySelector(".error-summary")?.focus();
  const menu = document.querySelector(".sidenav"), here = menu?.querySelector('[aria-current="page"]');
  if (here) { // 菜单长过一屏时，当前项也要看得见
    const box = here.getBoundingClientRect(), frame = menu.getBoundingClientRect(), rail = here.closest(".rail");
    if (box.right > frame.right) menu.scrollLeft += box.left - frame.left - (frame.width - box.width) / 2;
    if (rail && box.bottom > innerHeight) rail.scrollTop += box.top - frame.top - (rail.clientHeight - box.height) / 2;
  }
  all("[data-part]").forEach(x => { x.indeterminate = true; });
  if (!chosen()) document.querySelector("[data-rows] > tr[data-first]")?.setAttribute("aria-selected", "true");
};
document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", ready) : ready();
