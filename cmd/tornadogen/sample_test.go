package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/internal/drive"
	"github.com/tornadogen/tornadogen/spec"
)

// unsampled are the golden documents some of whose answers have no sample that fits, and why.
var unsampled = map[string]string{
	"beside_types":       "contains, not, if and contradicting oneOf are not seen",
	"body_text":          "an object is no text",
	"exact_values":       "constants that are no value of their enum have none",
	"formats":            "no text has two formats",
	"impossible_members": "that a member of a union contradicts what stands beside it is not seen",
	"no_type":            "oneOf of what all take has no value of one alone",
	"null_refused":       "that a member of a union contradicts what stands beside it is not seen",
	"openapi32":          "a value of one member of the union is one of the other, too",
	"tuples":             "a tuple of itself is cut",
	"union_ambiguous":    "a value of one member of a union is one of another, too",
}

// TestSamplesKeepTheirSchemas holds the samples of all golden documents against the documents.
func TestSamplesKeepTheirSchemas(t *testing.T) {
	documents, err := filepath.Glob("../../golden/*/openapi.yaml")
	require.NoError(t, err)
	judged := 0
	for _, path := range append(documents, "testdata/samples.yaml") {
		name := filepath.Base(filepath.Dir(path))
		document, err := os.ReadFile(path)
		require.NoError(t, err)
		judges, err := drive.New(document)
		api, _, loadErr := spec.Load(path)
		if err != nil || loadErr != nil || api == nil {
			continue // of several files, say
		}
		byPlace := map[string]*drive.Operation{}
		for _, op := range judges.Operations() {
			byPlace[op.Method+" "+op.Path] = op
		}
		var faults []string
		for _, source := range api.Operations {
			op := byPlace[source.Method+" "+source.Path]
			if op == nil {
				continue
			}
			answers := sampleOfOperation(source).Answers
			for _, a := range answers {
				for slices.ContainsFunc(answers, func(b *mockAnswer) bool { return a.Declared < 100 && b.Declared == a.Status }) {
					a.Status++ // one of a range, or by default, that is no other's
				}
				if declared, _ := judges.Declares(op, a.Status); !declared {
					continue // nothing, where the document has no success
				}
				head := http.Header{}
				for _, h := range a.Headers {
					head.Add(h.Name, h.Value)
				}
				for _, b := range a.Bodies {
					head.Set("Content-Type", b.Type)
					answer := &drive.Answer{Status: a.Status, Header: head, Body: []byte(b.Text), Whole: true}
					fault, _ := judges.Judge(t.Context(), op, &drive.Input{}, &drive.Wire{Method: op.Method, Path: op.Path}, answer)
					judged++
					if fault != "" {
						faults = append(faults, op.ID+": "+fault+": "+b.Text)
					}
				}
			}
		}
		if unsampled[name] == "" {
			assert.Empty(t, faults, name)
		} else {
			assert.NotEmpty(t, faults, "%s has samples now", name)
		}
	}
	require.Greater(t, judged, 200)
}

// TestSamplesEnd: what many items of many items take, and what allOf leads to in many ways, is bounded.
func TestSamplesEnd(t *testing.T) {
	many := int64(100)
	items := &spec.Schema{Types: []string{"string"}, MinLength: &many}
	for range 8 {
		items = &spec.Schema{Types: []string{"array"}, MinItems: &many, Items: items}
	}
	parts := &spec.Schema{}
	wide := &spec.Schema{Types: []string{"string"}}
	for range 30 {
		parts = &spec.Schema{AllOf: slices.Repeat([]*spec.Schema{parts}, 12)}
		object := &spec.Schema{Types: []string{"object"}}
		for _, name := range strings.Split("abcdefghijkl", "") {
			object.Properties = append(object.Properties, &spec.Property{Name: name, Schema: wide})
			object.Required = append(object.Required, name)
		}
		wide = object
	}
	ring := &spec.Schema{}
	ring.AllOf = []*spec.Schema{ring, ring}
	start := time.Now()
	for _, s := range []*spec.Schema{items, parts, wide, ring} {
		for _, text := range []string{sampleOf(s), answerSample(s)} {
			assert.Less(t, len(text), 4*maxSample)
			assert.True(t, json.Valid([]byte(text)))
		}
	}
	assert.Less(t, time.Since(start), 20*time.Second)
}

