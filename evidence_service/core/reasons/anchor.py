"""Reason codes of check (8) the anchor on the pinned chain."""

from __future__ import annotations

from evidence_service.core.reasons.meaning import FAILED, NOT_CHECKED, PASSED, Meaning

REASONS: dict[str, Meaning] = {
    # (8)
    "anchored": Meaning(
        (8,),
        PASSED,
        "The pinned contract on chain {chain_id} holds this size and root; anchored in block {block} at {time}, "
        "{depth} block(s) deep. Chain grade: {grade}. So the node says that was asked: this is as good as that node; "
        "a block hash that you read elsewhere (--block-hash) needs no trust in any.",
        "链 {chain_id} 上的受信合约存有该规模与根哈希；锚定于区块 {block}（{time}），"
        "其后已有 {depth} 个区块。链的等级：{grade}。以上为所查询节点的答复，其可信程度取决于该节点；"
        "若给出您从别处读到的区块哈希（--block-hash），则无须信任任何节点。",
    ),
    "anchored-self-run": Meaning(
        (8,),
        PASSED,
        "The pinned contract on chain {chain_id} holds this size and root; anchored in block {block} at {time}, "
        "{depth} block(s) deep. The lender runs this chain alone, so its time is the lender's word; and so the node "
        "says that was asked: this is as good as that node.",
        "链 {chain_id} 上的受信合约存有该规模与根哈希；锚定于区块 {block}（{time}），其后已有 {depth} 个区块。"
        "该链由贷款人单独运行，其时间仅为贷款人的陈述；以上为所查询节点的答复，其可信程度取决于该节点。",
    ),
    "anchored-in-pinned-block": Meaning(
        (8,),
        PASSED,
        "Block header and receipt prove that the pinned contract on chain {chain_id} took this size and root in block "
        "{block} at {time}; that block's hash is one that you trust. Chain grade: {grade}.",
        "区块头与收据证明：链 {chain_id} 上的受信合约在区块 {block}（{time}）接受了该规模与根哈希；"
        "该区块的哈希为您所信任。链的等级：{grade}。",
    ),
    "anchored-in-pinned-block-self-run": Meaning(
        (8,),
        PASSED,
        "Block header and receipt prove that the pinned contract on chain {chain_id} took this size and root in block "
        "{block} at {time}; that block's hash is one that you trust. The lender runs this chain alone, so its time is "
        "the lender's word.",
        "区块头与收据证明：链 {chain_id} 上的受信合约在区块 {block}（{time}）接受了该规模与根哈希；"
        "该区块的哈希为您所信任。该链由贷款人单独运行，其时间仅为贷款人的陈述。",
    ),
    "anchor-unconfirmed": Meaning(
        (8,),
        NOT_CHECKED,
        "The enclosed block header and receipt are sound: they show this size and root in block {block} with hash "
        "{hash}. But nobody whom you trust has confirmed that this block is on the chain: ask a node, or give the "
        "hash that you read elsewhere (--rpc and --block-hash; on the offline page: step 3).",
        "所附区块头与收据本身完好：其显示区块 {block}（哈希 {hash}）中有该规模与根哈希。"
        "但您所信任的任何一方均未确认该区块在链上：请查询节点，或给出您从别处读到的区块哈希"
        "（命令行：--rpc 与 --block-hash；离线核验页：第 3 步）。",
    ),
    "anchor-proof-invalid": Meaning(
        (8,),
        FAILED,
        "The enclosed block header and receipt do not prove an anchor: {detail}.",
        "所附区块头与收据不能证明锚定：{detail}。",
    ),
    "anchor-proof-other": Meaning(
        (8,),
        FAILED,
        "The enclosed receipt shows another anchor than this checkpoint: {field}.",
        "所附收据显示的锚定与该检查点不同：{field}。",
    ),
    "block-hash-mismatch": Meaning(
        (8,),
        FAILED,
        "The enclosed header of block {block} has hash {hash}; the block that you trust has another.",
        "所附区块 {block} 的区块头哈希为 {hash}，与您所信任的区块不同。",
    ),
    "offline": Meaning((8,), NOT_CHECKED, "Not asked: the verifier ran offline.", "未查询：核验以离线方式进行。"),
    "chain-unreachable": Meaning(
        (8,), NOT_CHECKED, "The chain's node gave no usable answer: {detail}.", "链节点没有给出可用的答复：{detail}。"
    ),
    "no-chain-pinned": Meaning((8,), NOT_CHECKED, "The trust file pins no chain.", "信任文件没有登记任何链。"),
    "log-id-not-pinned": Meaning(
        (8,),
        NOT_CHECKED,
        "The trust file does not pin this log's id on the contract, so a second registration could pose as it.",
        "信任文件没有登记该日志在合约上的编号，另行登记者可能冒充。",
    ),
    "not-anchored": Meaning(
        (8,),
        NOT_CHECKED,
        "This checkpoint claims no anchor, and the pinned contract holds none for its size.",
        "该检查点未声称已锚定，受信合约中也没有该规模的锚定。",
    ),
    "not-deep-enough": Meaning(
        (8,),
        NOT_CHECKED,
        "Anchored in block {block}, {depth} block(s) deep; the trust file asks for {wanted}. Ask later.",
        "锚定于区块 {block}，其后仅有 {depth} 个区块；信任文件要求 {wanted} 个。请稍后再查。",
    ),
    "chain-not-pinned": Meaning(
        (8,),
        FAILED,
        "The package names a chain, contract or log id that the trust file does not pin: {field}.",
        "封包所称的链、合约或日志编号未在信任文件中登记：{field}。",
    ),
    "chain-id-mismatch": Meaning(
        (8,),
        FAILED,
        "The node is on chain {chain_id}, not on the pinned one that is asked for; is it the right node?",
        "该节点位于链 {chain_id}，与信任文件登记的不符；节点地址是否正确？",
    ),
    "genesis-mismatch": Meaning(
        (8,),
        FAILED,
        "The node's chain began with another block than the pinned one.",
        "节点所在链的创世区块与登记的不同。",
    ),
    "code-mismatch": Meaning((8,), FAILED, "The contract's code is not the pinned code.", "合约代码与登记的不同。"),
    "log-id-mismatch": Meaning(
        (8,),
        FAILED,
        "The log id does not follow from origin, log key, chain, contract and registrant.",
        "日志编号与来源、日志密钥、链、合约及登记者不相符。",
    ),
    "root-missing": Meaning(
        (8,),
        FAILED,
        "The package claims an anchor, but the pinned contract holds none for size {size}.",
        "封包声称已锚定，但受信合约中没有规模 {size} 的锚定。",
    ),
    "root-mismatch": Meaning(
        (8,),
        FAILED,
        "The pinned contract holds another root for size {size} than the signed checkpoint.",
        "受信合约中规模 {size} 的根哈希与已签名检查点不同。",
    ),
    "anchor-event-missing": Meaning(
        (8,),
        FAILED,
        "The contract holds the root, but the chain shows no anchoring of size {size}.",
        "合约存有该根哈希，但链上没有规模 {size} 的锚定事件。",
    ),
}
