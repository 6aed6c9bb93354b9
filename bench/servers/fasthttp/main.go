// Command fasthttp serves the API of the bench with valyala/fasthttp and encoding/json, written by hand: its only argument
// is the address. Two paths need no router, so that it pays for none.
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"os"
	"strconv"

	"github.com/valyala/fasthttp"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/pet"
)

var (
	collection = []byte("/pets")
	member     = []byte("/pets/")
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: fasthttp ADDRESS")
	}
	extras, err := extra.Start()
	if err != nil {
		log.Fatal(err)
	}
	server := &fasthttp.Server{
		Handler:               func(ctx *fasthttp.RequestCtx) { route(ctx, extras) },
		NoDefaultServerHeader: true,
	}
	log.Fatal(server.ListenAndServe(os.Args[1]))
}

func route(ctx *fasthttp.RequestCtx, extras *extra.Extra) {
	path := ctx.Path()
	switch {
	case bytes.HasPrefix(path, member):
		if !ctx.IsGet() {
			refuse(ctx, fasthttp.StatusMethodNotAllowed, "")
			return
		}
		getPet(ctx, path[len(member):], extras)
	case bytes.Equal(path, collection):
		if !ctx.IsPost() {
			refuse(ctx, fasthttp.StatusMethodNotAllowed, "")
			return
		}
		createPet(ctx)
	default:
		refuse(ctx, fasthttp.StatusNotFound, "")
	}
}

// GET /pets/{petId}
func getPet(ctx *fasthttp.RequestCtx, petID []byte, extras *extra.Extra) {
	id, err := strconv.ParseInt(string(petID), 10, 64)
	if err != nil {
		refuse(ctx, fasthttp.StatusBadRequest, "petId must be an integer")
		return
	}
	if id < 1 {
		refuse(ctx, fasthttp.StatusUnprocessableEntity, "petId must be at least 1")
		return
	}
	extras.Sleep(id)
	p := pet.Sample(id)
	answer(ctx, fasthttp.StatusOK, "application/json", &p)
}

// POST /pets
func createPet(ctx *fasthttp.RequestCtx) {
	var p pet.Pet
	if err := json.Unmarshal(ctx.PostBody(), &p); err != nil {
		refuse(ctx, fasthttp.StatusBadRequest, err.Error())
		return
	}
	if err := p.Validate(); err != nil {
		refuse(ctx, fasthttp.StatusUnprocessableEntity, err.Error())
		return
	}
	answer(ctx, fasthttp.StatusCreated, "application/json", &p)
}

func refuse(ctx *fasthttp.RequestCtx, status int, detail string) {
	answer(ctx, status, "application/problem+json", &pet.Problem{Title: fasthttp.StatusMessage(status), Status: status, Detail: detail})
}

func answer(ctx *fasthttp.RequestCtx, status int, contentType string, v any) {
	ctx.SetStatusCode(status)
	ctx.SetContentType(contentType)
	if err := json.NewEncoder(ctx).Encode(v); err != nil {
		log.Printf("answer: %v", err)
	}
}
