package route

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestRest(t *testing.T) {
	t.Parallel()
	templates := []string{
		"/files/{rest...}", "/files/{id}", "/files/{rest...}/raw", "/files/top", "/v1/{rest...}:cancel", "/v1/{rest...}", "/v1/{rest...}/parts/{n}.{ext}",
		"/a/{x}/{rest...}/b/{y}", "/s3-{rest...}", "/q/{a}/b", "/q/{rest...}",
	}
	tab := table(t, templates...)
	for path, want := range map[string]string{
		"/files/a":            "/files/{id} id=a",
		"/files/top":          "/files/top",
		"/files/top/":         "/files/{rest...} rest...=top/",
		"/files/a/b":          "/files/{rest...} rest...=a/b",
		"/files/a/b/raw":      "/files/{rest...}/raw rest...=a/b",
		"/files/a/raw":        "/files/{rest...}/raw rest...=a",
		"/files/raw":          "/files/{id} id=raw",
		"/files/raw/raw":      "/files/{rest...}/raw rest...=raw",
		"/files/a/b/r%61w":    "/files/{rest...}/raw rest...=a/b",
		"/files/a/b/raw/":     "/files/{rest...} rest...=a/b/raw/",
		"/files//raw":         "/files/{rest...} rest...=/raw",
		"/files//":            "/files/{rest...} rest...=/",
		"/files/":             "NotFound",
		"/files":              "NotFound",
		"/files/a%2Fb/c":      "/files/{rest...} rest...=a%2Fb/c",
		"/v1/p/x/o/y:cancel":  "/v1/{rest...}:cancel rest...=p/x/o/y",
		"/v1/p:cancel":        "/v1/{rest...}:cancel rest...=p",
		"/v1/:cancel":         "/v1/{rest...} rest...=:cancel",
		"/v1/p%3Acancel":      "/v1/{rest...} rest...=p%3Acancel",
		"/v1/p/q/parts/1.t.z": "/v1/{rest...}/parts/{n}.{ext} rest...=p/q n=1.t ext=z",
		"/v1/p/q/parts/1":     "/v1/{rest...} rest...=p/q/parts/1",
		"/a/1/2/3/b/4":        "/a/{x}/{rest...}/b/{y} x=1 rest...=2/3 y=4",
		"/a/1/2/b/b/4":        "/a/{x}/{rest...}/b/{y} x=1 rest...=2/b y=4",
		"/a/1/b/4":            "NotFound",
		"/a/1/2/b/":           "NotFound",
		"/s3-a/b":             "/s3-{rest...} rest...=a/b",
		"/s3-":                "NotFound",
		"/q/x/b":              "/q/{a}/b a=x",
		"/q/x/c":              "/q/{rest...} rest...=x/c",
		"/q/x/b/c":            "/q/{rest...} rest...=x/b/c",
	} {
		assert.Equal(t, want, match(tab, templates, "GET", path), path)
	}
}

func TestRestIsRefused(t *testing.T) {
	t.Parallel()
	for _, template := range []string{"{rest...}", "/a/{x}-{rest...}", "/a/{rest...}{x}", "/a/{rest...}/b/{more...}"} {
		require.Error(t, new(Table).Add("GET", template, 0), template)
	}
	tab := table(t, "/a/{rest...}/b")
	require.ErrorContains(t, tab.Add("GET", "/a/{other...}/b", 1), "the same path")
	require.NoError(t, tab.Add("PUT", "/a/{other...}/b", 1))
	assert.Equal(t, "GET, HEAD, PUT", string(tab.Allow(nil, []byte("/a/x/y/b"))))
	_, outcome := tab.Match([]byte("HEAD"), []byte("/a/x/y/b"), new(Params))
	assert.Equal(t, FoundForHead, outcome)
}

func TestRestBehindBase(t *testing.T) {
	t.Parallel()
	tab := new(Table)
	tab.SetBase("/base/v1")
	require.NoError(t, tab.Add("GET", "/{rest...}", 0))
	assert.Equal(t, "/{rest...} rest...=a/b", match(tab, []string{"/{rest...}"}, "GET", "/base/v1/a/b"))
	assert.Equal(t, "NotFound", match(tab, []string{"/{rest...}"}, "GET", "/base/v1/"))
}

// A path is found exactly where a plain expression says so, and the values put into the template give the path again.
func TestRestMatchesAsAnExpression(t *testing.T) {
	t.Parallel()
	part := rapid.SampledFrom([]string{"a", "b", "{x}", "a{x}", "{x}.a", ""})
	piece := rapid.SampledFrom([]string{"a", "b", "aa", "a.a", "%61", "", "c"})
	rapid.Check(t, func(t *rapid.T) {
		head, tail := rapid.SliceOfN(part, 0, 2).Draw(t, "head"), rapid.SliceOfN(part, 0, 2).Draw(t, "tail")
		around := rapid.SampledFrom([]string{"{rest...}", "a{rest...}", "{rest...}.a"}).Draw(t, "around")
		template := "/" + strings.Join(append(append(head, around), tail...), "/")
		path := "/" + strings.Join(rapid.SliceOfN(piece, 1, 6).Draw(t, "path"), "/")
		tab := new(Table)
		require.NoError(t, tab.Add("GET", template, 0))
		var params Params
		_, outcome := tab.Match([]byte("GET"), []byte(path), &params)
		expression := regexp.MustCompile("^" + strings.NewReplacer(
			"{rest...}", "(.+)", "{x}", "([^/]+)", ".", `\.`, "a", "(?:a|%61)",
		).Replace(template) + "$")
		require.Equal(t, expression.MatchString(path), outcome == Found, "%s %s", template, path)
		if outcome != Found {
			return
		}
		i := -1
		made := regexp.MustCompile(`\{\w+(\.\.\.)?\}`).ReplaceAllStringFunc(template, func(string) string { i++; return string(params.Value(i)) })
		require.Equal(t, strings.ReplaceAll(path, "%61", "a"), strings.ReplaceAll(made, "%61", "a"), fmt.Sprint(template))
	})
}
