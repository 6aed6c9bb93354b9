package main

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	xmlapi "github.com/tornadogen/tornadogen/golden/body_xml/expected"
	"github.com/tornadogen/tornadogen/runtime/tornadotest"
	"github.com/tornadogen/tornadogen/spec"
)

// echoed answers with what it gets.
type echoed struct{}

func (echoed) PostPet(_ context.Context, req xmlapi.PostPetRequest) (*xmlapi.Pet, error) {
	return &req.Body, nil
}

func (echoed) PutList(_ context.Context, req xmlapi.PutListRequest) ([]xmlapi.Person, error) {
	return req.Body, nil
}

// TestSamplesOfXMLAreThoseOfAService: a service of the document writes the same XML of a sample, and reads the sample from it.
func TestSamplesOfXMLAreThoseOfAService(t *testing.T) {
	api, _, err := spec.Load("../../golden/body_xml/openapi.yaml")
	require.NoError(t, err)
	server := tornadotest.Serve(t, xmlapi.New(echoed{}))
	send := func(method, path, contentType, accept, body string) string {
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Accept", accept)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, res.StatusCode, "%s", text)
		return string(text)
	}
	pet := api.Operations[0].Body.Content[0].Schema
	full := `{"id": 1, "name": "a < b", "photoUrls": ["u", "v"], "tags": [{"name": "x"}, {"color": "red"}], "owner": {"name": "Ann", "age": 3},` +
		` "price": {"currency": "EUR", "exact": true, "amount": 1.5}, "born": null, "lang": "en", "weight": 2, "parent": {"id": 2, "name": "bb", "photoUrls": [], "tags": [], "weight": 1}}`
	for _, sample := range []string{answerSample(pet), full} {
		sample = send("POST", "/pets", "application/json", "application/json", sample) // with its defaults
		text := xmlText(pet, sample)
		assert.Equal(t, send("POST", "/pets", "application/json", "application/xml", sample), text)
		assert.JSONEq(t, sample, send("POST", "/pets", "application/xml", "application/json", text))
	}
	list := api.Operations[1].Body.Content[0].Schema
	text := xmlText(list, answerSample(list))
	renamed := strings.NewReplacer("<PutListBody>", "<value>", "</PutListBody>", "</value>") // the root of a schema without a name
	assert.Equal(t, text, renamed.Replace(send("PUT", "/list", "text/xml", "application/atom+xml", text)))
}

func TestSamplesOfXML(t *testing.T) {
	text, list := &spec.Schema{Types: []string{"string"}}, &spec.Schema{Types: []string{"array"}}
	property := func(name string, s *spec.Schema, x *spec.XML) *spec.Property {
		return &spec.Property{Name: name, Schema: &spec.Schema{AllOf: []*spec.Schema{s}, XML: x}}
	}
	inner := &spec.Schema{Properties: []*spec.Property{property("at", text, &spec.XML{NodeType: "attribute"}), property("x", text, nil)}}
	cat := &spec.Schema{Name: "Cat", XML: &spec.XML{Name: "cat"}, Properties: []*spec.Property{
		property("in", inner, &spec.XML{NodeType: "none"}), property("said", text, &spec.XML{NodeType: "cdata"}),
		property("codes", list, &spec.XML{NodeType: "attribute", Prefix: "c", Namespace: "urn:c"}), property("rows", list, &spec.XML{NodeType: "element"}),
		property("self", text, &spec.XML{Prefix: "c", Namespace: "urn:c"}), property("no name", text, nil),
	}}
	for _, c := range []struct {
		schema       *spec.Schema
		sample, want string
	}{
		{nil, `{}`, "<value></value>"},
		{text, `"word"`, "<value>word</value>"},
		{text, `"  <a/>"`, "  <a/>"},
		{text, `"<3 you"`, "<value>&lt;3 you</value>"},
		{text, `"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>"`, `<?xml version="1.0" encoding="ISO-8859-1"?><a/>`},
		{cat, `"<?xml version='1.0'?><cat/>"`, "<?xml version='1.0'?><cat/>"},
		{
			cat, `{"in": {"at": "1", "x": "y"}, "said": "a]]>b", "codes": ["1", "2"], "rows": [[1], null], "self": "s", "no name": "?", "other": {"é": true}}`,
			`<cat at="1" xmlns:c="urn:c" c:codes="1 2"><x>y</x><![CDATA[a]]]]><![CDATA[>b]]><rows><rows><rows>1</rows></rows>` +
				`<rows xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"></rows></rows>` +
				`<c:self xmlns:c="urn:c">s</c:self><other><é>true</é></other></cat>`,
		},
		{&spec.Schema{OneOf: []*spec.Schema{cat, {Const: &spec.Literal{JSON: "null"}}}}, `{}`, "<cat></cat>"},
		{&spec.Schema{OneOf: []*spec.Schema{inner, cat}}, `{"self": "s"}`, `<value><c:self xmlns:c="urn:c">s</c:self></value>`},
		{&spec.Schema{Types: []string{"array"}, Items: cat}, `[{}]`, "<value><cat></cat></value>"},
		{&spec.Schema{Types: []string{"array"}, Items: &spec.Schema{Name: "Dog"}}, `[1]`, "<value><Dog>1</Dog></value>"},
		{&spec.Schema{Name: "a b", Types: []string{"array"}, PrefixItems: []*spec.Schema{{XML: &spec.XML{Name: "one"}}}}, `[1, 2]`, "<value><one>1</one><one>2</one></value>"},
	} {
		got := xmlText(c.schema, c.sample)
		if strings.HasPrefix(c.want, "<?") || strings.HasPrefix(c.want, " ") {
			assert.Equal(t, c.want, got)
			continue
		}
		assert.Equal(t, xmlHeader+c.want, got)
		assert.NoError(t, xml.Unmarshal([]byte(got), new(any)))
	}
}
