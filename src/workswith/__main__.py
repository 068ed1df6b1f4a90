"""``python -m workswith`` and the command ``workswith``."""

from workswith.cli import commands


def main() -> None:
    commands()


if __name__ == "__main__":
    main()
