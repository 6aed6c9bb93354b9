package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/examples/petstore/petapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

var (
	errNoPet     = errors.New("no such pet")
	errNameTaken = errors.New("name is taken")
)

// store keeps the pets in a database. It is safe for concurrent use.
type store struct {
	db *sql.DB
	*dialect
}

// details are the parts of a pet that nobody searches for.
type details struct {
	Tags   []string                      `json:"tags,omitzero"`
	Born   tornado.OptNull[tornado.Date] `json:"born,omitzero"`
	Animal tornado.Opt[petapi.Animal]    `json:"animal,omitzero"`
}

// openStore opens a database: postgres://... names one of PostgreSQL, and anything else a file of SQLite. With "" it opens a shop in
// memory with a few pets.
func openStore(ctx context.Context, source string) (*store, error) {
	d := dialectOf(source)
	db, err := sql.Open(d.driver, d.source(source))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(d.connections)
	s := &store{db, d}
	if _, err := db.ExecContext(ctx, d.schema); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), db.Close())
	}
	if source == "" {
		err = s.seed(ctx)
	}
	return s, err
}

// Close closes the database.
func (s *store) Close() error { return s.db.Close() }

func (s *store) seed(ctx context.Context) error {
	cat := tornado.Some(petapi.Animal{Value: &petapi.Cat{Kind: "cat", Indoor: true}})
	dog := tornado.Some(petapi.Animal{Value: &petapi.Dog{Kind: "dog", Weight: 31.5}})
	for _, pet := range []petapi.NewPet{
		{Name: "Mia", Status: petapi.PetStatusAvailable, Animal: cat, Tags: []string{"quiet"}},
		{Name: "Bruno", Status: petapi.PetStatusPending, Animal: dog, Born: tornado.Present(tornado.Date{Year: 2021, Month: 5, Day: 4})},
		{Name: "Findus", Status: petapi.PetStatusSold, Animal: cat},
	} {
		if _, err := s.create(ctx, pet); err != nil {
			return err
		}
	}
	return nil
}

const (
	fields  = "id, name, status, created, details"
	columns = "select " + fields + " from pets "
)

func (s *store) list(ctx context.Context, after int64, limit int) ([]petapi.Pet, error) {
	return s.query(ctx, columns+"where id > ? order by id limit ?", after, limit)
}

func (s *store) findByStatus(ctx context.Context, statuses []petapi.PetStatus) ([]petapi.Pet, error) {
	args := make([]any, len(statuses))
	for i, status := range statuses {
		args[i] = string(status)
	}
	marks := strings.TrimSuffix(strings.Repeat("?,", len(args)), ",")
	return s.query(ctx, columns+"where status in ("+marks+") order by id", args...)
}

func (s *store) get(ctx context.Context, id int64) (petapi.Pet, error) {
	return scanPet(s.db.QueryRowContext(ctx, s.marked(columns+"where id = ?"), id))
}

func (s *store) create(ctx context.Context, pet petapi.NewPet) (petapi.Pet, error) {
	rest, err := json.Marshal(details{pet.Tags, pet.Born, pet.Animal})
	if err != nil {
		return petapi.Pet{}, err
	}
	created := time.Now().UTC().Format(time.RFC3339)
	const statement = "insert into pets (name, status, created, details) values (?, ?, ?, ?) returning " + fields
	return s.put(ctx, statement, pet.Name, pet.Status, created, string(rest))
}

func (s *store) replace(ctx context.Context, id int64, pet petapi.NewPet) (petapi.Pet, error) {
	rest, err := json.Marshal(details{pet.Tags, pet.Born, pet.Animal})
	if err != nil {
		return petapi.Pet{}, err
	}
	const statement = "update pets set name = ?, status = ?, details = ? where id = ? returning " + fields
	return s.put(ctx, statement, pet.Name, pet.Status, string(rest), id)
}

// put runs a statement that writes one pet, and returns that. Were it read by another, an error of that would say that nothing was written.
func (s *store) put(ctx context.Context, statement string, args ...any) (petapi.Pet, error) {
	pet, err := scanPet(s.db.QueryRowContext(ctx, s.marked(statement), args...))
	return pet, s.explain(err)
}

func (s *store) delete(ctx context.Context, id int64) error {
	return s.change(ctx, "delete from pets where id = ?", id)
}

func (s *store) putPhoto(ctx context.Context, id int64, photo tornado.Blob) error {
	const statement = "insert into photos (pet, type, data) values (?, ?, ?) on conflict (pet) do update set type = excluded.type, data = excluded.data"
	return s.change(ctx, statement, id, photo.ContentType, photo.Data)
}

func (s *store) photo(ctx context.Context, id int64) (photo tornado.Blob, err error) {
	err = s.db.QueryRowContext(ctx, s.marked("select type, data from photos where pet = ?"), id).Scan(&photo.ContentType, &photo.Data)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNoPet
	}
	return photo, err
}

func (s *store) inventory(ctx context.Context) (map[string]int64, error) {
	rows, err := s.db.QueryContext(ctx, "select status, count(*) from pets group by status")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := make(map[string]int64)
	for rows.Next() {
		var status string
		var n int64
		if err := rows.Scan(&status, &n); err != nil {
			return nil, err
		}
		counts[status] = n
	}
	return counts, rows.Err()
}

// change runs a statement that is about one pet.
func (s *store) change(ctx context.Context, statement string, args ...any) error {
	result, err := s.db.ExecContext(ctx, s.marked(statement), args...)
	if err != nil {
		return s.explain(err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errNoPet, err)
	}
	return nil
}

func (s *store) query(ctx context.Context, query string, args ...any) ([]petapi.Pet, error) {
	rows, err := s.db.QueryContext(ctx, s.marked(query), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	pets := []petapi.Pet{}
	for rows.Next() {
		pet, err := scanPet(rows)
		if err != nil {
			return nil, err
		}
		pets = append(pets, pet)
	}
	return pets, rows.Err()
}

// scanPet reads one row of columns.
func scanPet(row interface{ Scan(dest ...any) error }) (pet petapi.Pet, err error) {
	var created string
	var rest []byte
	err = row.Scan(&pet.ID, &pet.Name, &pet.Status, &created, &rest)
	if errors.Is(err, sql.ErrNoRows) {
		return pet, errNoPet
	}
	if err != nil {
		return pet, err
	}
	if pet.CreatedAt, err = time.Parse(time.RFC3339, created); err != nil {
		return pet, err
	}
	var d details
	err = json.Unmarshal(rest, &d)
	pet.Tags, pet.Born, pet.Animal = d.Tags, d.Born, d.Animal
	return pet, err
}
