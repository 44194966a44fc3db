// 断网办件的服务线程：只留断网页和它的样式、脚本；别的网址一概不碰。
"use strict";
const NAME = "yimen-offline-" + {{ version|safe }}, SHELL = {{ shell|safe }}, FILES = {{ files|safe }}, PATIENCE = 4000;

self.addEventListener("install", event => {
  event.waitUntil((async () => {
    const kept = await caches.open(NAME);
    await kept.addAll(FILES.map(url => new Request(url, { cache: "reload" })));
    await keepShell(await fetch(SHELL, { credentials: "same-origin", cache: "reload" }));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", event => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("yimen-offline-") && name !== NAME) await caches.delete(name);
    await self.clients.claim();
  })());
});

// 只收本页：被转到登录页的、出错的都不留。
async function keepShell(answer) {
  if (!answer.ok || answer.redirected || new URL(answer.url).pathname !== SHELL) return;
  await (await caches.open(NAME)).put(SHELL, answer.clone());
}

async function shell(request) {
  const kept = await (await caches.open(NAME)).match(SHELL);
  const stop = new AbortController(), patience = setTimeout(() => stop.abort(), kept ? PATIENCE : 60000);
  try {
    const answer = await fetch(request.url, { credentials: "same-origin", redirect: "manual", signal: stop.signal });
    if (kept && answer.status >= 502 && answer.status <= 504) return kept;
    if (answer.ok) await keepShell(answer);
    return answer;
  } catch (lost) {
    if (kept) return kept;
    throw lost;
  } finally { clearTimeout(patience); }
}

self.addEventListener("fetch", event => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === SHELL) event.respondWith(shell(event.request));
  else if (FILES.includes(url.pathname)) {
    event.respondWith((async () => (await (await caches.open(NAME)).match(url.pathname)) || fetch(event.request))());
  }
});
