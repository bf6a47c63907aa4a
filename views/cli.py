"""The command line: the same few functions the app and a notebook use."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from geo.errors import DoorplateError
from views.keeping import COMMANDS

REFUSED = 2
"""Exit code where the input was refused; 0 where the command ran."""


@click.group(help="楼、牌、址核对：让建筑物、门楼牌和登记地址一致。\n\nMake buildings, door plates and register addresses agree.")
@click.version_option(package_name="doorplate")
def main() -> None:
    """Commands of doorplate."""
    # nothing here multiplies matrices: threads of OpenBLAS would only wait, and wait busily
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@main.result_callback()
def leave(_result: object) -> None:
    """Leave at once: the interpreter would look through all it has read for cycles first, a quarter of a second after every command."""
    gc.freeze()


@main.command(help="核对一个项目文件夹，写出全部结果。 Verify a project folder and write all results.")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="结果文件夹。 Folder for the results.")
@click.option("--as-of", help="“今天”是哪一天（YYYY-MM-DD）。 The day the rules mean by today.")
def verify(project: Path, out: Path, as_of: str | None) -> None:
    """Read, verify, write; a progress bar on a terminal, plain lines in a log."""
    from views.verify import uncollected, verify_project

    with uncollected():  # reading the code makes as many objects as reading a town
        from geo.pipeline import STEP_NAMES, STEPS

        with refusing(), steps(("read", "standardise", *STEPS, "write"), STEP_NAMES) as step:
            verification = verify_project(project, out, as_of=as_of, on_step=step)
    counts = verification.run["codes"]
    click.echo(f"完成：{sum(counts.values())} 个问题，{len(counts)} 类；结果在 {out}")
    click.echo(f"done: {sum(counts.values())} findings of {len(counts)} kinds; results in {out}")


@main.command(help="只读取并报告，不核对。 Read and report without verifying.")
@click.argument("project", type=click.Path(path_type=Path))
def check(project: Path) -> None:
    """What each file was understood to be, what was refused and what was repaired."""
    from geo.profile import load_profile
    from geo.read import read
    from geo.standardise import standardise

    with refusing():
        raw = read(project)
        profile = load_profile(raw.settings.profile, thresholds=raw.settings.thresholds, base=project)
        inputs = standardise(raw, profile=profile)
    for row in inputs.sources.to_dict("records"):
        click.echo(
            f"{row['table']:<20} {row['file']}  {row['format']} {row['encoding'] or ''}  "
            f"读 read {row['rows_read']}  留 kept {row['kept']}  退 quarantined {row['quarantined']}"
        )
    click.echo(f"坐标系 CRS {inputs.crs}   基准日 as of {inputs.as_of.date()}")
    for row in inputs.layers.to_dict("records"):
        click.echo(f"{row['table']:<20} {row['declared_crs']} -> {row['hypothesis']}  dx {row['dx_m']} m  dy {row['dy_m']} m  z {row['z']}")
    for title, frame, by in (("退回 quarantined", inputs.quarantine, "code"), ("修正 repaired", inputs.repairs, "why")):
        click.echo(f"{title}: {len(frame)}")
        for name, n in frame.groupby(["table", by]).size().items():
            click.echo(f"  {' '.join(str(part) for part in (name if isinstance(name, tuple) else (name,)))}: {n}")


@main.command(help="生成一个样例镇。 Make a sample town.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--buildings", default=800, show_default=True, type=click.IntRange(min=50), help="建筑数 number of buildings")
@click.option("--seed", default=1, show_default=True, help="随机种子 seed")
@click.option("--noise", default="town", show_default=True, type=click.Choice(["easy", "town", "hard"]), help="数据质量 how messy")
@click.option("--formats", default="office", show_default=True, type=click.Choice(["office", "parquet"]), help="文件格式 file formats")
@click.option("--truth", is_flag=True, help="同时写出真值 write the truth beside it")
def demo(folder: Path, buildings: int, seed: int, noise: str, formats: str, truth: bool) -> None:
    """A seeded town in the formats offices use."""
    from geo.synthetic import deal_town, write_town

    with refusing():
        town = deal_town(buildings_n=buildings, seed=seed, noise=noise)  # type: ignore[arg-type]
        write_town(town, folder, formats=formats, truth=truth)  # type: ignore[arg-type]
    click.echo(f"样例镇已写入 {folder}\nsample town written to {folder}")


@main.command("map", help="把一次结果写成单个离线 HTML 地图。 Write a result as one offline HTML map.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--to", "target", type=click.Path(path_type=Path), help="目标文件，默认 OUT/map.html。 Target file.")
def draw_map(out: Path, target: Path | None) -> None:
    """One file that opens without a network."""
    from layers.page import write_map

    with refusing():
        path = write_map(out, target or out / "map.html")
    click.echo(str(path))


@main.command(help="列出全部问题类型。 List the kinds of findings.")
@click.option("--markdown", is_flag=True, help="输出 docs/findings.md 的内容 print docs/findings.md")
def rules(markdown: bool) -> None:
    """Every card, in order of precedence."""
    from geo.export.catalogue import print_catalogue
    from geo.rules import RULES

    if markdown:
        click.echo(print_catalogue([rule.card for rule in RULES]))
        return
    for rule in RULES:
        card = rule.card
        click.echo(f"{card.code:<26} {card.zh:<10} {card.severity:<8} {card.office:<14} {card.en}")


@main.command(help="输出数据字典。 Print the data dictionary.")
def dictionary() -> None:
    """Every table and column, generated from the declarations."""
    from geo.export.dictionary import print_dictionary

    click.echo(print_dictionary())


@main.command(help="解释一个地址，或批量解析。 Explain one address, or parse many.")
@click.argument("text", required=False)
@click.option("--in", "source", type=click.File(encoding="utf-8"), help="JSONL：{id, text} 或 {id, a, b}")
@click.option("--out", "target", type=click.File("w", encoding="utf-8"), default="-", help="JSONL 结果")
@click.option("--profile", "name", help="地区配置；不给则由文字中的城市决定 profile; by default the city in the text decides")
def address(text: str | None, source: TextIO | None, target: TextIO, name: str | None) -> None:
    """Token by token what was understood, and why."""
    from geo.address import explain
    from geo.address.table import predict
    from geo.profile import Habits, load_profile
    from geo.tables import Scope

    with refusing():
        habits = load_profile(name).habits if name else None
    if source is not None:
        rows = (json.loads(line) for line in source if line.strip())
        target.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in predict(rows, habits=habits))
        return
    if not text:
        raise click.UsageError("请给出一个地址，或用 --in 给出文件。 Give an address, or a file with --in.")
    for token in explain(text, scope=Scope(), habits=habits or Habits()):
        click.echo(f"{token.text:<12} {token.element:<14} {token.value or '':<12} {token.zh} / {token.en}")


@main.command(help="说明一个对象的全部来龙去脉。 Print the whole chain behind one object.")
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("object_id")
def explain(out: Path, object_id: str) -> None:
    """What it is, what it is linked to and why, what was found."""
    from geo.export import open_result
    from views.explain import explain_object

    with refusing():
        lines = list(explain_object(open_result(out), object_id))
    if not lines:
        click.echo(f"结果中没有 {object_id}\nthe result has no {object_id}", err=True)
        sys.exit(REFUSED)
    click.echo("\n".join(lines))


CASEBOOK = click.option("--casebook", "where", required=True, envvar="DOORPLATE_DATABASE_URL", help="案卷文件或数据库地址。 Casebook file or database URL.")


@main.command(help="把一次结果发布到案卷。 Publish a result into the casebook.")
@click.argument("out", type=click.Path(path_type=Path))
@CASEBOOK
@click.option("--by", required=True, help="发布账号。 Account that publishes.")
@click.option("--confirm-drop", is_flag=True, help="已核对：数据确实少了很多，或确是新的测绘。 Looked at: much less data, or another survey, is right.")
def publish(out: Path, where: str, by: str, confirm_drop: bool) -> None:
    """Findings open, stay, are fixed and come back; decisions are kept."""
    from geo.casebook import open_casebook
    from geo.casebook.publish import publish as take

    with refusing(), open_casebook(where) as book:
        told = take(book, out, by=by, confirm_drop=confirm_drop)
    click.echo(f"第 {told.run_id} 次发布：新增 {told.opened_n}，仍在 {told.still_n}，消除 {told.fixed_n}，再现 {told.returned_n}，需复核 {told.recheck_n}")
    click.echo(f"run {told.run_id}: {told.opened_n} new, {told.still_n} still there, {told.fixed_n} fixed, {told.returned_n} back, {told.recheck_n} to be looked at again")
    if told.orphaned_n:
        click.echo(f"{told.orphaned_n} 个对象在本次数据中找不到\n{told.orphaned_n} known objects are in none of these files")


@main.command(help="把人工裁定写成下次核对的输入表。 Write the decisions as an input table of the next run.")
@CASEBOOK
@click.option("--out", "target", required=True, type=click.Path(path_type=Path), help="CSV 文件，如 my-town/decisions.csv。 CSV file to write.")
def decisions(where: str, target: Path) -> None:
    """What people decided, for `doorplate verify` to read."""
    from geo.casebook import open_casebook
    from geo.casebook.loop import decisions_table

    with refusing(), open_casebook(where, read_only="://" not in where) as book:
        table = decisions_table(book)
    table.to_csv(target, index=False, date_format="%Y-%m-%d", encoding="utf-8", lineterminator="\n")
    click.echo(f"{len(table)} 条裁定已写入 {target}\n{len(table)} decisions written to {target}")


@main.command(help="列出案件。 List the cases.")
@CASEBOOK
@click.option("--village", "villages", multiple=True, help="村居代码。 Village code.")
@click.option("--code", "codes", multiple=True, help="问题代码。 Kind of finding.")
@click.option("--office", "offices", multiple=True, help="轮到的部门。 Office whose turn it is.")
@click.option("--fixed", is_flag=True, help="也列出已消除的。 The fixed ones too.")
def cases(where: str, villages: tuple[str, ...], codes: tuple[str, ...], offices: tuple[str, ...], fixed: bool) -> None:
    """One line a case: id, kind, object, village, status, whose turn it is; no counts of people."""
    from geo.casebook import open_casebook

    with refusing(), open_casebook(where, read_only="://" not in where) as book:
        rows = book.cases(villages=villages or None, codes=codes or None, offices=offices or None, present=None if fixed else True)
    for row in rows.to_dict("records"):
        again = " 需复核 look again" if row["needs_recheck"] else ""
        words = [row["finding_id"], row["code"], row["subject_id"], row["village_code"], row["status"], row["turn"]]
        click.echo("  ".join("-" if w != w or w is None else str(w) for w in words) + again)
    click.echo(f"{len(rows)} 件 cases", err=True)


@main.command(help="打开网页。 Open the app.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--port", default=8501, show_default=True, help="端口 port")
@click.option("--project", type=click.Path(path_type=Path), help="各张表所在文件夹，「数据接入」用。 Folder of tables, for the page Data.")
def app(out: Path, port: int, project: Path | None) -> None:
    """The app on this computer only."""
    import subprocess

    page = Path(__file__).resolve().parent.parent / "app.py"
    environment = {"DOORPLATE_SIGN_IN": "single", **os.environ, "DOORPLATE_OUT": str(out.resolve())}
    if project is not None:
        environment["DOORPLATE_PROJECT"] = str(project.resolve())
    command = [sys.executable, "-m", "streamlit", "run", str(page), "--server.port", str(port), "--server.address", "127.0.0.1"]
    click.echo(f"http://127.0.0.1:{port}")
    sys.exit(subprocess.run(command, env=environment, cwd=page.parent, check=False).returncode)  # noqa: S603 - our own interpreter and our own page


@contextmanager
def refusing() -> Iterator[None]:
    """Turn an error of the engine into its two sentences and the exit code for refused input."""
    try:
        yield
    except DoorplateError as error:
        click.echo(f"无法继续：{error.zh}\ncannot go on: {error.en}", err=True)
        sys.exit(REFUSED)


@contextmanager
def steps(names: tuple[str, ...], words: dict[str, tuple[str, str]]) -> Iterator[Callable[[str], None]]:
    """A bar with named steps on a terminal, one plain line a step in a log."""
    if not sys.stderr.isatty():
        yield lambda step: click.echo(f"{words[step][0]} {words[step][1]}", err=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description:<34}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("", total=len(names))

        def begin(step: str) -> None:
            bar.update(task, completed=names.index(step), description=f"{words[step][0]} {words[step][1]}")

        yield begin
        bar.update(task, completed=len(names))


for command in COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main()
