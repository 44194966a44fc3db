// 证件号码的本机核对：居民身份证（GB 11643）、统一社会信用代码（GB 32100）；其他证件只看长短。服务器还要再核一遍。
"use strict";
const Documents = (() => {
  const plain = text => text.normalize("NFKC").toUpperCase().replace(/\s+/g, "");
  const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY", CREDIT_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

  function resident(text) {
    if (!/^\d{17}[\dX]$/.test(text)) return "居民身份证号码是 18 位，前 17 位为数字，末位为数字或 X。";
    const sum = WEIGHTS.reduce((total, weight, at) => total + weight * +text[at], 0);
    if ("10X98765432"[sum % 11] !== text[17]) return "身份证号码的校验位不对，请对照原件逐位核对。";
    const born = new Date(`${text.slice(6, 10)}-${text.slice(10, 12)}-${text.slice(12, 14)}T00:00:00`);
    const whole = !Number.isNaN(+born) && born.getDate() === +text.slice(12, 14) && born < new Date();
    return whole && +text.slice(6, 10) >= 1850 ? "" : "身份证号码里的出生日期不对。";
  }

  function credit(text) {
    if (!/^[0-9A-HJ-NPQRTUWXY]{18}$/.test(text)) return "统一社会信用代码是 18 位数字和大写字母，没有 I、O、S、V、Z。";
    const sum = CREDIT_WEIGHTS.reduce((total, weight, at) => total + weight * CREDIT.indexOf(text[at]), 0);
    return CREDIT[(31 - (sum % 31)) % 31] === text[17] ? "" : "统一社会信用代码的校验位不对，请对照执照逐位核对。";
  }

  // 错在哪里；没有错是空的。
  function wrong(kind, number) {
    const text = plain(number);
    if (!text) return "请填写证件号码。";
    if (kind === "resident") return resident(text);
    if (kind === "credit") return credit(text);
    return text.length >= 4 && text.length <= 40 ? "" : "证件号码由 4 到 40 位字母、数字组成。";
  }

  const wrongPhone = number => {
    const text = plain(number);
    return !text || /^(\+?86-?)?1[3-9]\d{9}$/.test(text) || /^(0\d{2,3}-?\d{7,8}(-\d{1,6})?|[2-9]\d{6,7})$/.test(text) ? "" : "电话号码不对，请填 11 位手机号码，或带区号的座机。";
  };
  const masked = number => number.length < 8 ? number : number.slice(0, 4) + "*".repeat(number.length - 8) + number.slice(-4);
  return { plain, wrong, wrongPhone, masked };
})();
