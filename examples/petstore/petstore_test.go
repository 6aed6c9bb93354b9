package main

import (
	"encoding/json"
	"image"
	_ "image/png"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/examples/petstore/petapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
	"github.com/tornadogen/tornadogen/runtime/tornadotest"
	"github.com/tornadogen/tornadogen/runtime/tornadotest/contract"
)

// open serves the shop until the test ends.
func open(t *testing.T) *tornadotest.Server {
	t.Helper()
	db := openDatabase(t)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return tornadotest.ServeServer(t, newServer(newAPI(db), db, "127.0.0.1:0"))
}

func TestShopThroughTheClient(t *testing.T) {
	server := open(t)
	ctx := t.Context()
	c := tornadotest.NewClient(server, petapi.NewClient, petapi.WithAPIKey("demo-key"))

	// Pages follow one another.
	page, err := c.ListPets(ctx, petapi.ListPetsRequest{Limit: tornado.Some[int32](2)})
	require.NoError(t, err)
	require.Len(t, page.Body, 2)
	page, err = c.ListPets(ctx, petapi.ListPetsRequest{After: page.XNextAfter})
	require.NoError(t, err)
	require.Len(t, page.Body, 1)
	assert.False(t, page.XNextAfter.IsSet(), "the last page")
	var paged []petapi.Pet
	for pet, err := range c.ListPetsAll(ctx, petapi.ListPetsRequest{Limit: tornado.Some[int32](2)}) {
		require.NoError(t, err)
		paged = append(paged, pet)
	}
	all, err := c.ListPets(ctx, petapi.ListPetsRequest{})
	require.NoError(t, err)
	assert.Equal(t, all.Body, paged)

	// A pet is created, found, replaced and taken out.
	created, err := c.CreatePet(ctx, petapi.CreatePetRequest{Body: petapi.NewPet{
		Name: "Rex", Status: petapi.PetStatusAvailable, Tags: []string{"loud", "large"},
		Born:   tornado.Nil[tornado.Date](),
		Animal: tornado.Some(petapi.Animal{Value: &petapi.Dog{Weight: 12.5}}),
	}})
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), created.Body.CreatedAt, time.Minute)
	id := created.Body.ID

	pet, err := c.GetPet(ctx, petapi.GetPetRequest{PetID: id})
	require.NoError(t, err)
	assert.Equal(t, created.Body, *pet)
	animal, ok := pet.Animal.Get()
	require.True(t, ok)
	assert.Equal(t, &petapi.Dog{Kind: "dog", Weight: 12.5}, animal.Value)
	assert.True(t, pet.Born.IsNull())

	found, err := c.FindPetsByStatus(ctx, petapi.FindPetsByStatusRequest{Status: []petapi.PetStatus{petapi.PetStatusAvailable, petapi.PetStatusSold}})
	require.NoError(t, err)
	assert.Len(t, found, 3)

	replaced, err := c.ReplacePet(ctx, petapi.ReplacePetRequest{PetID: id, Body: petapi.NewPet{Name: "Rexine", Status: petapi.PetStatusSold}})
	require.NoError(t, err)
	assert.Equal(t, "Rexine", replaced.Name)
	assert.Equal(t, pet.CreatedAt, replaced.CreatedAt)

	counts, err := c.GetInventory(ctx, petapi.GetInventoryRequest{})
	require.NoError(t, err)
	assert.Equal(t, map[string]int64{"available": 1, "pending": 1, "sold": 2}, counts)

	// A photo is uploaded while it is read, replaced, and leaves with its pet.
	for _, png := range []string{"\x89PNG one", "\x89PNG two"} {
		photo := tornado.Upload{ContentType: "image/png", Reader: strings.NewReader(png)}
		require.NoError(t, c.PutPhoto(ctx, petapi.PutPhotoRequest{PetID: id, Body: photo}))
		got, err := c.GetPhoto(ctx, petapi.GetPhotoRequest{PetID: id})
		require.NoError(t, err)
		assert.Equal(t, tornado.Blob{ContentType: "image/png", Data: []byte(png)}, got)
	}
	large := io.LimitReader(strings.NewReader(strings.Repeat("x", 11<<20)), 11<<20)
	require.ErrorContains(t, c.PutPhoto(ctx, petapi.PutPhotoRequest{PetID: id, Body: tornado.Upload{ContentType: "image/jpeg", Reader: large}}), "413")

	require.NoError(t, c.DeletePet(ctx, petapi.DeletePetRequest{PetID: id}))
	_, err = c.GetPhoto(ctx, petapi.GetPhotoRequest{PetID: id})
	var noPhoto petapi.GetPhotoNotFound
	require.ErrorAs(t, err, &noPhoto)
	var noPet petapi.PutPhotoNotFound
	photo := tornado.Upload{ContentType: "image/png", Reader: strings.NewReader("x")}
	require.ErrorAs(t, c.PutPhoto(ctx, petapi.PutPhotoRequest{PetID: id, Body: photo}), &noPet)
	_, err = c.GetPet(ctx, petapi.GetPetRequest{PetID: id})
	var gone petapi.GetPetNotFound
	require.ErrorAs(t, err, &gone)
	assert.Contains(t, gone.Body.Title, "there is no pet")

	_, err = c.CreatePet(ctx, petapi.CreatePetRequest{Body: petapi.NewPet{Name: "Mia", Status: petapi.PetStatusSold}})
	var taken petapi.CreatePetConflict
	require.ErrorAs(t, err, &taken)

	stranger := tornadotest.NewClient(server, petapi.NewClient, petapi.WithBearer("wrong"))
	err = stranger.DeletePet(ctx, petapi.DeletePetRequest{PetID: 1})
	var unknown petapi.DeletePetUnauthorized
	require.ErrorAs(t, err, &unknown)
	assert.Equal(t, http.StatusUnauthorized, unknown.StatusCode())
}

