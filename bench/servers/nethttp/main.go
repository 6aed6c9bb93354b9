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
	mux.HandleFunc("POST /pets", createPet)
	if cert, key := extra.Certificate(); cert != "" {
		log.Fatal(http.ListenAndServeTLS(os.Args[1], cert, key, mux))
	}
	log.Fatal(http.ListenAndServe(os.Args[1], mux))
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
	extras.Sleep(id)
	p := pet.Sample(id)
	answer(w, http.StatusOK, "application/json", &p)
}

// POST /pets
func createPet(w http.ResponseWriter, r *http.Request) {
	var p pet.Pet
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if err := p.Validate(); err != nil {
		refuse(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	answer(w, http.StatusCreated, "application/json", &p)
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
