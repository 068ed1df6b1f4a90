"""Writes the methods of both kinds of client from the operations: `python client/scripts/facades.py`.

Each function of `smarther.py` and `home_control.py` that describes an operation becomes one method
that waits and one that awaits, with its parameters and its text. A test sees that they are current.
"""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1] / "src" / "workswith_client"
HEAD = '''"""Made from `{source}.py` by scripts/facades.py; change that."""

{imports}
'''
CLASS = '''

class {name}:
    """{what}"""

    def __init__(self, run: "{run}") -> None:
        self._run = run
'''
METHOD = """
    {define}def {name}({parameters}) -> {result}:
{text}
        return {wait}self._run({source}.{name}({arguments}))
"""
FACADES = (
    ("smarther", "Smarther", "The Smarther API."),
    ("home_control", "HomeControl", "The Home + Control API."),
)


def made(source: str, name: str, what: str) -> str:
    """The text of a module."""
    tree = ast.parse((ROOT / f"{source}.py").read_text("utf-8"))
    operations = [
        one
        for one in tree.body
        if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")
    ]
    text = HEAD.format(source=source, imports=_imports(source, tree))
    for asynchronous in (False, True):
        text += CLASS.format(
            name=f"Async{name}" if asynchronous else name,
            what=f"{what} To be awaited." if asynchronous else what,
            run="RunAsync" if asynchronous else "Run",
        )
        text += "".join(_method(one, source, asynchronous=asynchronous) for one in operations)
    return _formatted(text)


def _method(function: ast.FunctionDef, source: str, *, asynchronous: bool) -> str:
    arguments = function.args
    names = [one.arg for one in arguments.args]
    names += [f"{one.arg}={one.arg}" for one in arguments.kwonlyargs]
    assert isinstance(function.returns, ast.Subscript)  # noqa: S101  every one is Operation[…]
    written = ast.get_docstring(function, clean=False) or ""
    lines = [line and f"    {line}" for line in written.split("\n")]
    body = "\n".join(lines).strip()
    end = "" if len(lines) == 1 else "\n        "
    return METHOD.format(
        define="async " if asynchronous else "",
        wait="await " if asynchronous else "",
        name=function.name,
        parameters=", ".join(filter(None, ["self", ast.unparse(arguments)])),
        result=ast.unparse(function.returns.slice),
        text=f'        """{body}{end}"""',
        source=source,
        arguments=", ".join(names),
    )


def _imports(source: str, tree: ast.Module) -> str:
    """What the annotations of the operations need, and how they are run."""
    used = {
        name.id
        for one in tree.body
        if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")
        for name in ast.walk(ast.Tuple([*_annotations(one)]))
        if isinstance(name, ast.Name)
    }
    lines = []
    for one in tree.body:
        if isinstance(one, ast.ImportFrom) and one.module != "operation":
            names = [alias.name for alias in one.names if alias.name in used]
            if names:
                dots = "." * one.level
                lines.append(f"from {dots}{one.module or ''} import {', '.join(names)}")
    lines.append(f"from . import {source}")
    lines.append("from .running import Run, RunAsync")
    return "\n".join(lines)


def _annotations(function: ast.FunctionDef) -> list[ast.expr]:
    every = [*function.args.args, *function.args.kwonlyargs]
    found = [one.annotation for one in every if one.annotation is not None]
    return [*found, function.returns] if function.returns is not None else found


def _formatted(text: str) -> str:
    ruff = Path(sys.executable).with_name("ruff")
    for options in (("check", "--select", "I", "--fix-only", "--quiet"), ("format",)):
        text = subprocess.run(  # noqa: S603  our own tool
            [ruff, *options, "--stdin-filename", str(ROOT / "_made.py"), "-"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    return text


def main() -> int:
    """With ``--check`` nothing is written; 1 where something would be."""
    stale = 0
    for source, name, what in FACADES:
        path, text = ROOT / f"_{source}.py", made(source, name, what)
        if "--check" not in sys.argv:
            path.write_text(text, "utf-8")
        elif path.read_text("utf-8") != text:
            print(f"{path.name} is not current: run scripts/facades.py")  # noqa: T201  for a person
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
