package openapi20_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/openapi20/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler keeps the latest request.
type handler struct {
	api.UnimplementedDefaultHandler
	list api.ListPetsRequest
	got  any
}

func (h *handler) ListPets(_ context.Context, req api.ListPetsRequest) (*api.ListPetsOK, error) {
	h.list = req
	return &api.ListPetsOK{XNext: []int64{1, 2}, Body: []api.Pet{pet}}, nil
}

func (h *handler) AddPet(_ context.Context, req api.AddPetRequest) (api.Pet, error) {
	if base, ok := req.Body.Value.(*api.PetBase); ok && base.Name == "gone" {
		return api.Pet{}, api.AddPetDefault{Status: http.StatusConflict, Body: api.Problem{Message: "taken"}}
	}
	return req.Body, nil
}

func (h *handler) ChangePet(_ context.Context, req api.ChangePetRequest) error {
	h.got = req
	return nil
}

func (h *handler) PutPhoto(_ context.Context, req api.PutPhotoRequest) error {
	for part, err := range req.Body {
		if err != nil {
			return err
		}
		data, err := io.ReadAll(part.File)
		h.got = fmt.Sprint(req.ID, part.Fields.Caption, part.File.Name, part.File.ContentType, string(data), err)
	}
	return nil
}

func (h *handler) GetPhoto(context.Context, api.GetPhotoRequest) ([]byte, error) {
	return []byte("\x89PNG"), nil
}

type auth struct{}

func (auth) Password(ctx context.Context, _ tornado.Basic) (context.Context, error) { return ctx, nil }

func (auth) Login(ctx context.Context, _ tornado.Bearer) (context.Context, error) { return ctx, nil }

func (auth) Key(ctx context.Context, _ tornado.APIKey) (context.Context, error) { return ctx, nil }

var pet = api.Pet{Value: &api.Cat{Name: "Tom", Kind: "Cat", Owner: tornado.Nil[api.Owner](), Indoor: tornado.Some(true)}}

func serve(t *testing.T) (*handler, string, *api.Client) {
	t.Helper()
	h := &handler{}
	url := drive.Serve(t, api.New(h, auth{}))
	c, err := api.NewClient(url, api.WithPassword("me", "secret"), api.WithKey("k"))
	require.NoError(t, err)
	return h, url, c
}

// TestCollectionFormats sends each collectionFormat, and what the client makes of the same values.
func TestCollectionFormats(t *testing.T) {
	h, url, c := serve(t)
	want := api.ListPetsRequest{
		Tags: []string{"a", "b,c"}, Plain: []int32{1, 2}, Many: []api.ListPetsManyItem{"cat", "dog"}, Spaces: []string{"a", "b"},
		Tabs: []string{"a", "b c"}, Bars: []string{"a", "b"}, XBars: []string{"a", "b,c"}, Limit: tornado.Some[int64](10),
		From: tornado.Some(tornado.Date{Year: 2020, Month: 2, Day: 29}),
	}
	got := drive.Do(t, http.MethodGet, url+"/pets/a,b%2Cc?plain=1,2&many=cat&many=dog&spaces=a+b&tabs=a%09b%20c&bars=a|b&since=2020-02-29", "",
		"X-Bars", "a|b,c", "Authorization", "Basic bWU6c2VjcmV0")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	assert.Equal(t, want, h.list)
	assert.Equal(t, "1,2", got.Header.Get("X-Next"))
	assert.JSONEq(t, `[{"name":"Tom","kind":"Cat","owner":null,"indoor":true}]`, got.Body)

	answer, err := c.ListPets(t.Context(), want)
	require.NoError(t, err)
	assert.Equal(t, want, h.list)
	assert.Equal(t, []api.Pet{pet}, answer.Body)
	assert.Equal(t, []int64{1, 2}, answer.XNext)

	got = drive.Do(t, http.MethodGet, url+"/pets/a?plain=x&many=cow&limit=100&bars=a|b|c", "", "Authorization", "Basic bWU6c2VjcmV0")
	assert.Equal(t, []string{"query limit maximum", "query plain/0 type", "query many/0 enum", "query bars maxItems"}, got.Violations(t), got.Body)
}

