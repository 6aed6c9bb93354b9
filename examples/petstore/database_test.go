package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// postgres names the database that the tests may make schemas in, as postgres://user@host/name. Without it they run on SQLite alone.
const postgres = "PETSTORE_POSTGRES"

// postgresControl names a program that crashes that database when it is called with "stop", and starts it again with "start".
const postgresControl = "PETSTORE_POSTGRES_CONTROL"

// onPostgres says where the shops of the tests keep their pets.
var onPostgres bool

// TestMain runs all tests on SQLite, and again on PostgreSQL.
func TestMain(m *testing.M) {
	database, ci := os.Getenv(postgres), os.Getenv("CI") // read before the tests run, so that a change runs them again
	code := m.Run()
	switch {
	case database != "":
		onPostgres = true
		code = max(code, m.Run())
	case ci != "":
		fmt.Println(postgres, "names no database: the tests on PostgreSQL must not be left out here")
		code = 1
	default:
		fmt.Println(postgres, "names no database: nothing was tested on PostgreSQL")
	}
	os.Exit(code)
}

// noShop begins a test that opens no shop: where the shops keep their pets is nothing to it, and once is enough.
func noShop(t *testing.T) {
	t.Helper()
	if onPostgres {
		t.Skip("has no shop, and has run")
	}
}

var schemas atomic.Int32

// openDatabase opens a shop with a few pets, on PostgreSQL in a schema of its own.
func openDatabase(t *testing.T) *store {
	t.Helper()
	if !onPostgres {
		db, err := openStore(t.Context(), "")
		require.NoError(t, err)
		return db
	}
	db, err := openStore(t.Context(), newSchema(t).String())
	require.NoError(t, err)
	require.NoError(t, db.seed(t.Context()))
	return db
}

// newSchema makes a schema of PostgreSQL that the test has for itself, and says where it is.
func newSchema(t *testing.T) *url.URL {
	t.Helper()
	source, err := url.Parse(os.Getenv(postgres))
	require.NoError(t, err)
	admin, err := sql.Open("pgx", source.String())
	require.NoError(t, err)
	schema := fmt.Sprintf("petstore_%d_%d", os.Getpid(), schemas.Add(1))
	_, err = admin.ExecContext(t.Context(), "create schema "+schema)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.ExecContext(context.Background(), "drop schema "+schema+" cascade")
		require.NoError(t, err)
		require.NoError(t, admin.Close())
	})
	query := source.Query()
	query.Set("search_path", schema)
	source.RawQuery = query.Encode()
	return source
}

func TestMarks(t *testing.T) {
	const statement = "select a from b where c = ? and d in (?, ?)"
	require.Equal(t, statement, sqliteDialect.marked(statement))
	require.Equal(t, "select a from b where c = $1 and d in ($2, $3)", postgresDialect.marked(statement))
	require.Same(t, &postgresDialect, dialectOf("postgres://shop@localhost/pets"))
	require.Same(t, &sqliteDialect, dialectOf("pets.db"))
	require.True(t, strings.HasSuffix(sqliteDialect.source(""), "foreign_keys(1)"))
}
