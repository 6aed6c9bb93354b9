package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/examples/petstore/petapi"
	"github.com/tornadogen/tornadogen/runtime/tornadotest"
)

// farShop is a shop whose database may go away.
type farShop struct {
	*tornadotest.Server
	t        *testing.T
	source   *url.URL // without the relay
	database *relay
}

func openFarShop(t *testing.T) *farShop {
	t.Helper()
	if !onPostgres {
		t.Skip("SQLite is in the process: it does not go away")
	}
	source := newSchema(t)
	direct := *source
	database := between(t, source)
	db, err := openStore(t.Context(), source.String())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return &farShop{tornadotest.ServeServer(t, newServer(newAPI(db), db, "127.0.0.1:0")), t, &direct, database}
}

// ask returns what is answered.
func (s *farShop) ask(path string) (status int, body string) {
	s.t.Helper()
	res, err := s.HTTPClient().Get(s.URL + path)
	require.NoError(s.t, err)
	return s.read(res)
}

// create asks for a pet.
func (s *farShop) create(name string) (status int, body string) {
	s.t.Helper()
	const pet = `","status":"available","tags":["quiet"],"animal":{"kind":"cat","indoor":true}}`
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.URL+"/v1/pets", strings.NewReader(`{"name":"`+name+pet))
	require.NoError(s.t, err)
	req.Header.Set("X-API-Key", "demo-key")
	req.Header.Set("Content-Type", "application/json")
	res, err := s.HTTPClient().Do(req)
	require.NoError(s.t, err)
	return s.read(res)
}

func (s *farShop) read(res *http.Response) (status int, body string) {
	s.t.Helper()
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return res.StatusCode, string(text)
}

// pets are those of the shop, by their names.
func (s *farShop) pets() map[string]petapi.Pet {
	s.t.Helper()
	status, body := s.ask("/v1/pets?limit=100")
	require.Equal(s.t, http.StatusOK, status, body)
	var list []petapi.Pet
	require.NoError(s.t, json.Unmarshal([]byte(body), &list))
	pets := make(map[string]petapi.Pet)
	for _, pet := range list {
		pets[pet.Name] = pet
	}
	return pets
}

// comesBack demands that the shop answers again, without a restart, and says so.
func (s *farShop) comesBack() {
	s.t.Helper()
	for _, path := range []string{"/v1/pets", "/readyz"} {
		assert.Eventually(s.t, func() bool {
			status, _ := s.ask(path)
			return status == http.StatusOK
		}, 10*time.Second, 20*time.Millisecond, path)
	}
}

// TestDatabaseComesBack: while PostgreSQL is away the shop says that it cannot answer, and afterwards it does again, without a restart.
func TestDatabaseComesBack(t *testing.T) {
	s := openFarShop(t)
	s.comesBack()
	s.database.set(relayAway)
	for range 5 {
		status, _ := s.ask("/v1/pets")
		assert.Equal(t, http.StatusInternalServerError, status)
	}
	assert.Eventually(t, func() bool { // what was found holds for a second
		status, body := s.ask("/readyz")
		return status == http.StatusServiceUnavailable && body == "not ready: database\n"
	}, 10*time.Second, 20*time.Millisecond)
	s.database.set(relayPassing)
	s.comesBack()
}

