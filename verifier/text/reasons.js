/* What each reason code says: its state and its sentences (docs/spec/verify.md, Reason codes). */

export const NAMES = {
  1: { en: "Container and proof parse, versions known", zh: "容器与证明可解析，版本已知" },
  2: { en: "Files match their digests", zh: "文件与摘要一致" },
  3: { en: "Log entries in canonical form", zh: "日志条目为规范形式" },
  4: { en: "Disclosures open the commitments", zh: "披露内容与承诺一致" },
  5: { en: "Inclusion in the log", zh: "条目包含于日志" },
  6: { en: "Log signature by a pinned key", zh: "日志签名出自受信密钥" },
  7: { en: "Witness quorum", zh: "见证人达到法定数" },
  8: { en: "Anchor on the pinned chain", zh: "受信链上的锚定" },
  9: { en: "Times in order", zh: "时间先后合理" },
  10: { en: "Completeness of the loan's history", zh: "贷款记录的完整性" },
};

export const REASONS = {
  "not-reached": {
    state: "not_checked",
    en: "Could not be checked: what it needs could not be read.",
    zh: "未能核验：所需内容无法读取。",
  },
  "parsed": {
    state: "passed",
    en: "The container and {count} proof(s) parse; all versions are known.",
    zh: "容器及 {count} 份证明均可解析，版本均已知。",
  },
  "container-malformed": {
    state: "failed",
    en: "The container cannot be read: {detail}.",
    zh: "容器无法读取：{detail}。",
  },
  "container-unsafe": {
    state: "failed",
    en: "The container holds what no package holds: {detail}.",
    zh: "容器含有不应有的内容：{detail}。",
  },
  "container-too-large": {
    state: "failed",
    en: "The container exceeds the limits: {detail}.",
    zh: "容器超出限制：{detail}。",
  },
  "member-missing": {
    state: "failed",
    en: "A required member is missing: {member}.",
    zh: "缺少必需成员：{member}。",
  },
  "member-unknown": {
    state: "failed",
    en: "A member that this version does not know: {member}.",
    zh: "含有本版本不认识的成员：{member}。",
  },
  "package-malformed": {
    state: "failed",
    en: "{member} does not follow its format: {detail}.",
    zh: "{member} 不符合格式：{detail}。",
  },
  "version-unknown": {
    state: "failed",
    en: "{member} has a version that this verifier does not know.",
    zh: "{member} 的版本未知。",
  },
  "proof-malformed": {
    state: "failed",
    en: "{member} is not a proof of c2sp.org/tlog-proof@v1: {detail}.",
    zh: "{member} 不是 c2sp.org/tlog-proof@v1 证明：{detail}。",
  },
  "twin-malformed": {
    state: "failed",
    en: "The evidence embedded in the PDF does not follow its format: {detail}.",
    zh: "PDF 内嵌证据不符合格式：{detail}。",
  },
  "pdf-malformed": {
    state: "failed",
    en: "The PDF cannot be read: {detail}.",
    zh: "PDF 无法读取：{detail}。",
  },
  "pdf-no-evidence": {
    state: "failed",
    en: "The PDF holds no evidence.json, so there is nothing to verify in it.",
    zh: "PDF 中没有 evidence.json，无可核验内容。",
  },
  "digests-match": {
    state: "passed",
    en: "All {count} members match the manifest, which the pinned package key signed; {originals} original(s) match SHA-256, SM3 and size as disclosed.",
    zh: "全部 {count} 个成员与清单一致，清单由受信的封包密钥签名；{originals} 份原件与披露的 SHA-256、SM3 及大小一致。",
  },
  "digests-match-own-key": {
    state: "passed",
    en: "All {count} members match the manifest; its signature is by the key that the package itself names, which no trust file confirms. {originals} original(s) match SHA-256, SM3 and size as disclosed.",
    zh: "全部 {count} 个成员与清单一致；清单签名仅对应封包自带的密钥，未经信任文件确认。{originals} 份原件与披露的 SHA-256、SM3 及大小一致。",
  },
  "digest-mismatch": {
    state: "failed",
    en: "{member} is not the file that the manifest names: its SHA-256 differs.",
    zh: "{member} 与清单不符：SHA-256 不同。",
  },
  "member-unlisted": {
    state: "failed",
    en: "{member} is not in the manifest.",
    zh: "{member} 不在清单中。",
  },
  "member-absent": {
    state: "failed",
    en: "The manifest names {member}, but the package does not hold it.",
    zh: "清单列有 {member}，但封包中没有。",
  },
  "manifest-malformed": {
    state: "failed",
    en: "{member} does not follow its format.",
    zh: "{member} 不符合格式。",
  },
  "bag-info-mismatch": {
    state: "failed",
    en: "bag-info.txt does not say what data/package.json and the payload say.",
    zh: "bag-info.txt 与 data/package.json 及载荷不一致。",
  },
  "manifest-signature-invalid": {
    state: "failed",
    en: "The manifest bears no valid signature by the package key.",
    zh: "清单没有封包密钥的有效签名。",
  },
  "package-key-not-pinned": {
    state: "failed",
    en: "The package key is not the one that the trust file pins for this log.",
    zh: "封包密钥不是信任文件为该日志指定的密钥。",
  },
  "package-key-not-in-force": {
    state: "failed",
    en: "The package key was not in force when the package was sealed: see {date} in the trust file.",
    zh: "封装时该封包密钥不在有效期内：见信任文件所载 {date}。",
  },
  "package-key-time-unknown": {
    state: "not_checked",
    en: "The package key ended on {date}, and nothing in a package shows that it was sealed before that.",
    zh: "封包密钥已于 {date} 终止；封包内没有内容能证明其在此之前封装。",
  },
  "original-unbound": {
    state: "failed",
    en: "{member}: no disclosed attachment names this original with SHA-256, SM3 and size.",
    zh: "{member}：没有披露的附件以 SHA-256、SM3 及大小指明该原件。",
  },
  "original-mismatch": {
    state: "failed",
    en: "{member} differs from the disclosed attachment in {field}.",
    zh: "{member} 与披露的附件在 {field} 上不一致。",
  },
  "container-not-original": {
    state: "failed",
    en: "Container not original, contents intact: the ZIP was written anew or its frame was altered; every member matches the signed manifest.",
    zh: "容器非原件，内容完好：ZIP 被重新打包或其外框被改动；各成员与已签名清单一致。",
  },
  "pdf-pages-not-covered": {
    state: "not_checked",
    en: "The PDF's own pages are not covered by the evidence inside it: compare the PDF's SHA-256{sha256} with manifest-sha256.txt of its package.",
    zh: "PDF 页面本身不在内嵌证据的核验范围内：请将该 PDF 的 SHA-256{sha256} 与封包的 manifest-sha256.txt 比对。",
  },
  "files-erased": {
    state: "erased",
    en: "Whoever packaged them says that the content of {erased} log entry(ies) was erased, and their originals with it: nothing is here to compare with their digests. Nothing else that was compared differs.",
    zh: "据封装方陈述，{erased} 条日志条目的内容及其原件已删除，在此无可与摘要比对；其他已比对的内容均无不符。",
  },
  "no-files": {
    state: "not_checked",
    en: "A proof alone covers no files; verify the package to check them.",
    zh: "单独的证明不涉及文件；核验文件请使用封包。",
  },
  "leaves-canonical": {
    state: "passed",
    en: "{count} log entries are canonical and of known types.",
    zh: "{count} 条日志条目均为规范形式且类型已知。",
  },
  "entries-erased": {
    state: "erased",
    en: "All {count} log entries are canonical and of known types; the events behind {erased} of them are said to be erased, so their own canonical form is not shown.",
    zh: "全部 {count} 条日志条目均为规范形式且类型已知；其中 {erased} 条所对应的事件内容据称已删除，其规范形式未出示。",
  },
  "leaf-not-canonical": {
    state: "failed",
    en: "{member} is not canonical JSON (RFC 8785).",
    zh: "{member} 不是规范 JSON（RFC 8785）。",
  },
  "leaf-malformed": {
    state: "failed",
    en: "{member} is not a log entry of a known kind and type.",
    zh: "{member} 不是已知种类和类型的日志条目。",
  },
  "type-version-unknown": {
    state: "failed",
    en: "{member} has a version of its event type that is not known.",
    zh: "{member} 的事件类型版本未知。",
  },
  "disclosures-open": {
    state: "passed",
    en: "{count} disclosed field(s) open digests in their log entries; {facts} proven fact(s) equal them.",
    zh: "{count} 个披露字段与日志条目中的摘要相符；{facts} 项已证事实与之相等。",
  },
  "disclosures-erased": {
    state: "erased",
    en: "Whoever packaged them says that the content of {erased} of {count} log entries ({which}) was erased on {at} ({reason}), so that nobody can open their commitments any more; an entry subject.erased, logged later, says so too. The other {opened} disclosed field(s) open digests in their entries.",
    zh: "据封装方陈述，{count} 条日志条目中有 {erased} 条（{which}）的内容已于 {at} 删除（{reason}），其承诺不能再被打开；其后记入日志的 subject.erased 条目与此相符。其余 {opened} 个披露字段与日志条目中的摘要相符。",
  },
  "erasure-unsupported": {
    state: "not_checked",
    en: "Whoever packaged them calls the content of {count} log entry(ies) ({which}) erased, and no entry subject.erased of the same loan, logged later, is here that says so: it may as well have been left out.",
    zh: "据封装方称，{count} 条日志条目（{which}）的内容已删除，但此处没有同一贷款其后记入日志的 subject.erased 条目予以印证：该内容也可能只是未予出示。",
  },
  "disclosures-open-partly": {
    state: "passed",
    en: "{count} disclosed field(s) open digests in their log entries; {facts} proven fact(s) equal them. {hidden} further digest(s) of these entries are not opened: what they hold, even another value of a field disclosed here, is not shown.",
    zh: "{count} 个披露字段与日志条目中的摘要相符；{facts} 项已证事实与之相等。这些条目中另有 {hidden} 个摘要未打开：其内容（包括此处已披露字段的另一个值）未予出示。",
  },
  "nothing-disclosed": {
    state: "not_checked",
    en: "No field is disclosed, so there is nothing to open.",
    zh: "未披露任何字段，无可核验。",
  },
  "disclosure-malformed": {
    state: "failed",
    en: "A disclosure in {member} does not follow its format.",
    zh: "{member} 中有披露不符合格式。",
  },
  "disclosure-unmatched": {
    state: "failed",
    en: "A disclosed field in {member} opens no digest of its log entry: {field}.",
    zh: "{member} 中披露的字段与日志条目的摘要不符：{field}。",
  },
  "disclosure-repeated": {
    state: "failed",
    en: "{member} discloses a field twice: {field}.",
    zh: "{member} 重复披露同一字段：{field}。",
  },
  "metadata-mismatch": {
    state: "failed",
    en: "data/package.json and {member} disagree on {field}.",
    zh: "data/package.json 与 {member} 在 {field} 上不一致。",
  },
  "fact-unsupported": {
    state: "failed",
    en: "data/facts.json calls {field} proven, but no disclosed field of the named event shows it.",
    zh: "data/facts.json 称 {field} 已证，但所指事件未披露相应字段。",
  },
  "fact-mismatch": {
    state: "failed",
    en: "data/facts.json gives {field} another value than the disclosed field.",
    zh: "data/facts.json 中 {field} 的值与披露字段不同。",
  },
  "included": {
    state: "passed",
    en: "All {count} log entries lie in the log of size {size} under one checkpoint.",
    zh: "全部 {count} 条日志条目均包含于规模为 {size} 的日志，且属同一检查点。",
  },
  "inclusion-invalid": {
    state: "failed",
    en: "The inclusion proof of {member} does not lead to the root hash of the checkpoint.",
    zh: "{member} 的包含证明不能得出检查点的根哈希。",
  },
  "checkpoint-differs": {
    state: "failed",
    en: "{member} stands under another checkpoint than data/package.json.",
    zh: "{member} 与 data/package.json 的检查点不同。",
  },
  "tree-mismatch": {
    state: "failed",
    en: "data/package.json and its own checkpoint disagree on {field}.",
    zh: "data/package.json 与其自身检查点在 {field} 上不一致。",
  },
  "log-signature-valid": {
    state: "passed",
    en: "The checkpoint is signed by the log key pinned for {institution} (credit code {credit_code}).",
    zh: "检查点由信任文件为 {institution}（统一社会信用代码 {credit_code}）指定的日志密钥签名。",
  },
  "log-signature-valid-then": {
    state: "passed",
    en: "The checkpoint is signed by a log key pinned for {institution} (credit code {credit_code}). That key ended on {date}, but {name} shows that the checkpoint existed on {time}, before that.",
    zh: "检查点由信任文件为 {institution}（统一社会信用代码 {credit_code}）指定的日志密钥签名。该密钥已于 {date} 终止，但 {name} 证明该检查点于 {time} 即已存在，早于终止。",
  },
  "log-key-too-early": {
    state: "failed",
    en: "The log key was in force only from {date}, but the checkpoint existed on {time}.",
    zh: "该日志密钥自 {date} 起才有效，而检查点在 {time} 已存在。",
  },
  "log-key-too-late": {
    state: "failed",
    en: "The log key was in force until {date}; the earliest independent time of the checkpoint is {time} ({name}).",
    zh: "该日志密钥有效至 {date}；检查点最早的独立时间为 {time}（{name}）。",
  },
  "log-key-time-unknown": {
    state: "not_checked",
    en: "The log key was in force until {date}, and nobody independent shows that the checkpoint existed before that.",
    zh: "该日志密钥有效至 {date}；没有独立第三方证明检查点在此之前已存在。",
  },
  "log-key-revoked": {
    state: "failed",
    en: "The log key is revoked from {date} on; the earliest independent time of the checkpoint is {time} ({name}).",
    zh: "该日志密钥自 {date} 起已被吊销；检查点最早的独立时间为 {time}（{name}）。",
  },
  "log-key-revoked-time-unknown": {
    state: "not_checked",
    en: "The log key is revoked from {date} on, and nobody independent shows that the checkpoint existed before that.",
    zh: "该日志密钥自 {date} 起已被吊销；没有独立第三方证明检查点在此之前已存在。",
  },
  "second-signature-missing": {
    state: "failed",
    en: "The trust file pins a log key of a second algorithm for this time, and it did not sign the checkpoint.",
    zh: "信任文件为该时间另行指定了第二种算法的日志密钥，而检查点没有其签名。",
  },
  "second-signature-time-unknown": {
    state: "not_checked",
    en: "The log key of the second algorithm did not sign; whether it was in force then nobody independent shows.",
    zh: "没有第二种算法日志密钥的签名；当时该密钥是否已启用，没有独立第三方证明。",
  },
  "log-signature-invalid": {
    state: "failed",
    en: "The checkpoint bears no valid signature by the log key.",
    zh: "检查点没有日志密钥的有效签名。",
  },
  "log-not-pinned": {
    state: "failed",
    en: "The trust file pins no log with this origin.",
    zh: "信任文件没有登记该来源的日志。",
  },
  "log-key-not-pinned": {
    state: "failed",
    en: "The package names another log key than the trust file.",
    zh: "封包所列日志密钥与信任文件不同。",
  },
  "institution-mismatch": {
    state: "failed",
    en: "The institution is not the one that the trust file pins for this log.",
    zh: "机构与信任文件为该日志登记的机构不符。",
  },
  "credit-code-mismatch": {
    state: "failed",
    en: "The credit code is not the one that the trust file pins for this log.",
    zh: "统一社会信用代码与信任文件为该日志登记的不符。",
  },
  "credit-code-not-pinned": {
    state: "not_checked",
    en: "The log key is right, but the trust file knows no credit code for this institution.",
    zh: "日志密钥相符，但信任文件没有登记该机构的统一社会信用代码。",
  },
  "no-trust-file": {
    state: "not_checked",
    en: "Needs a trust file: keys inside a package come from a party and prove nothing alone.",
    zh: "需要信任文件：封包自带的密钥来自当事人一方，不能自证。",
  },
  "trust-expired": {
    state: "not_checked",
    en: "The trust file expired on {date}; ask its issuer for a new one.",
    zh: "信任文件已于 {date} 失效；请向签发者索取新的文件。",
  },
  "trust-not-yet-valid": {
    state: "not_checked",
    en: "The trust file is valid only from {date}.",
    zh: "信任文件自 {date} 起才有效。",
  },
  "witness-quorum": {
    state: "passed",
    en: "{cosigned} of {pinned} pinned witnesses cosigned this checkpoint ({wanted} wanted), the first at {first}, the quorum complete at {time}: {names}.",
    zh: "信任文件指定的 {pinned} 个见证人中有 {cosigned} 个联署了本检查点（须 {wanted} 个），最早为 {first}，于 {time} 达到法定数：{names}。",
  },
  "witness-quorum-missing": {
    state: "not_checked",
    en: "{cosigned} of {pinned} pinned witnesses cosigned this checkpoint; {wanted} are wanted.",
    zh: "信任文件指定的 {pinned} 个见证人中仅有 {cosigned} 个联署了本检查点；须 {wanted} 个。",
  },
  "no-witness-pinned": {
    state: "not_checked",
    en: "The trust file pins no witness, or wants none.",
    zh: "信任文件没有指定见证人，或不要求见证。",
  },
  "cosignature-invalid": {
    state: "failed",
    en: "A cosignature in the name of {name} does not hold for this checkpoint.",
    zh: "以 {name} 名义作出的联署对本检查点不成立。",
  },
  "anchored": {
    state: "passed",
    en: "The pinned contract on chain {chain_id} holds this size and root; anchored in block {block} at {time}, {depth} block(s) deep. Chain grade: {grade}. So the node says that was asked: this is as good as that node; a block hash that you read elsewhere (--block-hash) needs no trust in any.",
    zh: "链 {chain_id} 上的受信合约存有该规模与根哈希；锚定于区块 {block}（{time}），其后已有 {depth} 个区块。链的等级：{grade}。以上为所查询节点的答复，其可信程度取决于该节点；若给出您从别处读到的区块哈希（--block-hash），则无须信任任何节点。",
  },
  "anchored-self-run": {
    state: "passed",
    en: "The pinned contract on chain {chain_id} holds this size and root; anchored in block {block} at {time}, {depth} block(s) deep. The lender runs this chain alone, so its time is the lender's word; and so the node says that was asked: this is as good as that node.",
    zh: "链 {chain_id} 上的受信合约存有该规模与根哈希；锚定于区块 {block}（{time}），其后已有 {depth} 个区块。该链由贷款人单独运行，其时间仅为贷款人的陈述；以上为所查询节点的答复，其可信程度取决于该节点。",
  },
  "anchored-in-pinned-block": {
    state: "passed",
    en: "Block header and receipt prove that the pinned contract on chain {chain_id} took this size and root in block {block} at {time}; that block's hash is one that you trust. Chain grade: {grade}.",
    zh: "区块头与收据证明：链 {chain_id} 上的受信合约在区块 {block}（{time}）接受了该规模与根哈希；该区块的哈希为您所信任。链的等级：{grade}。",
  },
  "anchored-in-pinned-block-self-run": {
    state: "passed",
    en: "Block header and receipt prove that the pinned contract on chain {chain_id} took this size and root in block {block} at {time}; that block's hash is one that you trust. The lender runs this chain alone, so its time is the lender's word.",
    zh: "区块头与收据证明：链 {chain_id} 上的受信合约在区块 {block}（{time}）接受了该规模与根哈希；该区块的哈希为您所信任。该链由贷款人单独运行，其时间仅为贷款人的陈述。",
  },
  "anchor-unconfirmed": {
    state: "not_checked",
    en: "The enclosed block header and receipt are sound: they show this size and root in block {block} with hash {hash}. But nobody whom you trust has confirmed that this block is on the chain: ask a node, or give the hash that you read elsewhere (--rpc and --block-hash; on the offline page: step 3).",
    zh: "所附区块头与收据本身完好：其显示区块 {block}（哈希 {hash}）中有该规模与根哈希。但您所信任的任何一方均未确认该区块在链上：请查询节点，或给出您从别处读到的区块哈希（命令行：--rpc 与 --block-hash；离线核验页：第 3 步）。",
  },
  "anchor-proof-invalid": {
    state: "failed",
    en: "The enclosed block header and receipt do not prove an anchor: {detail}.",
    zh: "所附区块头与收据不能证明锚定：{detail}。",
  },
  "anchor-proof-other": {
    state: "failed",
    en: "The enclosed receipt shows another anchor than this checkpoint: {field}.",
    zh: "所附收据显示的锚定与该检查点不同：{field}。",
  },
  "block-hash-mismatch": {
    state: "failed",
    en: "The enclosed header of block {block} has hash {hash}; the block that you trust has another.",
    zh: "所附区块 {block} 的区块头哈希为 {hash}，与您所信任的区块不同。",
  },
  "offline": {
    state: "not_checked",
    en: "Not asked: the verifier ran offline.",
    zh: "未查询：核验以离线方式进行。",
  },
  "chain-unreachable": {
    state: "not_checked",
    en: "The chain's node gave no usable answer: {detail}.",
    zh: "链节点没有给出可用的答复：{detail}。",
  },
  "no-chain-pinned": {
    state: "not_checked",
    en: "The trust file pins no chain.",
    zh: "信任文件没有登记任何链。",
  },
  "log-id-not-pinned": {
    state: "not_checked",
    en: "The trust file does not pin this log's id on the contract, so a second registration could pose as it.",
    zh: "信任文件没有登记该日志在合约上的编号，另行登记者可能冒充。",
  },
  "not-anchored": {
    state: "not_checked",
    en: "This checkpoint claims no anchor, and the pinned contract holds none for its size.",
    zh: "该检查点未声称已锚定，受信合约中也没有该规模的锚定。",
  },
  "not-deep-enough": {
    state: "not_checked",
    en: "Anchored in block {block}, {depth} block(s) deep; the trust file asks for {wanted}. Ask later.",
    zh: "锚定于区块 {block}，其后仅有 {depth} 个区块；信任文件要求 {wanted} 个。请稍后再查。",
  },
  "chain-not-pinned": {
    state: "failed",
    en: "The package names a chain, contract or log id that the trust file does not pin: {field}.",
    zh: "封包所称的链、合约或日志编号未在信任文件中登记：{field}。",
  },
  "chain-id-mismatch": {
    state: "failed",
    en: "The node is on chain {chain_id}, not on the pinned one that is asked for; is it the right node?",
    zh: "该节点位于链 {chain_id}，与信任文件登记的不符；节点地址是否正确？",
  },
  "genesis-mismatch": {
    state: "failed",
    en: "The node's chain began with another block than the pinned one.",
    zh: "节点所在链的创世区块与登记的不同。",
  },
  "code-mismatch": {
    state: "failed",
    en: "The contract's code is not the pinned code.",
    zh: "合约代码与登记的不同。",
  },
  "log-id-mismatch": {
    state: "failed",
    en: "The log id does not follow from origin, log key, chain, contract and registrant.",
    zh: "日志编号与来源、日志密钥、链、合约及登记者不相符。",
  },
  "root-missing": {
    state: "failed",
    en: "The package claims an anchor, but the pinned contract holds none for size {size}.",
    zh: "封包声称已锚定，但受信合约中没有规模 {size} 的锚定。",
  },
  "root-mismatch": {
    state: "failed",
    en: "The pinned contract holds another root for size {size} than the signed checkpoint.",
    zh: "受信合约中规模 {size} 的根哈希与已签名检查点不同。",
  },
  "anchor-event-missing": {
    state: "failed",
    en: "The contract holds the root, but the chain shows no anchoring of size {size}.",
    zh: "合约存有该根哈希，但链上没有规模 {size} 的锚定事件。",
  },
  "in-time": {
    state: "passed",
    en: "Times are in order; the largest gap between an event and its capture is {days} d {clock}. When they were captured only the lender's own clock says.",
    zh: "时间先后合理；事件与其采集之间的最大间隔为 {days} 天 {clock}。采集时间仅由出借方自己的时钟说明。",
  },
  "late": {
    state: "passed",
    en: "Times are in order, but {count} event(s) were captured more than 24 hours after they are said to have happened; the largest gap is {days} d {clock}. Before its capture nothing shows that a record was unaltered. When they were captured only the lender's own clock says.",
    zh: "时间先后合理，但有 {count} 个事件在所称发生时间 24 小时之后才被采集；最大间隔为 {days} 天 {clock}。采集之前是否未被改动，无从证明。采集时间仅由出借方自己的时钟说明。",
  },
  "in-time-confirmed": {
    state: "passed",
    en: "Times are in order; the largest gap between an event and its capture is {days} d {clock}. {name} shows that all were logged by {time}: at most {logged_days} d {logged_clock} after capture.",
    zh: "时间先后合理；事件与其采集之间的最大间隔为 {days} 天 {clock}。{name} 表明全部事件至迟于 {time} 已记入日志：距采集最长 {logged_days} 天 {logged_clock}。",
  },
  "late-confirmed": {
    state: "passed",
    en: "Times are in order, but {count} event(s) were captured more than 24 hours after they are said to have happened; the largest gap is {days} d {clock}. Before its capture nothing shows that a record was unaltered. {name} shows that all were logged by {time}: at most {logged_days} d {logged_clock} after capture.",
    zh: "时间先后合理，但有 {count} 个事件在所称发生时间 24 小时之后才被采集；最大间隔为 {days} 天 {clock}。采集之前是否未被改动，无从证明。{name} 表明全部事件至迟于 {time} 已记入日志：距采集最长 {logged_days} 天 {logged_clock}。",
  },
  "occurred-after-capture": {
    state: "failed",
    en: "{member} says that the event happened after it was captured.",
    zh: "{member} 所称发生时间晚于采集时间。",
  },
  "captured-out-of-order": {
    state: "failed",
    en: "{member} was captured before an entry that precedes it in the log.",
    zh: "{member} 的采集时间早于日志中排在其前的条目。",
  },
  "captured-after-anchor": {
    state: "failed",
    en: "{member} says that it was captured after the chain anchored it.",
    zh: "{member} 所称采集时间晚于链上锚定时间。",
  },
  "captured-after-token": {
    state: "failed",
    en: "{member} says that it was captured after {name} stamped the checkpoint that holds it ({time}).",
    zh: "{member} 所称采集时间晚于 {name} 为包含它的检查点加盖时间戳的时间（{time}）。",
  },
  "captured-after-witness": {
    state: "failed",
    en: "{member} says that it was captured after the witness {name} saw the checkpoint that holds it ({time}).",
    zh: "{member} 所称采集时间晚于见证方 {name} 看到包含它的检查点的时间（{time}）。",
  },
  "token-of-another-checkpoint": {
    state: "failed",
    en: "Timestamp token {position} is about another text than the checkpoint.",
    zh: "第 {position} 个时间戳所对应的不是本检查点的文本。",
  },
  "token-invalid": {
    state: "failed",
    en: "Timestamp token {position} is not whole: {detail}.",
    zh: "第 {position} 个时间戳不完整：{detail}。",
  },
  "complete": {
    state: "passed",
    en: "By log size {size} exactly {count} entries of this loan were logged, and all are here; the pinned auditor {auditor} replayed the log and found the same map.",
    zh: "截至日志规模 {size}，该贷款恰有 {count} 条记录入日志，全部在此；受信审计方 {auditor} 重放日志后得出相同映射。",
  },
  "map-claimed": {
    state: "claimed",
    en: "Claimed, not audited: the lender's own map says that the loan has exactly the {count} entries that are here by log size {size}; no auditor that the reader pins confirmed it.",
    zh: "仅为声明，未经审计：出借人自己的映射称，截至日志规模 {size}，该贷款恰有在此的 {count} 条记录；没有读者所信任的审计方予以确认。",
  },
  "map-audit-other": {
    state: "claimed",
    en: "Claimed, not audited: the note of the pinned auditor {auditor} is about another log or another size; here the lender's own map says {count} entries by log size {size}.",
    zh: "仅为声明，未经审计：受信审计方 {auditor} 的意见针对其他日志或其他规模；此处仅有出借人自己的映射，称截至日志规模 {size} 有 {count} 条记录。",
  },
  "map-auditor-not-in-force": {
    state: "claimed",
    en: "Claimed, not audited: the key of the pinned auditor {auditor} is revoked or outside its time, and a note does not show its own age; the lender's own map says {count} entries by log size {size}.",
    zh: "仅为声明，未经审计：受信审计方 {auditor} 的密钥已撤销或不在有效期内，而意见本身不能证明其出具时间；出借人自己的映射称截至日志规模 {size} 有 {count} 条记录。",
  },
  "map-not-checked": {
    state: "not_checked",
    en: "Entries 0 to {last} of the loan are here without a hole and each names the one before it; that no later entry was left out is not shown, because no loan map lies beside them.",
    zh: "该贷款第 0 至 {last} 条记录齐备且逐条相连；因未附贷款映射，其后是否另有记录被遗漏，不能得知。",
  },
  "single-proof": {
    state: "not_checked",
    en: "One log entry says nothing about the others of its loan.",
    zh: "单条日志条目不能说明该贷款的其他记录。",
  },
  "sequence-gap": {
    state: "failed",
    en: "The loan's entries have a hole: entry {seq} is not here.",
    zh: "该贷款的记录有缺口：缺第 {seq} 条。",
  },
  "link-broken": {
    state: "failed",
    en: "{member} does not name the entry before it.",
    zh: "{member} 没有指向其前一条记录。",
  },
  "index-order": {
    state: "failed",
    en: "{member} stands in the log before an earlier entry of its loan.",
    zh: "{member} 在日志中的位置早于该贷款的前一条记录。",
  },
  "map-other-checkpoint": {
    state: "failed",
    en: "The loan map is that of another checkpoint than the entries'.",
    zh: "贷款映射所属的检查点与各条目的检查点不同。",
  },
  "map-not-last": {
    state: "failed",
    en: "The map entry is not the last entry of the checkpoint, so that it does not cover all others.",
    zh: "映射条目不是检查点的最后一条，未覆盖其他全部条目。",
  },
  "map-not-included": {
    state: "failed",
    en: "The map entry does not lead to the root hash of the checkpoint.",
    zh: "映射条目不能推出检查点的根哈希。",
  },
  "map-leaf-mismatch": {
    state: "failed",
    en: "The map entry says another {field} than the log.",
    zh: "映射条目所载的 {field} 与日志不符。",
  },
  "map-other-loan": {
    state: "failed",
    en: "The loan map's proof is about another loan.",
    zh: "贷款映射的证明针对另一笔贷款。",
  },
  "map-membership-invalid": {
    state: "failed",
    en: "The loan's proof does not lead to the root of the map.",
    zh: "该贷款的证明不能推出映射的根。",
  },
  "map-count-differs": {
    state: "failed",
    en: "The loan map says that the loan has {count} entries; {here} are here.",
    zh: "贷款映射称该贷款有 {count} 条记录，此处为 {here} 条。",
  },
  "map-last-differs": {
    state: "failed",
    en: "The loan map names another last entry of the loan than the one that is here.",
    zh: "贷款映射所载的该贷款最后一条记录与此处不同。",
  },
  "map-audit-invalid": {
    state: "failed",
    en: "A note bears the name and key ID of the pinned auditor {auditor}, but not his signature.",
    zh: "一份审计意见带有受信审计方 {auditor} 的名称与密钥标识，但签名不符。",
  },
  "map-audit-contradicts": {
    state: "failed",
    en: "The pinned auditor {auditor} found another root of the log or of its map at this size.",
    zh: "受信审计方 {auditor} 在该规模得出了不同的日志根或映射根。",
  },
};
