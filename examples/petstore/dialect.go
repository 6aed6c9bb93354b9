package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"
)

// dialect is what two databases do not have in common.
type dialect struct {
	driver      string
	source      func(name string) string
	schema      string
	connections int              // at most; 0: any number
	numbered    bool             // parameters are $1 and $2, not ?
	missing     func(error) bool // a row that is referred to is not there
	taken       func(error) bool // a value that has to be unique is not
}

func dialectOf(source string) *dialect {
	if strings.HasPrefix(source, "postgres://") || strings.HasPrefix(source, "postgresql://") {
		return &postgresDialect
	}
	return &sqliteDialect
}

var sqliteDialect = dialect{
	driver: "sqlite",
	source: func(name string) string {
		if name == "" {
			return "file::memory:?_pragma=foreign_keys(1)"
		}
		return "file:" + name + "?_pragma=journal_mode(wal)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)"
	},
	schema: `create table if not exists pets (
	id      integer primary key autoincrement,
	name    text not null unique,
	status  text not null,
	created text not null,
	details text not null -- tags, born and animal as JSON
);
create table if not exists photos (
	pet  integer primary key references pets (id) on delete cascade,
	type text not null,
	data blob not null
)`,
	connections: 1, // SQLite has one writer, and a database in memory belongs to its connection
	missing:     func(err error) bool { return sqliteCode(err) == sqlitecode.SQLITE_CONSTRAINT_FOREIGNKEY },
	taken:       func(err error) bool { return sqliteCode(err) == sqlitecode.SQLITE_CONSTRAINT_UNIQUE },
}

func sqliteCode(err error) int {
	var fault *sqlite.Error
	if !errors.As(err, &fault) {
		return 0
	}
	return fault.Code()
}

var postgresDialect = dialect{
	driver: "pgx",
	source: func(name string) string { return name },
	schema: `create table if not exists pets (
	id      bigint generated always as identity primary key,
	name    text not null unique,
	status  text not null,
	created text not null,
	details text not null
);
create table if not exists photos (
	pet  bigint primary key references pets (id) on delete cascade,
	type text not null,
	data bytea not null
)`,
	numbered: true,
	missing:  func(err error) bool { return postgresCode(err) == "23503" },
	taken:    func(err error) bool { return postgresCode(err) == "23505" },
}

func postgresCode(err error) string {
	var fault *pgconn.PgError
	if !errors.As(err, &fault) {
		return ""
	}
	return fault.Code
}

// marked writes the parameters of a statement, which are question marks, as the database has them.
func (d *dialect) marked(statement string) string {
	if !d.numbered {
		return statement
	}
	parts := strings.Split(statement, "?")
	for i := range parts[1:] {
		parts[i] += "$" + strconv.Itoa(i+1)
	}
	return strings.Join(parts, "")
}

// explain tells what the rules of the database say of an error.
func (d *dialect) explain(err error) error {
	switch {
	case d.taken(err):
		return errNameTaken
	case d.missing(err):
		return errNoPet
	}
	return err
}