func TestShopThroughHTTP(t *testing.T) {
	server := open(t)
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		contains           string
	}{
		"document":       {"GET", "/openapi.yaml", "", 200, "openapi: 3.1.0"},
		"page":           {"GET", "/docs", "", 200, "swagger-ui"},
		"page's files":   {"GET", "/docs/swagger-ui.css", "", 200, ".swagger-ui"},
		"alive":          {"GET", "/healthz", "", 200, "ok"},
		"ready":          {"GET", "/readyz", "", 200, "ready"},
		"pet":            {"GET", "/v1/pets/1", "", 200, `"name":"Mia"`},
		"not a number":   {"GET", "/v1/pets/one", "", 422, `"pointer":"petId"`},
		"limit too high": {"GET", "/v1/pets?limit=1000", "", 422, "must be at most 100"},
		"status missing": {"GET", "/v1/pets/findByStatus", "", 422, "is required"},
		"status unknown": {"GET", "/v1/pets/findByStatus?status=lost", "", 422, "must be one of available, pending, sold"},
		"syntax":         {"POST", "/v1/pets", `{"name": `, 400, "not valid JSON"},
		"created":        {"POST", "/v1/pets", `{"name": "Tom", "status": "sold", "animal": {"kind": "cat", "indoor": false}}`, 201, `"animal":{"kind":"cat","indoor":false}`},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequest(c.method, server.URL+c.path, strings.NewReader(c.body))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("X-API-Key", "demo-key")
			res, err := server.HTTPClient().Do(req)
			require.NoError(t, err)
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			assert.Equal(t, c.status, res.StatusCode, string(body))
			assert.Contains(t, string(body), c.contains)
		})
	}
}

