"""`python -m catalogue_api keys …` and `… users …`: for an operator, who has the database's password."""

import asyncio
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from getpass import getpass
from typing import Any, NamedTuple
from uuid import UUID

from catalogue_runtime.settings import load_settings
from catalogue_schema.database import create_engine, get_db, passes
from catalogue_schema.tables import ApiKeyCreate, ApiKeyResponse
from catalogue_schema.tables.api_keys import SCOPES
from catalogue_schema.tables.users import ROLES
from pydantic import SecretStr, TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.access.accounts import AccountCreate, create_user, reset_password
from catalogue_api.access.auditing import Deed, audit
from catalogue_api.access.keyring import KeyQuery, Rotation, create_key, list_keys, revoke_key, rotate_key
from catalogue_api.access.passwords import Password, Passwords
from catalogue_api.access.principals import OPERATOR
from catalogue_api.http.problems import FieldError, Invalid, Problem, field_errors
from catalogue_api.privacy.applying import apply_again
from catalogue_api.settings import ErasureSettings

MOST_DAYS = 36_500


class Done(NamedTuple):
    """What was done, if anything, and how to say it once that stands."""

    deed: Deed | None
    say: Callable[[], object]


Command = Callable[[AsyncSession, Namespace], Awaitable[Done]]


def run(arguments: Sequence[str], url: SecretStr) -> None:
    """Exits with 1 and a reason where it cannot be done."""
    asked = _parser().parse_args(arguments)
    try:
        asyncio.run(_in_transaction(asked.command, asked, url.get_secret_value()))
    except Invalid as error:
        sys.exit(_wrong(error.errors))
    except Problem as error:
        sys.exit(error.detail)
    except ValidationError as error:
        sys.exit(_wrong(field_errors(error.errors())))
    except (SQLAlchemyError, OSError) as error:
        if not passes(error):
            raise
        sys.exit("The database of DATABASE_URL cannot be reached: nothing was done.")


def _wrong(errors: Sequence[FieldError]) -> str:
    said = (f"{each['pointer'].removeprefix('/') or 'the password'} {each['reason']}" for each in errors)
    return f"Nothing was done: {'; '.join(said)}."


