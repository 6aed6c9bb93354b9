// Command nethttp serves the API of the bench with net/http and encoding/json, written by hand: its only argument is the
// address. The router is http.ServeMux.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strconv"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/order"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/pet"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: nethttp ADDRESS")
	}
	extras, err := extra.Start()
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pets/{petId}", func(w http.ResponseWriter, r *http.Request) { getPet(w, r, extras) })
	mux.HandleFunc("GET /pets", listPets)
	mux.HandleFunc("POST /pets", func(w http.ResponseWriter, r *http.Request) { create(w, r, new(pet.Pet)) })
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) { create(w, r, new(order.Order)) })
	mux.HandleFunc("PUT /files", putFile)
	log.Fatal(extra.ListenAndServe(os.Args[1], mux))
}

// GET /pets/{petId}
func getPet(w http.ResponseWriter, r *http.Request, extras *extra.Extra) {
	id, err := strconv.ParseInt(r.PathValue("petId"), 10, 64)
	if err != nil {
		refuse(w, http.StatusBadRequest, "petId must be an integer")
		return
	}
	if id < 1 {
		refuse(w, http.StatusUnprocessableEntity, "petId must be at least 1")
		return
	}
	extras.Occupy(id)
	p := pet.Sample(id)
	answer(w, http.StatusOK, "application/json", &p)
}

// GET /pets
func listPets(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil {
		refuse(w, http.StatusBadRequest, "limit must be an integer")
		return
	}
	if limit < 1 || limit > pet.MaxList {
		refuse(w, http.StatusUnprocessableEntity, "limit must be 1 to 100")
		return
	}
	answer(w, http.StatusOK, "application/json", pet.Samples(limit))
}

// create is POST /pets and POST /orders.
func create[T interface{ Validate() error }](w http.ResponseWriter, r *http.Request, v T) {
	if err := json.NewDecoder(r.Body).Decode(v); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if err := v.Validate(); err != nil {
		refuse(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	answer(w, http.StatusCreated, "application/json", v)
}

// PUT /files
func putFile(w http.ResponseWriter, r *http.Request) {
	size, err := extra.Count(r.Body)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	answer(w, http.StatusOK, "application/json", &order.Receipt{Size: size})
}

func refuse(w http.ResponseWriter, status int, detail string) {
	answer(w, status, "application/problem+json", &pet.Problem{Title: http.StatusText(status), Status: status, Detail: detail})
}

func answer(w http.ResponseWriter, status int, contentType string, v any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		log.Printf("answer: %v", err)
	}
}
