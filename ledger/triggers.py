"""The database's own refusal to change or delete an event: made by the migrations, looked for by `verify`."""

from sqlalchemy import Connection, text

_REFUSALS = (
    ("event_is_never_updated", "UPDATE", "event"),
    ("event_is_never_deleted", "DELETE", "event"),
    ("event_value_is_never_updated", "UPDATE", "event_value"),
)
NAMES = frozenset(name for name, _, _ in _REFUSALS)


def create(connection: Connection) -> None:
    """Create the triggers; a migration that rebuilds one of the tables must call this again (batch mode drops them)."""
    if connection.dialect.name == "sqlite":
        for name, verb, table in _REFUSALS:
            connection.execute(
                text(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'events are never changed'); END"
                )
            )
        return
    connection.execute(
        text(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'events are never changed' USING ERRCODE = 'integrity_constraint_violation'; "
            "END $$"
        )
    )
    for name, verb, table in _REFUSALS:
        connection.execute(
            text(
                f"CREATE TRIGGER {name} BEFORE {verb} OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        )


def present(connection: Connection) -> frozenset[str]:
    """Return the names of those triggers that exist and are in force."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    return frozenset(connection.execute(text(query)).scalars()) & NAMES
