// 事项的申请表：按资料里的问题画出来，条件现算（与服务器同一套写法），读回答案。表格和附件等联网以后补。
"use strict";
const Questions = (() => {
  const empty = value => value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length);
  function holds(rule, answers) {
    if (!rule || !rule.length) return true;
    const [word, ...rest] = rule;
    if (word === "and") return rest.every(x => holds(x, answers));
    if (word === "or") return rest.some(x => holds(x, answers));
    if (word === "not") return rest.length === 1 && !holds(rest[0], answers);
    const value = answers[rest[0]], wanted = rest[1];
    if (word === "filled") return !empty(value);
    if (word === "empty") return empty(value);
    if (empty(value) || rest.length !== 2) return false;
    if (word === "has") return Array.isArray(value) && value.includes(String(wanted));
    if (word === "in") return Array.isArray(wanted) && wanted.map(String).includes(String(value));
    const same = String(value) === String(wanted) || (!isNaN(value) && !isNaN(wanted) && +value === +wanted);
    if (word === "==") return same;
    if (word === "!=") return !same;
    const [left, right] = !isNaN(value) && !isNaN(wanted) ? [+value, +wanted] : [String(value), String(wanted)];
    return { ">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right }[word] ?? false;
  }

  const make = (tag, more = {}, ...inside) => { const x = Object.assign(document.createElement(tag), more); x.append(...inside); return x; };
  const NUMBERS = ["integer", "decimal", "amount"];
  function control(each, id) {
    if (each.kind === "choice" || each.kind === "yes_no") {
      const options = each.kind === "yes_no" ? [["yes", "是"], ["no", "否"]] : each.choices || [];
      return make("select", { className: "input", id, name: each.key }, make("option", { value: "" }, "请选择"), ...options.map(([value, label]) => make("option", { value }, label)));
    }
    if (each.kind === "multi_choice") {
      return make("div", { className: "ticks", id }, ...(each.choices || []).map(([value, label]) => make("label", {}, make("input", { type: "checkbox", name: each.key, value }), " ", label)));
    }
    if (each.kind === "long_text") return make("textarea", { className: "input", id, name: each.key, rows: 2 });
    const box = make("input", { className: "input", id, name: each.key, type: each.kind === "date" ? "date" : "text", autocomplete: "off" });
    if (NUMBERS.includes(each.kind)) box.inputMode = "decimal";
    return box;
  }

  function draw(place, form, known) {
    place.replaceChildren();
    let later = false;
    for (const each of form) {
      if (each.later) { later ||= each.required; continue; }
      const id = `answer-${each.key}`, box = control(each, id);
      if (each.prefill && known[each.prefill] && "value" in box) box.value = known[each.prefill];
      const label = each.kind === "multi_choice" ? make("span", { className: "label", id: `${id}-label` }, each.label) : make("label", { htmlFor: id }, each.label);
      if (each.kind === "multi_choice") { box.setAttribute("role", "group"); box.setAttribute("aria-labelledby", `${id}-label`); }
      if (!each.required) label.append(make("span", { className: "quiet" }, "（可不填）"));
      const field = make("div", { className: "field" }, label);
      if (each.help) field.append(make("p", { className: "help" }, each.help));
      field.append(box);
      field.dataset.question = each.key;
      place.append(field);
    }
    if (later) place.append(make("p", { className: "quiet" }, "申请表里的表格和附件，恢复联网以后再补。"));
    show(place, form);
  }
  function answers(place, form) {
    const found = {};
    for (const each of form) {
      if (each.later || !holds(each.show_if, found)) continue;
      const boxes = [...place.querySelectorAll(`[name="${CSS.escape(each.key)}"]`)];
      const value = each.kind === "multi_choice" ? boxes.filter(x => x.checked).map(x => x.value) : (boxes[0]?.value ?? "").trim();
      if (!empty(value)) found[each.key] = value;
    }
    return found;
  }
  function show(place, form) {
    const said = answers(place, form);
    for (const each of form) {
      const field = place.querySelector(`[data-question="${CSS.escape(each.key)}"]`);
      if (field) field.hidden = !holds(each.show_if, said);
    }
  }
  // 没有答的必答题：可以先收，恢复以后补填。
  const missing = (place, form) => { const said = answers(place, form); return form.filter(x => x.required && !x.later && holds(x.show_if, said) && empty(said[x.key])); };
  return { draw, show, answers, missing, holds, make };
})();
