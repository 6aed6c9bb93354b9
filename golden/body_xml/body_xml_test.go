package body_xml_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/body_xml/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

type handler struct{}

func (handler) PostPet(_ context.Context, req api.PostPetRequest) (*api.Pet, error) {
	if req.Body.ID == 0 {
		return nil, api.PostPetNotFound{Body: api.Problem{Title: "no <pet>"}}
	}
	return &req.Body, nil
}

func (handler) PutList(_ context.Context, req api.PutListRequest) ([]api.Person, error) {
	return req.Body, nil
}

func start(t *testing.T, opts ...client.Option) (string, *api.Client) {
	t.Helper()
	url := drive.Serve(t, api.New(handler{}))
	c, err := api.NewClient(url, opts...)
	require.NoError(t, err)
	return url, c
}

var pet = api.Pet{
	ID: 5, Name: "Zoë & co", PhotoURLs: []string{"a", "b"}, Tags: []api.Tag{{Name: tornado.Some("t"), Color: tornado.Some(api.TagColorRed)}},
	Owner: tornado.Some(api.Person{Name: "Ann"}), Price: tornado.Some(api.Price{Currency: tornado.Some("EUR"), Exact: tornado.Some(true), Amount: 5.5}),
	Born: tornado.Nil[tornado.Date](), Lang: tornado.Some("de"), Weight: tornado.Some(2.5), Parent: tornado.Some(&api.Pet{ID: 6, Name: "Mum", PhotoURLs: []string{}, Weight: tornado.Some(1.5)}),
}

const document = `<?xml version="1.0" encoding="UTF-8"?>
<pet id="5" xmlns:x="urn:x" x:lang="de"><name>Zoë &amp; co</name><photoUrl>a</photoUrl><photoUrl>b</photoUrl>` +
	`<tags><tag><name>t</name><color>red</color></tag></tags><owner><name>Ann</name></owner><m:price xmlns:m="urn:m" m:currency="EUR" m:exact="true">5.5</m:price>` +
	`<born xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"></born><weight>2.5</weight>` +
	`<pet id="6"><name>Mum</name><weight>1.5</weight></pet></pet>`

// TestBothWays sends JSON and XML, and asks for both. A prefix that an element and its attributes have is declared once.
func TestBothWays(t *testing.T) {
	url, c := start(t, client.WithHeader("Accept", "application/xml"))
	got, err := c.PostPet(t.Context(), api.PostPetRequest{Body: pet})
	require.NoError(t, err)
	assert.Equal(t, &pet, got)
	answer := drive.Do(t, http.MethodPost, url+"/pets", document, "Content-Type", "application/xml", "Accept", "application/xml")
	require.Equal(t, http.StatusOK, answer.Status, answer.Body)
	assert.Equal(t, document, answer.Body)
	assert.Equal(t, "application/xml", answer.Header.Get("Content-Type"))
	answer = drive.Do(t, http.MethodPost, url+"/pets", document, "Content-Type", "Application/XML; charset=utf-8")
	assert.Equal(t, string(pet.AppendJSON(nil)), answer.Body)
}

func TestErrors(t *testing.T) {
	url, c := start(t)
	_, err := c.PostPet(t.Context(), api.PostPetRequest{Body: api.Pet{Name: "No"}})
	assert.Equal(t, api.PostPetNotFound{Body: api.Problem{Title: "no <pet>"}}, err)
	answer := drive.Do(t, http.MethodPost, url+"/pets", `{"id":0,"name":"no","photoUrls":[]}`, "Accept", "application/xml")
	assert.Equal(t, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<problem><title>no &lt;pet&gt;</title></problem>", answer.Body)
}

// TestViolations tells all that is wrong with a document, with pointers into its value.
func TestViolations(t *testing.T) {
	url, _ := start(t)
	send := func(path, media, body string) drive.Answer {
		return drive.Do(t, http.MethodPost, url+path, body, "Content-Type", media)
	}
	got := send("/pets", "application/xml", `<pet id="x"><name>Z</name><tags><tag><color>green</color></tag></tags><owner><age>-1</age></owner><price>?</price><other/></pet>`)
	require.Equal(t, http.StatusUnprocessableEntity, got.Status, got.Body)
	assert.Equal(t, []string{
		"body /id type", "body /name minLength", "body /tags/0/color enum", "body /owner/age minimum", "body /owner/name required", "body /price/amount type",
		"body /other additionalProperties",
	}, got.Violations(t))
	for body, want := range map[string]string{
		"<pet>":                           "ends too early",
		`<!DOCTYPE pet SYSTEM "x"><pet/>`: "document type",
		"<pet>&lol;</pet>":                "line 1",
		`<pet></pet><pet></pet>`:          "several",
		"{}":                              "no element",
		"<pet" + strings.Repeat(" a=''", 1_001) + "/>":                "more than 1000 attributes in an element",
		"<pet>" + strings.Repeat("<a/>", 50_000) + "</pet>":           "more than 50000 elements and attributes",
		strings.Repeat("<?xml version='1.0' encoding='latin1'?>", 40): "twice",
	} {
		got := send("/pets", "application/xml", body)
		assert.Equal(t, http.StatusBadRequest, got.Status, body)
		assert.Contains(t, got.Body, want)
	}
	assert.Equal(t, http.StatusUnsupportedMediaType, send("/pets", "application/xml; charset=koi8-r", "<pet/>").Status)
	assert.Equal(t, http.StatusUnsupportedMediaType, send("/pets", "application/atom+xml", "<pet/>").Status)
}

func TestList(t *testing.T) {
	url, c := start(t)
	list := []api.Person{{Name: "a"}, {Name: "b", Age: tornado.Some[int64](1)}}
	got, err := c.PutList(t.Context(), api.PutListRequest{Body: list})
	require.NoError(t, err)
	assert.Equal(t, list, got)
	answer := drive.Do(t, http.MethodPut, url+"/list", "<x><Person><name>a</name></Person></x>", "Content-Type", "text/xml")
	assert.Equal(t, "application/atom+xml", answer.Header.Get("Content-Type"))
	assert.Contains(t, answer.Body, "><Person><name>a</name></Person></")
	answer = drive.Do(t, http.MethodPut, url+"/list", "<x><Person/><Person/><Person/></x>", "Content-Type", "text/xml")
	assert.Equal(t, []string{"body  maxItems", "body /0/name required", "body /1/name required", "body /2/name required"}, answer.Violations(t))
}