// TestBody sends a body that is a parameter of the document, and takes an answer that operations share.
func TestBody(t *testing.T) {
	_, url, c := serve(t)
	got := drive.Do(t, http.MethodPost, url+"/pets?key=k", `{"name":"Tom","kind":"Cat","owner":null,"weight":0}`)
	assert.Equal(t, []string{"body /weight exclusiveMinimum"}, got.Violations(t), got.Body)
	got = drive.Do(t, http.MethodPost, url+"/pets?key=k", `{}`, "Content-Type", "application/xml")
	assert.Equal(t, http.StatusUnsupportedMediaType, got.Status)
	got = drive.Do(t, http.MethodPost, url+"/pets", `{"name":"Tom","kind":"Pet"}`)
	assert.Equal(t, http.StatusUnauthorized, got.Status)

	added, err := c.AddPet(t.Context(), api.AddPetRequest{Body: pet})
	require.NoError(t, err)
	assert.Equal(t, pet, added)
	_, err = c.AddPet(t.Context(), api.AddPetRequest{Body: api.Pet{Value: &api.PetBase{Name: "gone"}}})
	var problem api.AddPetDefault
	require.ErrorAs(t, err, &problem)
	assert.Equal(t, api.AddPetDefault{Status: http.StatusConflict, Body: api.Problem{Message: "taken"}}, problem)
}

// TestFile takes an answer that is a file, of the media type that the operation produces.
func TestFile(t *testing.T) {
	_, url, c := serve(t)
	got := drive.Do(t, http.MethodGet, url+"/pets/1/photo", "", "Authorization", "Basic bWU6c2VjcmV0")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	assert.Equal(t, "image/png", got.Header.Get("Content-Type"))
	photo, err := c.GetPhoto(t.Context(), api.GetPhotoRequest{ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, "\x89PNG", string(photo))
}

// TestDocument gives the document as its author wrote it, and the base path of its host.
func TestDocument(t *testing.T) {
	assert.Contains(t, string(api.Document()), `swagger: "2.0"`)
	assert.Equal(t, "/v2", api.New(&handler{}, auth{}).BasePath())
}

// TestForms sends forms of parameters in formData, with arrays as their collectionFormat says, and a file.
func TestForms(t *testing.T) {
	h, url, c := serve(t)
	want := api.ChangePetRequest{ID: "1", Body: api.ChangePetBody{
		Name: "Tom", Tags: []string{"a", "b,c"}, Sizes: []int64{1, 2}, Colors: []string{"red", "blue"},
	}}
	got := drive.Do(t, http.MethodPost, url+"/pets/1/form", "name=Tom&tags=a,b%2Cc&sizes=1%092&colors=red&colors=blue",
		"Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, want, h.got)
	require.NoError(t, c.ChangePet(t.Context(), want))
	assert.Equal(t, want, h.got)
	got = drive.Do(t, http.MethodPost, url+"/pets/1/form", "name=&sizes=x", "Content-Type", "application/x-www-form-urlencoded")
	assert.Equal(t, []string{"body /name minLength", "body /sizes/0 type"}, got.Violations(t), got.Body)

	photo := &tornado.FilePart{Name: "tom.png", ContentType: "image/png", Reader: strings.NewReader("\x89PNG")}
	fields := api.PutPhotoBodyFields{Caption: tornado.Some("Tom")}
	require.NoError(t, c.PutPhoto(t.Context(), api.PutPhotoRequest{ID: "1", Body: tornado.Parts(fields, photo)}))
	assert.Equal(t, fmt.Sprint("1", tornado.Some("Tom"), "tom.png", "image/png", "\x89PNG", nil), h.got)
}

// TestUnwrittenAuthentication is no answer of the API's, which declares one for every other status.
func TestUnwrittenAuthentication(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{}, api.UnimplementedAuthenticator{}))
	got := drive.Do(t, http.MethodGet, url+"/pets/a?limit=2", "")
	assert.Equal(t, http.StatusNotImplemented, got.Status)
	assert.Equal(t, "application/problem+json", got.Header.Get("Content-Type"))
	assert.Contains(t, got.Body, `"detail":"authentication for listPets is not implemented yet"`)
}