async def _in_transaction(command: Command, asked: Namespace, url: str) -> None:
    """What it did and the audit's entry about it are one; what it says comes after."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        async with asynccontextmanager(get_db)(engine) as db:
            done = await command(db, asked)
            if done.deed is not None:
                await audit(db, OPERATOR, done.deed)
    finally:
        await engine.dispose()
    done.say()


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m catalogue_api", description="Without a command: serve.")
    groups = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_keys(groups.add_parser("keys", help="keys of programs").add_subparsers(required=True))
    _add_users(groups.add_parser("users", help="accounts of people").add_subparsers(required=True))
    erasures = groups.add_parser("erasures", help="what was erased").add_subparsers(required=True)
    apply = erasures.add_parser("apply", help="erase again what a restored backup has of it")
    apply.set_defaults(command=_apply_erasures)
    return parser


def _add_keys(commands: Any) -> None:
    create = commands.add_parser("create", help="make a key; it alone is printed on standard output")
    create.add_argument("--name", required=True)
    create.add_argument("--scope", required=True, action="append", choices=SCOPES, dest="scopes")
    create.add_argument("--expires-in-days", type=_days, metavar="N")
    create.set_defaults(command=_create_key)
    commands.add_parser("list", help="keys, without the keys themselves").set_defaults(command=_list_keys)
    revoke = commands.add_parser("revoke", help="refuse a key from now on")
    revoke.add_argument("id", type=UUID)
    revoke.set_defaults(command=_revoke_key)
    rotate = commands.add_parser("rotate", help="replace a key by another text; it alone is printed")
    rotate.add_argument("id", type=UUID)
    rotate.add_argument("--overlap-hours", type=float, default=24.0, metavar="N")
    rotate.set_defaults(command=_rotate_key)


def _days(text: str) -> timedelta:
    days = float(text)
    if not 0 < days <= MOST_DAYS:
        raise ArgumentTypeError(f"{text} is not between 0 and {MOST_DAYS}")
    return timedelta(days=days)


def _add_users(commands: Any) -> None:
    create = commands.add_parser("create", help="give somebody an account; asks for the password")
    create.add_argument("--email", required=True)
    create.add_argument("--name", required=True)
    create.add_argument("--role", choices=ROLES, default="reader")
    create.set_defaults(command=_create_user)
    password = commands.add_parser("password", help="set another password; all of their sessions end")
    password.add_argument("--email", required=True)
    password.set_defaults(command=_reset_password)


async def _create_key(db: AsyncSession, asked: Namespace) -> Done:
    lasts: timedelta | None = asked.expires_in_days
    ends = None if lasts is None else datetime.now(UTC) + lasts
    made = await create_key(db, ApiKeyCreate(name=asked.name, scopes=asked.scopes, expires_at=ends))
    told = f"{made.name} ({made.id}) may {', '.join(made.scopes)}."
    return Done(Deed("create", "api-keys", made.id), lambda: _say_key(made.key, told))


async def _list_keys(db: AsyncSession, _: Namespace) -> Done:
    found, page = [], await list_keys(db, KeyQuery(limit=200))
    found += page.items
    while page.next_cursor is not None:
        page = await list_keys(db, KeyQuery(limit=200, cursor=page.next_cursor))
        found += page.items
    return Done(None, lambda: sys.stdout.writelines(map(_line, found)))


async def _revoke_key(db: AsyncSession, asked: Namespace) -> Done:
    await revoke_key(db, asked.id)
    told = "Revoked: it is refused within five seconds.\n"
    return Done(Deed("delete", "api-keys", asked.id), lambda: sys.stderr.write(told))


async def _rotate_key(db: AsyncSession, asked: Namespace) -> Done:
    made = await rotate_key(db, asked.id, Rotation(overlap_hours=asked.overlap_hours))
    told = f"The key before it works until {made.previous_ends_at:%Y-%m-%d %H:%M} UTC."
    return Done(Deed("rotate", "api-keys", made.id), lambda: _say_key(made.key, told))


async def _create_user(db: AsyncSession, asked: Namespace) -> Done:
    new = AccountCreate(email=asked.email, name=asked.name, role=asked.role, password=_password())
    created = await create_user(db, new, Passwords())
    told = f"{created.email} ({created.role}) can sign in.\n"
    return Done(Deed("create", "users", created.id), lambda: sys.stderr.write(told))


async def _reset_password(db: AsyncSession, asked: Namespace) -> Done:
    changed = await reset_password(db, asked.email, _password(), Passwords())
    told = f"{changed.email} has another password, and is signed out.\n"
    return Done(Deed("password", "users", changed.id), lambda: sys.stderr.write(told))


async def _apply_erasures(db: AsyncSession, _: Namespace) -> Done:
    counts = await apply_again(db, load_settings(ErasureSettings).erasure_key)
    said = ", ".join(f"{count} of {table}" for table, count in sorted(counts.items()) if count)
    return Done(Deed("apply", "erasures"), lambda: sys.stderr.write(f"Erased again: {said or 'nothing'}.\n"))


def _password() -> SecretStr:
    """From a prompt, twice, or the first line of standard input; never from an argument, which others see."""
    if not sys.stdin.isatty():
        return TypeAdapter(Password).validate_python(sys.stdin.readline().rstrip("\r\n"))
    given = getpass("Password: ")
    if given != getpass("Once more: "):
        sys.exit("The two differ: nothing was done.")
    return TypeAdapter(Password).validate_python(given)


def _say_key(key: str, told: str) -> None:
    sys.stdout.write(f"{key}\n")
    sys.stderr.write(f"{told} Keep the key now: it is not shown again.\n")


def _line(key: ApiKeyResponse) -> str:
    ends = f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "without end"
    used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
    state = "active" if key.is_active else "revoked"
    return f"{key.id}  …{key.last_four}  {state}  {ends}  {used}  {','.join(key.scopes)}  {key.name}\n"
