"""`yimen simulate-messages`: a gateway that misbehaves on purpose, for trials and drills."""

from __future__ import annotations

import click

from yimen.ground.kit.commands import Answer, command


@command("simulate-messages", needs_database=False)
@click.option("--port", type=click.IntRange(1, 65535), default=8025, help="本机端口。")
@click.option("--receipts-to", default="http://127.0.0.1:8000/notices/receipts/sms/", help="回执送到哪里。")
@click.option("--key", default="yimen", help="账号。")
@click.option("--secret", default="simulator-secret", help="密钥。")
def simulator(port: int, receipts_to: str, key: str, secret: str) -> Answer:
    """启动短信和推送网关的模拟器；按号码末四位故意出错（见 docs/howto/messages.md）。Ctrl+C 停止。"""
    from yimen.ground.notices.simulator import Simulator, serve

    server = serve(Simulator(key=key, secret=secret, receipts_to=receipts_to), port)
    click.echo(f"模拟网关：http://{key}:{secret}@127.0.0.1:{server.server_port}", err=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return Answer("已停止。", {"stopped": True})
