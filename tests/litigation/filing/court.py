"""A court that answers: its own account on the local chain, calling FilingRegistry.answer. Not part of the program."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.chain_client import ChainClient
from evidence_service.adapters.contract_client import ContractClient
from evidence_service.adapters.instance_chain import InstanceChain
from evidence_service.settings import read_settings

ACCEPTED, IN_PART, RETURNED = 1, 2, 3
NAME = "泉州市丰泽区人民法院"


class AnsweringCourt:
    """One court beside one instance, with its own key and its own folder of reasons."""

    def __init__(self, home: Path, folder: Path, name: str = NAME) -> None:
        self.name = name
        self.details = folder / "details"
        self.details.mkdir(parents=True)
        self._instance = InstanceChain(read_settings(home, {}))
        self._account = ChainAccount.load_or_make(folder)
        self.address = self._account.address

    def answer(self, filing_id: str, decision: int, detail: dict[str, object] | None = None) -> str:
        """Answer a filing; the reasons are written beside, named by their digest. Returns the digest."""
        digest = self.write_detail(detail) if detail is not None else "00" * 32
        chain = self._instance.local
        chain.start()
        chain.fund(self.address)
        known = self._instance.deployment()
        assert known is not None
        client = ChainClient(chain.rpc_url, self._account, known.chain_id, 20)
        registry = ContractClient(client, "FilingRegistry", known.filing_registry)
        arguments = [bytes.fromhex(filing_id[2:]), decision, bytes.fromhex(digest)]
        client.finish(registry.prepare("answer", arguments, 200_000), "the court's answer")
        return digest

    def write_detail(self, detail: dict[str, object]) -> str:
        """Write a detail file; returns its digest."""
        raw = json.dumps(detail, ensure_ascii=False).encode()
        digest = sha256(raw).hexdigest()
        (self.details / f"{digest}.json").write_bytes(raw)
        return digest