// TestPetLeavesDuringUpload: what was there when the photo began to come need not be when it has come. The client sends it when it is asked for, and
// that is when the handler has found the pet and reads.
func TestPetLeavesDuringUpload(t *testing.T) {
	server := open(t)
	c := tornadotest.NewClient(server, petapi.NewClient, petapi.WithAPIKey("demo-key"))
	transport, ok := server.HTTPClient().Transport.(*http.Transport)
	require.True(t, ok)
	transport = transport.Clone()
	transport.ExpectContinueTimeout = time.Minute
	t.Cleanup(transport.CloseIdleConnections)
	patient := tornadotest.NewClient(server, petapi.NewClient, petapi.WithAPIKey("demo-key"),
		client.WithHTTPClient(&http.Client{Transport: transport}), client.WithHeader("Expect", "100-continue"))
	photo, upload := io.Pipe()
	go func() {
		_, _ = io.WriteString(upload, "begun")
		err := c.DeletePet(t.Context(), petapi.DeletePetRequest{PetID: 1})
		_ = upload.CloseWithError(err)
	}()
	err := patient.PutPhoto(t.Context(), petapi.PutPhotoRequest{PetID: 1, Body: tornado.Upload{ContentType: "image/png", Reader: photo}})
	var gone petapi.PutPhotoNotFound
	require.ErrorAs(t, err, &gone)
}

// Files that the welcome names are in the repository, and are what they are sent as.
func TestWelcome(t *testing.T) {
	text := welcome(&net.TCPAddr{Port: 8080}, &net.TCPAddr{Port: 9090})
	names := regexp.MustCompile(`image/png' -T (\S+)`).FindAllStringSubmatch(text, -1)
	require.Len(t, names, 1)
	file, err := os.Open(filepath.Join("../..", names[0][1]))
	require.NoError(t, err)
	defer file.Close()
	_, format, err := image.Decode(file)
	require.NoError(t, err)
	require.Equal(t, "png", format)
}

// Addresses that the welcome names are those that are listened on.
func TestWelcomeAddresses(t *testing.T) {
	for addr, want := range map[*net.TCPAddr]string{
		{Port: 8080}:                           "http://localhost:8080/docs ",
		{IP: net.IPv4zero, Port: 8080}:         "http://localhost:8080/docs ",
		{IP: net.IPv6zero, Port: 8080}:         "http://localhost:8080/docs ",
		{IP: net.IPv4(192, 0, 2, 1), Port: 80}: "http://192.0.2.1:80/docs ",
		{IP: net.IPv6loopback, Port: 9000}:     "http://[::1]:9000/docs ",
	} {
		require.Contains(t, welcome(addr, nil), want, addr)
	}
}

// TestAllThatIsWrongIsSaidAtOnce sends a pet that breaks many rules.
func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	server := open(t)
	const bad = `{"status": "lost", "tags": ["a", "a", ""], "born": "2020-02-30", "animal": {"kind": "dog", "weight": 0}}`
	req, err := http.NewRequest(http.MethodPost, server.URL+"/v1/pets", strings.NewReader(bad))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer demo-token")
	res, err := server.HTTPClient().Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusUnprocessableEntity, res.StatusCode)
	var problem tornado.Problem
	require.NoError(t, json.NewDecoder(res.Body).Decode(&problem))
	got := map[string]string{}
	for _, v := range problem.Errors {
		assert.Equal(t, "body", v.In)
		got[v.Pointer] = v.Keyword
	}
	assert.Equal(t, map[string]string{
		"/name": "required", "/status": "enum", "/tags": "uniqueItems", "/tags/2": "minLength", "/born": "format", "/animal/weight": "exclusiveMinimum",
	}, got)
}

// TestContract drives every operation with generated requests, and holds every answer against the document.
func TestContract(t *testing.T) {
	db := openDatabase(t)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	contract.Test(t, petapi.New(&shop{db: db}, auth{key: "demo-key"}), contract.WithCredential("apiKey", "demo-key"), contract.WithValues("petId", 1, 2, 3, 1000))
}
