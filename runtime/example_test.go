package tornado_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

// A shop answers the operations of a small API. Package petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler // 501 for what is not written yet
	pets                               map[string]petapi.Pet
}

func (s *shop) GetPet(_ context.Context, req petapi.GetPetRequest) (*petapi.Pet, error) {
	pet, ok := s.pets[req.Name]
	if !ok {
		return nil, petapi.GetPetNotFound{Body: petapi.Problem{Title: "no such pet"}}
	}
	return &pet, nil
}

// ListPets keeps asking for something that is away, as a database may be.
func (s *shop) ListPets(context.Context, petapi.ListPetsRequest) ([]petapi.Pet, error) {
	return nil, errAway
}

var errAway = errors.New("the database is away")

func newShop() *shop {
	return &shop{pets: map[string]petapi.Pet{"mia": {Name: "Mia", Age: tornado.Some[int64](3)}}}
}

// A server serves an API until its context ends, and then answers what it has accepted.
func Example() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	listener, err := tornado.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	served := make(chan error)
	go func() {
		served <- tornado.NewServer(tornado.WithHealth("/healthz", "/readyz")).Handle(petapi.New(newShop())).Serve(ctx, listener)
	}()

	c, err := petapi.NewClient("http://" + listener.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	pet, err := c.GetPet(ctx, petapi.GetPetRequest{Name: "mia"})
	fmt.Println(pet.Name, pet.Age.Or(0), err)

	stop()
	fmt.Println(<-served)
	// Output:
	// Mia 3 <nil>
	// <nil>
}

// What is declared as an error comes back as that, whatever lies between.
func Example_errors() {
	server := httptest.NewServer(petapi.New(newShop()).HTTPHandler())
	defer server.Close()
	c, err := petapi.NewClient(server.URL)
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.GetPet(context.Background(), petapi.GetPetRequest{Name: "rex"})
	var gone petapi.GetPetNotFound
	fmt.Println(errors.As(err, &gone), gone.Body.Title)

	_, err = c.ListPets(context.Background(), petapi.ListPetsRequest{Limit: tornado.Some[int64](1000)})
	var refused *client.Problem
	if errors.As(err, &refused) {
		for _, v := range refused.Errors {
			fmt.Println(refused.Status, v.In, v.Pointer, v.Message)
		}
	}
	// Output:
	// true no such pet
	// 422 query limit must be at most 100
}

func ExampleWithErrorMapper() {
	api := petapi.New(newShop(), tornado.WithErrorMapper(func(_ context.Context, _ *tornado.Operation, err error) error {
		if errors.Is(err, errAway) {
			return &tornado.StatusError{Status: http.StatusServiceUnavailable, Detail: "try again", Err: err}
		}
		return err
	}))
	server := httptest.NewServer(api.HTTPHandler())
	defer server.Close()
	fmt.Println(get(server.URL + "/pets"))
	// Output: 503 {"title":"Service Unavailable","status":503,"detail":"try again"}
}

func ExampleWithMiddleware() {
	named := func(next tornado.Handler) tornado.Handler {
		return func(ctx context.Context, call *tornado.Call) (any, error) {
			result, err := next(ctx, call)
			fmt.Println(call.Operation.ID, err)
			return result, err
		}
	}
	server := httptest.NewServer(petapi.New(newShop(), tornado.WithMiddleware(named)).HTTPHandler())
	defer server.Close()
	fmt.Println(get(server.URL + "/pets/mia"))
	// Output:
	// getPet <nil>
	// 200 {"name":"Mia","age":3}
}

func ExampleWithFilter() {
	closed := func(t *tornado.Transit) {
		t.Refuse(&tornado.StatusError{Status: http.StatusServiceUnavailable, Detail: "we move house today"})
	}
	server := httptest.NewServer(petapi.New(newShop(), tornado.WithFilter(closed)).HTTPHandler())
	defer server.Close()
	fmt.Println(get(server.URL + "/pets/mia"))
	// Output: 503 {"title":"Service Unavailable","status":503,"detail":"we move house today"}
}

func ExampleOpt() {
	var age tornado.Opt[int]
	fmt.Println(age.Or(1))
	age = tornado.Some(3)
	years, ok := age.Get()
	fmt.Println(years, ok)
	// Output:
	// 1
	// 3 true
}

func ExampleAfter() {
	rung := make(chan string)
	timer := tornado.After(time.Millisecond, func() { rung <- "ring" })
	defer timer.Stop()
	fmt.Println(<-rung)
	// Output: ring
}

func get(url string) (status int, body string) {
	res, err := http.Get(url)
	if err != nil {
		log.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		log.Fatal(err)
	}
	return res.StatusCode, string(text)
}
