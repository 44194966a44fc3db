
// --- The page

const $ = (id) => document.getElementById(id);
const shown = (micro) => {
  const at = new Date(Number(BigInt(micro) / 1000n) + 8 * 3600000).toISOString();
  return `${at.slice(0, 10)} ${at.slice(11, 19)}`;
};
const make = (name, said, kind) => {
  const made = document.createElement(name);
  if (said !== undefined) made.textContent = said;
  if (kind) made.className = kind;
  return made;
};
let loaded = null;

const VERDICTS = {
  sound: ["核对通过", "每一步都与公布的摘要一致，没有被改动、删除、插入或倒签。"],
  open: ["已公布的部分核对通过", ""],
  broken: ["核对不通过", "这份历史与链值、公布的摘要或者您手里的凭证对不上。请保存本文件，向监督部门反映。"],
};

function show() {
  const out = $("result");
  out.replaceChildren();
  if (loaded === null) return;
  let found;
  try { found = verify(loaded, $("slip").value, $("key").value); } catch (fault) {
    found = { verdict: "broken", faults: [{ where: "文件", says: "文件的内容不完整，无法核对。" }], steps: [], digests: [], open: 0, told: {} };
  }
  const [head, says] = VERDICTS[found.verdict];
  const box = make("section", undefined, `verdict ${found.verdict}`);
  box.setAttribute("role", "status");
  box.append(make("h2", head), make("p", found.verdict === "open"
    ? `最后 ${found.open} 步还没有公布，只核对了前后相接；明天零点以后重新下载，可以核对到底。` : says));
  if (found.verdict !== "broken") {
    const missing = [];
    if (found.told.slip !== "fits") missing.push("核对码");
    if (found.told.key !== "fits") missing.push("公布密钥");
    if (missing.length) box.append(make("p", `没有填写凭证上的${missing.join("和")}：填上才能证明这就是出具凭证时的那份历史。`));
    if (found.synthetic) box.append(make("p", "这是演示账本，里面的人和事都是编的。"));
  }
  if (found.faults.length) {
    const list = make("ul");
    found.faults.forEach((fault) => list.append(make("li", `${fault.where}：${fault.says}`)));
    box.append(list);
  }
  out.append(box);
  if (found.steps.length) {
    out.append(make("h2", `${loaded.title || ""}`), make("p", `办件编号 ${loaded.code || ""}`, "code"));
    const list = make("ol", undefined, "steps");
    found.steps.forEach((step) => {
      const bad = found.faults.some((fault) => fault.where === `第 ${step.seq} 步`);
      const row = make("li", undefined, bad ? "bad" : step.digest === null ? "waiting" : "good");
      row.append(make("b", `${step.seq}　${step.label || ""}`));
      if (step.fields) {
        const said = step.fields;
        row.append(make("span", `发生 ${shown(said.happened)}　记录 ${shown(said.recorded)}　${said.name}${said.post ? `（${said.post}）` : ""}`));
        const state = (loaded.states || {})[said.to];
        if (said.from !== said.to && state) row.append(make("span", `状态变为：${state}`));
      } else row.append(make("span", "内部审议的内容不公开；它的链值已经固定，改动会被发现。"));
      row.append(make("span", step.digest === null ? "尚未公布" : `已由第 ${step.digest} 号摘要公布`));
      list.append(row);
    });
    out.append(list);
  }
  if (found.digests.length) {
    out.append(make("h2", "用到的公开摘要"));
    const list = make("ul", undefined, "digests");
    found.digests.forEach((digest) => {
      const row = make("li");
      row.append(make("b", `第 ${digest.number} 号　截至 ${digest.day}`), make("span", `摘要文本的 SHA-256：${digest.hash}`, "code"));
      list.append(row);
    });
    out.append(list, make("p", "想再稳妥一些：从别处（存档单位、别人手机上）查同一号摘要，比一比这串字符。"));
  }
}

async function take(file) {
  $("name").textContent = file ? file.name : "";
  if (!file) { loaded = null; show(); return; }
  try { loaded = JSON.parse(await file.text()) ?? {}; } catch { loaded = {}; }
  show();
}

$("file").addEventListener("click", (event) => { event.target.value = ""; }); // the same file again, after it was mended
$("file").addEventListener("change", (event) => take(event.target.files[0]));
["slip", "key"].forEach((id) => $(id).addEventListener("input", show));
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files[0]); });
