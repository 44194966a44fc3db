"""`yimen verify-certificate`: is a certificate's file as it was sealed, and does the certificate still stand."""

from __future__ import annotations

from pathlib import Path

import click

from yimen.ground.kit.commands import Answer, command


@command("verify-certificate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_certificate(file: Path) -> Answer:
    """核验证照文件：PDF 或 OFD 有没有被改动，证照现在是否有效。"""
    from yimen.ground.kit.moments import day_of, now
    from yimen.service.certificates.selectors.checking import check_file

    found = check_file(file.read_bytes(), day_of(now()))
    lines = [found.headline, *(f"  {problem}" for problem in found.problems)]
    if found.identifier:
        lines.append(f"  标识 {found.identifier}")
    if found.seal and found.genuine:
        lines.append(f"  印章 {found.seal}，签名成立")
    if found.verdict is not None:
        row = found.verdict.certificate
        lines.append(
            f"  {row.type.name} {row.number}，{found.verdict.holder}，{row.issuer.name}，{found.verdict.headline}"
        )
    data = {
        "genuine": found.genuine, "valid": found.holds, "problems": list(found.problems), "identifier": found.identifier,
        "version": found.version, "state": found.verdict.state if found.verdict else "",
    }  # fmt: skip
    return Answer(plain="\n".join(lines), data=data, failed=not found.holds)
