// Package fastpets is the API of the bench by hand on valyala/fasthttp: what the servers fasthttp and fasthttp-sonic share, which
// differ in their codec. A few paths need no router, so that it pays for none.
package fastpets

import (
	"bytes"
	"io"
	"log"
	"os"
	"strconv"

	"github.com/valyala/fasthttp"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/order"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/pet"
)

// Codec reads and writes JSON.
type Codec struct {
	Decode func(body []byte, v any) error
	Encode func(ctx *fasthttp.RequestCtx, v any) error // to the body of the answer
}

var (
	collection = []byte("/pets")
	member     = []byte("/pets/")
	orders     = []byte("/orders")
	files      = []byte("/files")
)

// Main serves the API of the bench on the address that is the only argument of the program.
func Main(codec Codec) {
	if len(os.Args) != 2 {
		log.Fatalf("usage: %s ADDRESS", os.Args[0])
	}
	extras, err := extra.Start()
	if err != nil {
		log.Fatal(err)
	}
	s := &service{extras: extras, codec: codec}
	server := &fasthttp.Server{Handler: s.route, NoDefaultServerHeader: true}
	if extra.Streams() {
		server.StreamRequestBody, server.MaxRequestBodySize = true, 1<<30
	}
	if cert, key := extra.Certificate(); cert != "" {
		log.Fatal(server.ListenAndServeTLS(os.Args[1], cert, key))
	}
	log.Fatal(server.ListenAndServe(os.Args[1]))
}

type service struct {
	extras *extra.Extra
	codec  Codec
}

func (s *service) route(ctx *fasthttp.RequestCtx) {
	switch path := ctx.Path(); {
	case bytes.HasPrefix(path, member):
		if s.is(ctx, ctx.IsGet()) {
			s.getPet(ctx, path[len(member):])
		}
	case bytes.Equal(path, collection):
		switch {
		case ctx.IsGet():
			s.listPets(ctx)
		case s.is(ctx, ctx.IsPost()):
			create(s, ctx, new(pet.Pet))
		}
	case bytes.Equal(path, orders):
		if s.is(ctx, ctx.IsPost()) {
			create(s, ctx, new(order.Order))
		}
	case bytes.Equal(path, files):
		if s.is(ctx, ctx.IsPut()) {
			s.putFile(ctx)
		}
	default:
		s.refuse(ctx, fasthttp.StatusNotFound, "")
	}
}

// is answers 405 unless the method is one that the path has.
func (s *service) is(ctx *fasthttp.RequestCtx, allowed bool) bool {
	if !allowed {
		s.refuse(ctx, fasthttp.StatusMethodNotAllowed, "")
	}
	return allowed
}

// GET /pets/{petId}
func (s *service) getPet(ctx *fasthttp.RequestCtx, petID []byte) {
	id, err := strconv.ParseInt(string(petID), 10, 64)
	if err != nil {
		s.refuse(ctx, fasthttp.StatusBadRequest, "petId must be an integer")
		return
	}
	if id < 1 {
		s.refuse(ctx, fasthttp.StatusUnprocessableEntity, "petId must be at least 1")
		return
	}
	s.extras.Occupy(id)
	p := pet.Sample(id)
	s.answer(ctx, fasthttp.StatusOK, "application/json", &p)
}

// GET /pets
func (s *service) listPets(ctx *fasthttp.RequestCtx) {
	limit, err := ctx.QueryArgs().GetUint("limit")
	if err != nil {
		s.refuse(ctx, fasthttp.StatusBadRequest, "limit must be an integer")
		return
	}
	if limit < 1 || limit > pet.MaxList {
		s.refuse(ctx, fasthttp.StatusUnprocessableEntity, "limit must be 1 to 100")
		return
	}
	pets := pet.Samples(limit)
	s.answer(ctx, fasthttp.StatusOK, "application/json", pets)
}

// create is POST /pets and POST /orders.
func create[T interface{ Validate() error }](s *service, ctx *fasthttp.RequestCtx, v T) {
	if err := s.codec.Decode(ctx.PostBody(), v); err != nil {
		s.refuse(ctx, fasthttp.StatusBadRequest, err.Error())
		return
	}
	if err := v.Validate(); err != nil {
		s.refuse(ctx, fasthttp.StatusUnprocessableEntity, err.Error())
		return
	}
	s.answer(ctx, fasthttp.StatusCreated, "application/json", v)
}

// PUT /files
func (s *service) putFile(ctx *fasthttp.RequestCtx) {
	body := ctx.RequestBodyStream()
	if body == nil { // it is in memory
		body = io.Reader(bytes.NewReader(ctx.PostBody()))
	}
	size, err := extra.Count(body)
	if err != nil {
		s.refuse(ctx, fasthttp.StatusBadRequest, err.Error())
		return
	}
	s.answer(ctx, fasthttp.StatusOK, "application/json", &order.Receipt{Size: size})
}

func (s *service) refuse(ctx *fasthttp.RequestCtx, status int, detail string) {
	s.answer(ctx, status, "application/problem+json", &pet.Problem{Title: fasthttp.StatusMessage(status), Status: status, Detail: detail})
}

func (s *service) answer(ctx *fasthttp.RequestCtx, status int, contentType string, v any) {
	ctx.SetStatusCode(status)
	ctx.SetContentType(contentType)
	if err := s.codec.Encode(ctx, v); err != nil {
		log.Printf("answer: %v", err)
	}
}