// TestDatabaseCrashes: the same with a PostgreSQL that is ended without a word and started again: what it had confirmed is there.
func TestDatabaseCrashes(t *testing.T) {
	s := openFarShop(t)
	program := os.Getenv(postgresControl)
	switch {
	case program == "" && os.Getenv("CI") != "":
		t.Fatal(postgresControl, "names no program: the test must not be left out here")
	case program == "":
		t.Skip(postgresControl, "names no program that ends the database, as that of scripts/with-postgres does")
	}
	control := func(what string) {
		out, err := exec.Command(program, what).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	s.comesBack()
	status, body := s.create("Rita")
	require.Equal(t, http.StatusCreated, status, body)
	control("stop")
	started := false
	t.Cleanup(func() { // for other tests
		if !started {
			control("start")
		}
	})
	for range 5 {
		status, body := s.ask("/v1/pets")
		assert.Equal(t, http.StatusInternalServerError, status, body)
	}
	status, body = s.create("Rosa")
	assert.Equal(t, http.StatusInternalServerError, status, body)
	assert.Eventually(t, func() bool {
		status, _ := s.ask("/readyz")
		return status == http.StatusServiceUnavailable
	}, 10*time.Second, 20*time.Millisecond)
	control("start")
	started = true
	s.comesBack()
	pets := s.pets()
	assert.Len(t, pets, 1)
	assert.Equal(t, []string{"quiet"}, pets["Rita"].Tags)
	status, body = s.create("Rosa")
	assert.Equal(t, http.StatusCreated, status, body)
}

// TestDatabaseHangs: a PostgreSQL that takes connections and answers nothing holds no request for longer than the document says, whether
// it reads or writes, and many at once; the shop says that it is not ready, and lives.
func TestDatabaseHangs(t *testing.T) {
	s := openFarShop(t)
	s.comesBack()
	s.database.set(relayHanging)
	begun := time.Now()
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			status, body := s.ask("/v1/pets")
			assert.Equal(t, http.StatusServiceUnavailable, status, body)
		})
	}
	all.Go(func() {
		status, body := s.create("Hanno")
		assert.Equal(t, http.StatusServiceUnavailable, status, body)
	})
	all.Go(func() {
		time.Sleep(time.Second) // what was found holds so long
		status, body := s.ask("/readyz")
		assert.Equal(t, http.StatusServiceUnavailable, status)
		assert.Equal(t, "not ready: database\n", body)
	})
	status, _ := s.ask("/healthz")
	assert.Equal(t, http.StatusOK, status)
	assert.Less(t, time.Since(begun), 4*time.Second, "it lives while it waits")
	all.Wait()
	assert.Less(t, time.Since(begun), 15*time.Second)

	s.database.set(relayPassing)
	s.comesBack()
	assert.Empty(t, s.pets(), "what never reached the database")
	status, body := s.create("Hanno")
	assert.Equal(t, http.StatusCreated, status, body)
}

// TestDatabaseDiesInAWrite: wherever in a write PostgreSQL dies, by the answers that it has given, the client is told of an error, and
// the pet is there as a whole or not at all: there when the one answer that says so was lost, and asking again tells. Then the shop goes on.
func TestDatabaseDiesInAWrite(t *testing.T) {
	s := openFarShop(t)
	lost := 0 // answers that said that a pet is there
	for answers := 0; ; answers++ {
		name := "Pet" + string(rune('A'+answers))
		s.comesBack() // on a new connection, which does not know the statement
		s.database.dieAfter(answers)
		status, body := s.create(name)
		if s.database.dying() { // it need not
			require.Equal(t, http.StatusCreated, status, body)
			assert.Greater(t, answers, 2, "it dies within the write, too")
			break
		}
		assert.Equal(t, http.StatusInternalServerError, status, body)
		s.database.set(relayPassing)
		s.comesBack()
		pet, there := s.pets()[name]
		status, body = s.create(name)
		if there {
			lost++
			assert.Equal(t, http.StatusConflict, status, body)
		} else {
			assert.Equal(t, http.StatusCreated, status, body)
			pet = s.pets()[name]
		}
		s.database.set(relayPassing)
		assert.Equal(t, []string{"quiet"}, pet.Tags)
		assert.True(t, pet.Animal.IsSet())
	}
	assert.Equal(t, 1, lost)
}

// TestDatabaseIsKilledInAWrite: a write that PostgreSQL works on when it is killed has not happened, and the client is told so.
func TestDatabaseIsKilledInAWrite(t *testing.T) {
	s := openFarShop(t)
	db, err := sql.Open("pgx", s.source.String())
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	other, err := db.BeginTx(ctx, nil)
	require.NoError(t, err)
	defer func() { _ = other.Rollback() }() // again
	_, err = other.ExecContext(ctx, "lock table pets in exclusive mode")
	require.NoError(t, err)

	var all sync.WaitGroup
	all.Go(func() {
		status, body := s.create("Kilian")
		assert.Equal(t, http.StatusInternalServerError, status, body)
	})
	const kill = `select count(pg_terminate_backend(pid)) from pg_locks where not granted and relation = 'pets'::regclass`
	for killed := 0; killed == 0; {
		require.NoError(t, db.QueryRowContext(ctx, kill).Scan(&killed))
	}
	all.Wait()
	require.NoError(t, other.Rollback())
	assert.Empty(t, s.pets())
	status, body := s.create("Kilian")
	assert.Equal(t, http.StatusCreated, status, body)
}
