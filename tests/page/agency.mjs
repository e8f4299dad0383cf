// The letters of an agency as they might be on 24 November 2026: names in two languages, renewals, a gap, an overlap, a conflict,
// letters that nobody declares, and what a service should never say.

const PARTY = "杭州信使网络科技有限公司";
/// A Unified Social Credit Code with its check digit.
function code(index) {
  const digits = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  const body = `9133010${index % 10}MA2${String(10000 + index * 37).slice(-5)}X`.slice(0, 16).padEnd(17, "7");
  const sum = [...body].reduce((sum, digit, place) => sum + digits.indexOf(digit) * (3 ** place % 31), 0);
  return body + digits[(31 - (sum % 31)) % 31];
}

// name, authorizer, from, until, signatures, what is different about it
const LETTERS = [
  ["菜鸟网络授权书2024", "菜鸟网络科技有限公司", "2024-01-01", "2026-12-31", ["菜鸟网络", "菜鸟裹裹", "菜鸟驿站"]],
  ["菜鸟网络授权书2027", "菜鸟网络科技有限公司", "2027-01-01", "2029-12-31", ["菜鸟网络", "菜鸟裹裹", "菜鸟驿站"], { missing: true }],
  ["听雨茶业授权书", "苏州听雨茶业有限公司", "2025-03-01", "2027-02-28", ["听雨茶业", "听雨轩"], { declared: { until: "2028-02-28", signatures: ["听雨茶业", "听雨茶馆"] } }],
  ["NorthwindTradersLetter", "Northwind Traders (Shanghai) Co Ltd", "2025-06-01", "2027-01-15", ["Northwind", "北风贸易"]],
  ["蓝鲸出行授权委托书", "上海蓝鲸出行科技有限公司", "2024-12-10", "2026-12-09", ["蓝鲸出行", "蓝鲸打车"]],
  ["蓝鲸出行授权委托书二期", "上海蓝鲸出行科技有限公司", "2027-02-01", "2029-01-31", ["蓝鲸出行", "蓝鲸打车"], { missing: true }],
  ["中国联合健康医疗大数据科技股份有限公司关于短信签名使用的授权委托书二零二五年度续期版", "中国联合健康医疗大数据科技股份有限公司（华东区域运营中心）", "2025-01-01", "2027-12-31", ["联合健康", "健康大数据"]],
  ["ContosoHealthLetter2025", "Contoso Health Information Technology (Suzhou) Company Limited", "2025-05-20", "2028-05-19", ["ContosoCare", "康拓健康"]],
  ["江南银行授权书", "江南农村商业银行股份有限公司", "2026-01-01", "2028-12-31", ["江南银行", "江南e贷", "江南信用卡"]],
  ["江南银行信用卡授权书", "江南农村商业银行股份有限公司", "2026-06-01", "2027-05-31", ["江南信用卡"]],
  ["小满教育授权书", "北京小满教育科技有限公司", "2023-09-01", "2026-08-31", ["小满课堂", "小满阅读"]],
  ["小满教育授权书2026", "北京小满教育科技有限公司", "2026-09-01", "2029-08-31", ["小满课堂", "小满阅读", "小满编程"]],
  ["大象物流授权书", "广州大象物流集团有限公司", "2024-10-15", "2026-11-24", ["大象物流"]],
  ["FabrikamRetail", "Fabrikam Retail (China) Ltd", "2025-02-01", "2027-01-31", ["Fabrikam", "法布里"]],
  ["锦书传媒授权书", "成都锦书文化传媒有限公司", "2022-05-01", "2025-04-30", ["锦书传媒"]],
  ["半山咖啡授权书", "杭州半山咖啡有限公司", "2025-08-08", "2027-08-07", ["半山咖啡"], { state: "INT" }],
  ["南山牙科授权书", "深圳南山口腔门诊部", "2026-02-01", "2028-01-31", ["南山牙科", "南山口腔"]],
  ["云谷物业授权书", "云谷物业服务有限公司", "2025-11-01", "2027-10-31", ["云谷物业"], { state: "AUDITING" }],
  ["TailspinToysLetter", "Tailspin Toys Trading (Ningbo) Ltd", "2026-04-01", "2029-03-31", ["TailspinToys"], { missing: true }],
  ["青禾农场授权书", "山东青禾农场合作社", "2026-03-01", "2028-02-29", ["青禾农场"], { scan: true }],
  ["海棠酒店授权书", "三亚海棠湾酒店管理有限公司", "2025-12-01", "2026-12-20", ["海棠酒店"], { unmanaged: true }],
  ["旧城改造指挥部授权书", "旧城改造指挥部办公室", "2024-06-01", "2027-05-31", ["旧改办"], { unmanaged: true }],
  ["WideWorldImporters", "Wide World Importers (Tianjin) Co Ltd", "2023-01-01", "2025-12-31", ["WWImporters"], { unmanaged: true }],
  ["西岭雪泉授权书", "西岭雪泉饮品有限公司", "2026-07-01", "2027-06-30", ["西岭雪泉"]],
  ["百草堂授权书", "亳州百草堂药业有限公司", "2025-10-10", "2028-10-09", ["百草堂", "百草堂药业"]],
  ["晨光文具授权书", "晨光文具零售有限公司", "2026-05-05", "2029-05-04", ["晨光文具"]],
  ["渔家小馆授权书", "舟山渔家小馆餐饮有限公司", "2024-02-10", "2026-02-09", ["渔家小馆"]],
  ["万象电竞授权书", "万象电竞（重庆）有限公司", "2026-01-15", "2027-12-31", Array.from({ length: 100 }, (_, i) => `万象电竞${i + 1}店`)],
  ["ProsewareAnalytics", "Proseware Analytics Beijing Ltd", "2025-09-01", "2028-08-31", ["Proseware"]],
  ["石榴社区授权书", "石榴社区服务中心", "2026-08-01", "2028-07-31", ["石榴社区"]],
];

