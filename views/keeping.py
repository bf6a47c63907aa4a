"""The commands that keep a casebook: prove it, copy it, hand it on as one file, and make a project of that again."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path

import click

from geo.errors import CasebookError, NotAllowed

FAULTY = 1
"""Exit code where something does not hold."""
CASEBOOK = click.option(
    "--casebook", "where", required=True, envvar="DOORPLATE_DATABASE_URL", help="案卷文件或数据库地址。 Casebook file or database URL."
)


@click.command("fsck", help="核验案卷：文件、记录链、案件、发布结果和约束。 Prove a casebook: pages, chain, cases, runs, guards.")
@click.argument("where", required=False, envvar="DOORPLATE_DATABASE_URL")
@click.option("--quick", is_flag=True, help="不核对已发布结果 leave out the published runs")
def prove(where: str | None, quick: bool) -> None:
    """Every fault as one line in each language; exit code 1 where there is one."""
    from geo.casebook.fsck import fsck
    from views.cli import refusing

    if not where:
        raise click.UsageError("请给出案卷文件，或设置 DOORPLATE_DATABASE_URL。 Give a casebook, or set DOORPLATE_DATABASE_URL.")
    with refusing():
        faults = fsck(where, quick=quick)
    for fault in faults:
        click.echo(f"{fault.code:<18} {fault.where}\n    {fault.zh}\n    {fault.en}")
    click.echo(f"发现 {len(faults)} 处不符 / {len(faults)} faults" if faults else "全部相符 / everything holds")
    sys.exit(FAULTY if faults else 0)


@click.command("backup", help="备份案卷并核验；旧备份按 24 小时、30 天、12 月保留。 A proved copy; older ones thinned out.")
@CASEBOOK
@click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path), help="备份文件夹，最好在另一块磁盘 folder, best on another disk"
)
@click.option("--hourly", is_flag=True, help="每小时一次，直到中断 every hour until interrupted")
def copy(where: str, folder: Path, hourly: bool) -> None:
    """The path of every copy made."""
    from geo.casebook import open_casebook
    from geo.casebook.backup import EVERY_S, backup
    from views.cli import refusing

    with refusing(), open_casebook(_there(where), read_only="://" not in where) as book:
        while True:
            click.echo(str(backup(book, folder)))
            if not hourly:
                return
            time.sleep(EVERY_S)


@click.command("bundle", help="把案卷、结果和核验程序写成一个文件。 Casebook, result and verifier in one file.")
@CASEBOOK
@click.option("--result", type=click.Path(path_type=Path), help="核对结果文件夹；不给则不含 result folder, left out where not given")
@click.option("--by", required=True, help="账号，记入导出记录 account; that the bundle left is logged under it")
@click.argument("file", type=click.Path(path_type=Path))
def pack(where: str, result: Path | None, by: str, file: Path) -> None:
    """The path of the bundle, and the head it ends with.

    A bundle holds every case and, with a result, counts of persons: that it left is logged, and an account that may not export makes none.
    """
    from geo.casebook import open_casebook
    from geo.casebook.bundle import bundle
    from geo.casebook.verifier import hash_file
    from views.cli import refusing

    with refusing(), open_casebook(_there(where)) as book:
        if not book.may(by, "export", ""):
            raise NotAllowed(f"账号 {by} 无权导出。", f"{by} may not export.")
        made = bundle(book, result, file)
        try:
            book.log_export(by=by, kind="bundle", scope="*", rows_n=len(book.cases(present=None)), suppressed_n=0, sha256=hash_file(made))
        except CasebookError:  # what is not logged has not left
            made.unlink(missing_ok=True)
            raise
        click.echo(str(made))


@click.command("restore", help="由案卷包或备份建立新项目，绝不并入已有项目。 A new project of a bundle or copy, never a merge.")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--database", help="写入空的 PostgreSQL 数据库 fill an empty PostgreSQL database instead")
def unpack(file: Path, folder: Path | None, database: str | None) -> None:
    """The head the restored casebook ends with, to be compared with the one on paper."""
    from geo.casebook import open_casebook
    from geo.casebook.restore import restore, restore_database
    from geo.casebook.verifier import CASEBOOK as NAME
    from views.cli import refusing

    if (folder is None) == (database is None):
        raise click.UsageError("请给出新文件夹或 --database 之一。 Give a new folder or --database.")
    with refusing():
        if database is not None:
            restore_database(file, database)
            where: str | Path = database
        else:
            assert folder is not None  # noqa: S101
            where = restore(file, folder) / NAME
        with open_casebook(where) as book:
            head = book.head()
    click.echo(f"已恢复，末条 restored, head {head.seq}:{head.hash}")


@click.command("found", help="建立案卷和第一个管理员账号（多人使用时）。 Make a casebook and its first administrator, for several offices.")
@CASEBOOK
@click.argument("user_id")
@click.argument("display")
def found(where: str, user_id: str, display: str) -> None:
    """DISPLAY is an office or post, never a person's name; the administrator opens the other accounts on the page 设置."""
    from geo.casebook import open_casebook
    from views.cli import refusing

    with refusing(), open_casebook(where) as book:
        book.found(user_id, display)
    click.echo(f"已建立，管理员账号 {user_id} / founded, administrator {user_id}")


@click.command("deadline", help="设定一个村的办理期限；不给日期则取消。 Set the day a village is to be done by, or take it away.")
@CASEBOOK
@click.argument("village_code")
@click.argument("day", required=False, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--by", required=True, help="账号 account of civil affairs or police in that village")
@click.option("--reason", default="", help="依据 reason")
def deadline(where: str, village_code: str, day: datetime | None, by: str, reason: str) -> None:
    """Cases of the village that are not done by then are overdue, on the pages and in `cases`."""
    from geo.casebook import open_casebook
    from views.cli import refusing

    with refusing(), open_casebook(_there(where)) as book:
        book.set_deadline(village_code, day.date() if day else None, by=by, reason=reason)
    click.echo(f"{village_code} {day:%Y-%m-%d}" if day else f"{village_code} —")


def _there(where: str) -> str:
    if "://" not in where and not Path(where).is_file():
        name = Path(where).name
        raise CasebookError(f"没有案卷文件 {name}。", f"There is no casebook {name}.")
    return where


COMMANDS = (prove, copy, pack, unpack, found, deadline)