// TestSampleOfNoLength: bounds that contradict one another have a sample all the same.
func TestSampleOfNoLength(t *testing.T) {
	least, most := int64(10), int64(6)
	s := &spec.Schema{Types: []string{"string"}, MinLength: &least, MaxLength: &most}
	assert.Equal(t, `"aaaaaa"`, sampleOf(s))
	list := &spec.Schema{Types: []string{"array"}, Items: s, MinItems: &most, UniqueItems: true}
	assert.True(t, json.Valid([]byte(sampleOf(list))))
}

func TestSampleOfCookies(t *testing.T) {
	r := &spec.Response{Status: 200}
	for _, name := range []string{"Set-Cookie", "X-List"} {
		s := &spec.Schema{Types: []string{"array"}, Examples: []spec.Literal{{JSON: `["a=1", "b=2"]`}}}
		r.Headers = append(r.Headers, &spec.Parameter{Name: name, Schema: s})
	}
	assert.Equal(t, []mockHeader{{"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}, {"X-List", "a=1,b=2"}}, answerOf(r).Headers)
}

// TestSampleOfAnEvent: names and ids of events have no place for line ends, and data has a line for each of its own (HTML Living Standard
// section 9.2.6).
func TestSampleOfAnEvent(t *testing.T) {
	for item, want := range map[string]string{
		`{"event": "a\nb", "id": "1\r\n2\u0000", "retry": 10, "data": "x\ny\r\nz\rw"}`: "event: a b\nid: 1 2 \nretry: 10\ndata: x\ndata: y\ndata: z\ndata: w\n",
		`{"event": "end"}`:           "event: end\ndata: \n",
		`{"name": "a\nb"}`:           `data: {"name": "a\nb"}` + "\n",
		`{"id": "\n", "data": "\n"}`: "id:  \ndata: \ndata: \n",
	} {
		assert.Equal(t, want, eventText(item), item)
	}
}

// TestSamplesAreExamples: an example of a body is its value, or the text that the document writes out itself.
func TestSamplesAreExamples(t *testing.T) {
	pet := &spec.Schema{Name: "Pet", XML: &spec.XML{Name: "pet"}}
	for _, c := range []struct {
		media   string
		example spec.Literal
		want    string
	}{
		{"application/xml", spec.Literal{JSON: `{"name": "Mia"}`}, `<?xml version="1.0" encoding="UTF-8"?>` + "\n<pet><name>Mia</name></pet>"},
		{"application/xml", spec.Literal{JSON: `"<pet/>"`}, "<pet/>"},
		{"application/xml", spec.Literal{JSON: `{"name": "Mia"}`, Serialized: "<pet><name>Mia</name></pet>"}, "<pet><name>Mia</name></pet>"},
		{"application/json", spec.Literal{JSON: `"[1]"`, Serialized: "[1]"}, "[1]"},
		{"text/plain", spec.Literal{JSON: `"a"`}, "a"},
	} {
		m := &spec.MediaType{Name: c.media, Schema: pet, Examples: []spec.Literal{c.example}}
		assert.Equal(t, c.want, bodiesOf(m)[0].Text)
	}
	api, _, err := spec.Load("../../golden/rare_fields/openapi.yaml")
	require.NoError(t, err)
	var texts []string
	for _, op := range api.Operations {
		for _, a := range sampleOfOperation(op).Answers {
			for _, b := range a.Bodies {
				texts = append(texts, b.Example+" "+b.Text)
			}
		}
	}
	assert.Subset(t, texts, []string{"some [1,12]", "one [11]", "text [12]"})
}