const fields = (index, [name, authorizer, from, until, signatures]) => ({
  name, authorizer, authorizedParty: PARTY, organizationCode: code(index), validity: `${from}~${until}`, signatures,
});

/// What is registered, as the emulator takes it in.
export const registered = LETTERS.flatMap((letter, index) => {
  const { missing, state = index % 7 ? "PASSED" : "INT" } = letter[5] ?? {};
  return missing ? [] : [{ ...sameCompany(letter), fileKey: "1/scan.png", state }];
});

/// What is declared: JSON is YAML.
export const declared = JSON.stringify({
  version: 1,
  letters: LETTERS.flatMap((letter) => {
    const { unmanaged, declared: other = {}, scan } = letter[5] ?? {};
    if (unmanaged) return [];
    const all = sameCompany(letter);
    const until = other.until ?? letter[3];
    const picture = scan ? { scan: "scan.png" } : { fileKey: "1/scan.png" };
    return [{ ...all, validity: `${letter[2]}~${until}`, signatures: other.signatures ?? all.signatures, ...picture }];
  }),
}, null, 1);

// Letters of one company have one code.
function sameCompany(letter) {
  const first = LETTERS.findIndex(([, authorizer]) => authorizer === letter[1]);
  return fields(first, letter);
}

const turned = "\u202e\u2066";
/// Values that would break out of a page, turn its text, or never end.
export const hostile = [
  { ...fields(1, ["</table><img src=x onerror=\"document.title='owned'\">", "<script>document.title='owned'</script>", "2026-01-01", "2027-01-20", [`菜${turned}鸟`, "a\u200bb", "c\u0007d", "'\"><svg onload=alert(1)>"]]) },
  { ...fields(2, ["长".repeat(5_000), "W".repeat(10_000), "2026-01-01", "2028-01-20", ["M".repeat(3_000)]]) },
].map((letter) => ({ ...letter, fileKey: "1/scan.png", state: `</script>${turned}` }));
