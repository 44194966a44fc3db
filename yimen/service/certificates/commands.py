"""`yimen verify-certificate`: is a certificate's file as it was sealed, and does the certificate still stand.
`yimen issue-certificates`: make all that wait of a type.
"""

from __future__ import annotations

import sys
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


@command("issue-certificates")
@click.argument("code")
@click.option("--limit", default=0, type=click.IntRange(0, 1_000_000), help="最多制几张；不写是全部。")
def issue_certificates(code: str, limit: int) -> Answer:
    """批量制证：CODE 是证照类型代码。把这一类待制证的全部制好，连同 PDF 和 OFD；断了再运行，接着做。"""
    from yimen.ground.kit.moments import now
    from yimen.ground.kit.refusals import NotFound
    from yimen.service.certificates.models import Certificate, CertificateType
    from yimen.service.certificates.services.batch import Batch, issue_waiting

    kind = CertificateType.objects.filter(code=code[:21].upper(), ended_at__isnull=True).first()
    if kind is None:
        raise NotFound("没有这个在用的证照类型。", next_step="代码见“证照类型”页，例如 11519911MB0000001X001。")

    def say(done: Batch) -> None:
        if sys.stderr.isatty() and (done.issued + done.drawn) % 20 == 0:
            click.echo(f"\r制证 {done.issued} 张，生成文件 {done.drawn} 个", nl=False, err=True)

    done = issue_waiting(kind, clock=now, limit=limit, say=say)
    waiting = Certificate.objects.filter(type=kind, state="draft").count()
    lines = [f"{kind.name}：制证 {done.issued} 张，生成文件 {done.drawn} 个，还有 {waiting} 张待制证。"]
    lines += [f"  没有制成：{name}，{why}" for name, why in done.failed]
    data = {
        "issued": done.issued,
        "files": done.drawn,
        "waiting": waiting,
        "failed": [list(each) for each in done.failed],
    }
    return Answer(plain="\n".join(lines), data=data, failed=bool(done.failed))
