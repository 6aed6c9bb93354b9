package param

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPickContentType(t *testing.T) {
	versions := []string{"application/json; version=1", "application/json; version=2", "application/*+json", `text/xml; type="a;b"`}
	for field, want := range map[string]int{
		"application/json; version=1": 0, "application/json;version=2": 1, `APPLICATION/json; VERSION="2"; x=y`: 1, "application/json": 0,
		"application/json; version=3": -1, "application/json; version=": -1, "application/x+json; version=3": 2, "text/xml": 3, `text/xml;type="a;b"`: 3,
		`text/xml; type="a"; b=""`: -1, "text/plain": -1, "": -1, "application": -1, ";version=2": -1, "application/json; ;version=2;": 1,
	} {
		assert.Equal(t, want, PickContentType([]byte(field), versions), field)
	}
	bare := []string{"a/b; v=1; w=1", "a/b", "a/*", "a/b; w=1; charset=utf-8"}
	for field, want := range map[string]int{
		"a/b": 1, "a/b; w=1": 3, "a/b; w=1; charset=latin1": 3, "a/b;v=1;w=1": 0, "a/b;v=2;w=1": 3, "a/b;v=2;w=2": 1, "a/c;v=1": 2,
	} {
		assert.Equal(t, want, PickContentType([]byte(field), bare), field)
	}
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	jsonAndCSV := []string{"application/json", "text/csv"}
	tests := []struct {
		accept  string
		offered []string
		want    int
	}{
		{"", jsonAndCSV, 0},
		{"*/*", jsonAndCSV, 0},
		{"text/csv", jsonAndCSV, 1},
		{"TEXT/CSV", jsonAndCSV, 1},
		{"application/json", jsonAndCSV, 0},
		{"text/html", jsonAndCSV, -1},
		{"text/html, */*;q=0.1", jsonAndCSV, 0},
		{"text/*", jsonAndCSV, 1},
		{"text/csv, application/json", jsonAndCSV, 0},
		{"text/csv;q=0.9, application/json;q=0.8", jsonAndCSV, 1},
		{"text/csv;q=0.8,application/json;q=0.800", jsonAndCSV, 0},
		{"application/json;q=0, */*", jsonAndCSV, 1},
		{"application/json;q=0, text/csv;q=0", jsonAndCSV, -1},
		{"*/*;q=0", jsonAndCSV, -1},
		{"application/*;q=0.2, */*;q=0.5", jsonAndCSV, 1},
		{"application/json;charset=utf-8", jsonAndCSV, 0},
		{"application/json;charset=utf-8", []string{"application/json; charset=UTF-8"}, 0},
		{"application/json;charset=\"utf-8\"", []string{"application/json;charset=utf-16"}, -1},
		{"application/json;v=1;q=0.1, application/json;q=0.5", []string{"application/json;v=2", "application/json;v=1"}, 0},
		{"application/json;v=1, application/json;q=0.5", []string{"application/json;v=2", "application/json;v=1"}, 1},
		{"application/*+json", []string{"text/csv", "application/problem+json"}, 1},
		{"application/*+json", []string{"application/json"}, -1},
		{"image/png", []string{"text/csv", "image/*"}, 1},
		{"image/*", []string{"image/*"}, 0},
		{"image/png", []string{"*/*"}, 0},
		{"application/vnd.api+json", []string{"application/*+json"}, 0},
		{"text/html;level=\"1,2;q=0\", text/csv;q=0.5", jsonAndCSV, 1},
		{"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", jsonAndCSV, 0},
		{"application/json;q=2", jsonAndCSV, 0}, // no range is valid: as if the field was absent
		{"application/json;q=x, text/csv", jsonAndCSV, 1},
		{"nonsense", jsonAndCSV, 0},
		{",, ,", jsonAndCSV, 0},
		{"/json", jsonAndCSV, 0},
		{"application/json ; q=0.5 , text/csv ; q=1.000", jsonAndCSV, 1},
		{"application/json;Q=0.5,text/csv;q=1.", jsonAndCSV, 1},
		{"application/json;q=1.001", jsonAndCSV, 0},
		{"application/json;q=5,text/csv", jsonAndCSV, 1},
		{"application/json;q=10,text/csv", jsonAndCSV, 1},
		{"application/json;q=0.x,text/csv", jsonAndCSV, 1},
		{"application/json", []string{"a/1", "a/2", "a/3", "a/4", "a/5", "a/6", "a/7", "a/8", "a", "application/json;v=1"}, 9},
		{"application/json;q=0.0001,text/csv;q=0.001", jsonAndCSV, 1},
		{"text/csv", nil, -1},
		{"", nil, -1},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, Accepts([]byte(tt.accept), tt.offered), "%q %v", tt.accept, tt.offered)
	}
	assert.Equal(t, 0, Accepts(nil, jsonAndCSV))
}

func TestContentType(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"application/json":                      "application/json",
		"Application/JSON; charset=utf-8":       "application/json",
		" text/plain\t;x":                       "text/plain",
		"application/vnd.Example+json":          "application/vnd.example+json",
		"":                                      "",
		"json":                                  "",
		"application/":                          "",
		"/json":                                 "",
		"a b/json":                              "",
		"application/json, text/plain":          "",
		"multipart/form-data; boundary=\"a;b\"": "multipart/form-data",
		"text/x~y.z-1!":                         "text/x~y.z-1!",
	} {
		assert.Equal(t, want, ContentType([]byte(field)), field)
	}
}

func TestMatchContentType(t *testing.T) {
	t.Parallel()
	patterns := []string{"*/*", "image/*", "application/*+json", "application/json; charset=utf-8", "application/vnd.a+json"}
	for contentType, want := range map[string]int{
		"application/json": 3, "application/vnd.a+json": 4, "application/vnd.b+json": 2, "image/png": 1, "text/plain": 0, "": -1,
		"application/+json": 0,
	} {
		assert.Equal(t, want, MatchContentType(contentType, patterns), contentType)
	}
	assert.True(t, MatchesAny([]byte("image/png"), patterns[1:]))
	assert.False(t, MatchesAny([]byte("text/plain"), patterns[1:]))
	assert.False(t, MatchesAny("text/plain", nil))
}

func TestNegotiationAllocatesNothing(t *testing.T) {
	offered := []string{"application/json", "application/problem+json"}
	for _, accept := range []string{"", "*/*", "application/json", "text/html,application/*;q=0.5;x,*/*;q=0.1"} {
		field := []byte(accept)
		assert.Zero(t, testing.AllocsPerRun(100, func() { Accepts(field, offered) }), accept)
	}
	field := []byte("application/json; charset=utf-8")
	assert.Zero(t, testing.AllocsPerRun(100, func() { MatchContentType(ContentType(field), offered) }))
}
