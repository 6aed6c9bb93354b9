package route

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// table builds a table of GET operations, valued by position; a template may begin with a method of its own.
func table(t testing.TB, templates ...string) *Table {
	t.Helper()
	tab := new(Table)
	for i, template := range templates {
		method, path, ok := strings.Cut(template, " ")
		if !ok {
			method, path = "GET", template
		}
		require.NoError(t, tab.Add(method, path, i))
	}
	return tab
}

// match gives the template that was found with the values of its variables: "/a/{x} x=1".
func match(tab *Table, templates []string, method, path string) string {
	var params Params
	value, outcome := tab.Match([]byte(method), []byte(path), &params)
	if outcome != Found && outcome != FoundForHead {
		return outcome.String()
	}
	var b strings.Builder
	b.WriteString(templates[value])
	template := templates[value]
	if !strings.HasPrefix(template, "/") {
		_, template, _ = strings.Cut(template, " ")
	}
	for i, name := range variables(template) {
		fmt.Fprintf(&b, " %s=%s", name, params.Value(i))
	}
	if outcome == FoundForHead {
		b.WriteString(" (HEAD)")
	}
	return b.String()
}

// variables returns the names of a template's variables, in the order in which Params holds their values.
func variables(template string) []string {
	var names []string
	for s := range strings.SplitSeq(template, "/") {
		for at := strings.IndexByte(s, '{'); at >= 0; at = strings.IndexByte(s, '{') {
			s = s[at:]
			n := variableLen(s)
			if n == 0 {
				s = s[1:]
				continue
			}
			names = append(names, s[1:n-1])
			s = s[n:]
		}
	}
	return names
}

func TestMatch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		templates []string
		paths     map[string]string
	}{
		{"literal and variable", []string{"/", "/pets", "/pets/{petId}", "/pets/mine", "/pets/{petId}/toys/{toyId}"}, map[string]string{
			"/":                  "/",
			"/pets":              "/pets",
			"/pets/":             "NotFound",
			"/pets/12":           "/pets/{petId} petId=12",
			"/pets/mine":         "/pets/mine",
			"/pets/mine2":        "/pets/{petId} petId=mine2",
			"/pets/mine/toys/2":  "/pets/{petId}/toys/{toyId} petId=mine toyId=2",
			"/pets/a/toys/":      "NotFound",
			"/pets/a/toys/b/":    "NotFound",
			"/pets/..":           "/pets/{petId} petId=..",
			"/pets/./toys/..":    "/pets/{petId}/toys/{toyId} petId=. toyId=..",
			"//pets":             "NotFound",
			"/Pets":              "NotFound",
			"":                   "NotFound",
			"*":                  "NotFound",
			"pets":               "NotFound",
			"/pets/a%2Fb":        "/pets/{petId} petId=a%2Fb",
			"/pets/a%2ftoys%2f1": "/pets/{petId} petId=a%2ftoys%2f1",
			"/p%65ts/1":          "/pets/{petId} petId=1",
			"/%70%65%74%73":      "/pets",
			"/pets/%6dine":       "/pets/mine",
			"/pets%2Fmine":       "NotFound",
			"/pets/%zz":          "/pets/{petId} petId=%zz",
			"/pets%":             "NotFound",
		}},
		{"trailing slash and empty segments", []string{"/a/", "/a", "/b/", "/c//d", "/c/{x}/d", "/{x}/"}, map[string]string{
			"/a":      "/a",
			"/a/":     "/a/",
			"/b":      "NotFound",
			"/b/":     "/b/",
			"/c//d":   "/c//d",
			"/c/1/d":  "/c/{x}/d x=1",
			"/c///d":  "NotFound",
			"/z/":     "/{x}/ x=z",
			"/z":      "NotFound",
			"//":      "NotFound",
			"/a//":    "NotFound",
			"/%2F/":   "/{x}/ x=%2F",
			"/c/%/d":  "/c/{x}/d x=%",
			"/c/%2/d": "/c/{x}/d x=%2",
		}},
		{"the more literal path wins, with backtracking", []string{
			"/a/b/{x}", "/a/{y}/c", "/{p}/{q}/{r}", "/a/{y}/c/d", "/a/b/{x}/e", "/{p}/b/c/z",
		}, map[string]string{
			"/a/b/c":   "/a/b/{x} x=c",
			"/a/x/c":   "/a/{y}/c y=x",
			"/a/b/c/d": "/a/{y}/c/d y=b",
			"/a/b/c/e": "/a/b/{x}/e x=c",
			"/a/b/c/z": "/{p}/b/c/z p=a",
			"/a/x/d":   "/{p}/{q}/{r} p=a q=x r=d",
			"/a/b/c/f": "NotFound",
		}},
		{"verbs and extensions", []string{
			"/a/{id}:verb", "/a/{id}", "/a/{id}:{verb}", "/{x}.json", "/v{n}/b", "/v{n}/{c}", "/v1/c", "/files/{path}.{ext}",
		}, map[string]string{
			"/a/1:verb":            "/a/{id}:verb id=1",
			"/a/1:other":           "/a/{id}:{verb} id=1 verb=other",
			"/a/1:verb:verb":       "/a/{id}:verb id=1:verb",
			"/a/:verb":             "/a/{id} id=:verb",
			"/a/1:":                "/a/{id} id=1:",
			"/a/1%3Averb":          "/a/{id} id=1%3Averb",
			"/a/1:v%65rb":          "/a/{id}:verb id=1",
			"/a/1%3Ax:verb":        "/a/{id}:verb id=1%3Ax",
			"/pets.json":           "/{x}.json x=pets",
			"/pets%2Ejson":         "/{x}.json x=pets",
			"/.json":               "NotFound",
			"/pets.JSON":           "NotFound",
			"/v2/b":                "/v{n}/b n=2",
			"/v/b":                 "NotFound",
			"/v1/b":                "/v{n}/b n=1",
			"/v1/c":                "/v1/c",
			"/v1/d":                "/v{n}/{c} n=1 c=d",
			"/%761/d":              "/v{n}/{c} n=1 c=d",
			"/files/a.tar.gz":      "/files/{path}.{ext} path=a.tar ext=gz",
			"/files/a":             "NotFound",
			"/files/.gz":           "NotFound",
			"/files/..":            "NotFound",
			"/files/...":           "/files/{path}.{ext} path=. ext=.",
			"/files/a%2Etar%2Egz":  "/files/{path}.{ext} path=a%2Etar ext=gz",
			"/files/a.%2E":         "/files/{path}.{ext} path=a ext=%2E",
			"/files/%E2%82%AC.txt": "/files/{path}.{ext} path=%E2%82%AC ext=txt",
		}},
		{"several variables in a segment", []string{
			"/{a}-{b}", "/{base}...{head}", "/w/{d}F{s}T{e}", "/w/carrier@{c}@{p}", "/w/{d}F{e}",
		}, map[string]string{
			"/1-2":             "/{a}-{b} a=1 b=2",
			"/1-2-3":           "/{a}-{b} a=1-2 b=3",
			"/1%2D2":           "/{a}-{b} a=1 b=2",
			"/-":               "NotFound",
			"/--":              "NotFound",
			"/---":             "/{a}-{b} a=- b=-",
			"/main...topic":    "/{base}...{head} base=main head=topic",
			"/a....b":          "/{base}...{head} base=a. head=b",
			"/a-b...c":         "/{base}...{head} base=a-b head=c",
			"/w/1F2T3":         "/w/{d}F{s}T{e} d=1 s=2 e=3",
			"/w/FFTT3":         "/w/{d}F{s}T{e} d=F s=T e=3",
			"/w/1T2F3":         "/w/{d}F{e} d=1T2 e=3",
			"/w/carrier@x@y@z": "/w/carrier@{c}@{p} c=x@y p=z",
			"/w/carrier@x%40y": "NotFound",
		}},
		{"touching variables", []string{"/{page}{ext}", "/u/{id}{x}{y}", "/s/a{ext}", "/t/{a}-{b}{c}"}, map[string]string{
			"/index.json":  "/{page}{ext} page=index ext=.json",
			"/a.tar.gz":    "/{page}{ext} page=a.tar ext=.gz",
			"/index":       "/{page}{ext} page=inde ext=x",
			"/.htaccess":   "/{page}{ext} page=.htacces ext=s",
			"/x":           "NotFound",
			"/u/abc":       "/u/{id}{x}{y} id=a x=b y=c",
			"/u/a.b.c":     "/u/{id}{x}{y} id=a x=.b y=.c",
			"/u/ab":        "NotFound",
			"/s/a.json":    "/s/a{ext} ext=.json",
			"/t/x.y-zw":    "/t/{a}-{b}{c} a=x.y b=z c=w",
			"/t/x-y.z":     "/t/{a}-{b}{c} a=x b=y c=.z",
			"/u/a%2Eb%2Ec": "/u/{id}{x}{y} id=a x=%2Eb y=%2Ec",
		}},
		{"text that is no variable", []string{"/a/{id", "/b/}{", "/c/{x}}", "/d/{{y}}", "/e/{}", "/(r/{ref}/)t", "/f/{a/b}"}, map[string]string{
			"/a/{id":     "/a/{id",
			"/a/%7Bid":   "/a/{id",
			"/b/}{":      "/b/}{",
			"/c/1}":      "/c/{x}} x=1",
			"/c/1%7D":    "/c/{x}} x=1",
			"/d/{2}":     "/d/{{y}} y=2",
			"/e/9":       "/e/{} =9",
			"/(r/x/)t":   "/(r/{ref}/)t ref=x",
			"/%28r/x/)t": "/(r/{ref}/)t ref=x",
			"/f/{a/b}":   "/f/{a/b}",
		}},
		{"encoded templates", []string{"/caf%C3%A9", "/süß/{x}", "/{x}%20y", "/a%2Fb", "/100%"}, map[string]string{
			"/caf%c3%a9":      "/caf%C3%A9",
			"/café":           "/caf%C3%A9",
			"/s%C3%BC%C3%9F/": "NotFound",
			"/s%C3%BCß/1":     "/süß/{x} x=1",
			"/1%20y":          "/{x}%20y x=1",
			"/a%2fb":          "/a%2Fb",
			"/a/b":            "NotFound",
			"/100%":           "/100%",
			"/100%25":         "/100%",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tab := table(t, tt.templates...)
			for path, want := range tt.paths {
				assert.Equal(t, want, match(tab, tt.templates, "GET", path), path)
			}
		})
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	templates := []string{
		"GET /pets/{id}", "DELETE /pets/{petId}", "GET /pets/mine", "POST /pets", "HEAD /h/{x}", "GET /h/{x}", "GET /h/a",
		"COPY /pets/{id}", "POST /pets/mine:sell",
	}
	tab := table(t, templates...)
	tests := []struct{ method, path, want, allow string }{
		{"GET", "/pets/1", "GET /pets/{id} id=1", "COPY, DELETE, GET, HEAD, OPTIONS"},
		{"DELETE", "/pets/1", "DELETE /pets/{petId} petId=1", "COPY, DELETE, GET, HEAD, OPTIONS"},
		{"COPY", "/pets/1", "COPY /pets/{id} id=1", "COPY, DELETE, GET, HEAD, OPTIONS"},
		{"HEAD", "/pets/1", "GET /pets/{id} id=1 (HEAD)", "COPY, DELETE, GET, HEAD, OPTIONS"},
		{"POST", "/pets/1", "MethodNotAllowed", "COPY, DELETE, GET, HEAD, OPTIONS"},
		{"PUT", "/pets/1", "UnknownMethod", "COPY, DELETE, GET, HEAD, OPTIONS"},
		{"get", "/pets/1", "UnknownMethod", "COPY, DELETE, GET, HEAD, OPTIONS"},
		{"", "/pets/1", "UnknownMethod", "COPY, DELETE, GET, HEAD, OPTIONS"},
		{"PUT", "/nowhere", "UnknownMethod", ""},
		{"GET", "/nowhere", "NotFound", ""},
		{"GET", "/pets/mine", "GET /pets/mine", "COPY, DELETE, GET, HEAD, OPTIONS"},
		{"DELETE", "/pets/mine", "DELETE /pets/{petId} petId=mine", "COPY, DELETE, GET, HEAD, OPTIONS"},
		{"POST", "/pets/mine:sell", "POST /pets/mine:sell", "COPY, DELETE, GET, HEAD, OPTIONS, POST"},
		{"HEAD", "/pets", "MethodNotAllowed", "OPTIONS, POST"},
		{"GET", "/pets", "MethodNotAllowed", "OPTIONS, POST"},
		{"HEAD", "/h/b", "HEAD /h/{x} x=b", "GET, HEAD, OPTIONS"},
		{"HEAD", "/h/a", "GET /h/a (HEAD)", "GET, HEAD, OPTIONS"},
		{"GET", "*", "NotFound", ""},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, match(tab, templates, tt.method, tt.path), "%s %s", tt.method, tt.path)
		assert.Equal(t, tt.allow, string(tab.Allow(nil, []byte(tt.path), "OPTIONS")), tt.path)
	}
	assert.Equal(t, "Allow: POST", string(tab.Allow([]byte("Allow: "), []byte("/pets"))))
}

func TestHeadIsUnknownWithoutGet(t *testing.T) {
	t.Parallel()
	templates := []string{"POST /a"}
	assert.Equal(t, "UnknownMethod", match(table(t, templates...), templates, "HEAD", "/a"))
	assert.Equal(t, "UnknownMethod", match(new(Table), nil, "GET", "/a"))
}

func TestBase(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"/api/v1", "/api/v1/", "api/v1"} {
		tab := new(Table)
		tab.SetBase(base)
		templates := []string{"/", "/pets/{id}"}
		for i, template := range templates {
			require.NoError(t, tab.Add("GET", template, i))
		}
		assert.Equal(t, "/pets/{id} id=1", match(tab, templates, "GET", "/api/v1/pets/1"))
		assert.Equal(t, "/pets/{id} id=1", match(tab, templates, "GET", "/%61pi/v1/pets/1"))
		assert.Equal(t, "/", match(tab, templates, "GET", "/api/v1/"))
		assert.Equal(t, "NotFound", match(tab, templates, "GET", "/api/v1"))
		assert.Equal(t, "NotFound", match(tab, templates, "GET", "/pets/1"))
	}
	tab := new(Table)
	tab.SetBase("/{tenant}")
	require.NoError(t, tab.Add("GET", "/{x}", 0))
	tab.SetBase("/")
	require.NoError(t, tab.Add("GET", "/{x}", 1))
	assert.Equal(t, "0 /{x} x=1", match(tab, []string{"0 /{x}", "1 /{x}"}, "GET", "/{tenant}/1"), "braces of a base are text")
	assert.Equal(t, "1 /{x} x=1", match(tab, []string{"0 /{x}", "1 /{x}"}, "GET", "/1"))
}

func TestConflicts(t *testing.T) {
	t.Parallel()
	tests := []struct{ first, method, second, want string }{
		{"/pets/{id}", "GET", "/pets/{petId}", "route: GET /pets/{id} and GET /pets/{petId} are the same path: no request can tell them apart"},
		{"/a/{x}:v", "GET", "/a/{y}:v", "route: GET /a/{x}:v and GET /a/{y}:v are the same path: no request can tell them apart"},
		{"/caf%C3%A9", "GET", "/café", "route: GET /caf%C3%A9 and GET /café are the same path: no request can tell them apart"},
		{"/a", "GET", "/a", "route: GET /a and GET /a are the same path: no request can tell them apart"},
		{"/a", "POST", "/a", ""},
		{"/a/{x}", "GET", "/a/{x}/", ""},
		{"/a/{x}:v", "GET", "/a/{x}.v", ""},
		{"/a", "", "/b", "route: /b: no method"},
		{"/a", "GET", "b", "route: GET b: the path does not start with a slash"},
		{"/a", "GET", "", "route: GET : the path does not start with a slash"},
	}
	for _, tt := range tests {
		tab := table(t, tt.first)
		err := tab.Add(tt.method, tt.second, 1)
		if tt.want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.EqualError(t, err, tt.want)
	}
}

func TestTooManyMethods(t *testing.T) {
	t.Parallel()
	tab := new(Table)
	for i := range maxMethods {
		require.NoError(t, tab.Add(fmt.Sprintf("M%d", i), "/a", i))
	}
	assert.EqualError(t, tab.Add("GET", "/a", 0), "route: GET /a: more than 64 different methods")
	var params Params
	for i := range maxMethods {
		value, outcome := tab.Match(fmt.Appendf(nil, "M%d", i), []byte("/a"), &params)
		assert.Equal(t, Found, outcome)
		assert.Equal(t, i, value)
	}
}

func TestParams(t *testing.T) {
	t.Parallel()
	template := "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}-{j}/{k}"
	tab := table(t, template, "/{a}/{b}")
	var params Params
	_, outcome := tab.Match([]byte("GET"), []byte("/1/2/3/4/5/6/7/8/9-10/11"), &params)
	require.Equal(t, Found, outcome)
	require.Equal(t, 11, params.Len())
	for i := range 11 {
		assert.Equal(t, fmt.Sprint(i+1), string(params.Value(i)))
	}
	_, outcome = tab.Match([]byte("GET"), []byte("/x/y"), &params)
	require.Equal(t, Found, outcome)
	require.Equal(t, 2, params.Len())
	assert.Equal(t, "x", string(params.Value(0)))
	assert.Panics(t, func() { params.Value(2) })
	assert.Panics(t, func() { params.Value(-1) })
	_, outcome = tab.Match([]byte("GET"), []byte("/x"), &params)
	require.Equal(t, NotFound, outcome)
	assert.Zero(t, params.Len())
}

// A path costs at most one visit of each node, however the templates overlap.
func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	const depth = 10
	tab := new(Table)
	nodes := 1
	for i := range 1 << depth { // every mix of literal and variable, none of which ends in "end"
		var b strings.Builder
		for d := range depth {
			b.WriteString([]string{"/a", "/{x}"}[i>>d&1])
		}
		require.NoError(t, tab.Add("GET", b.String()+"/end", i))
	}
	for d := 1; d <= depth; d++ {
		nodes += 1 << d
	}
	path := []byte(strings.Repeat("/a", depth) + "/nowhere")
	w := walk{path: path, params: new(Params), longest: tab.longest, methods: 1}
	assert.Nil(t, w.find(&tab.root, 1))
	assert.Equal(t, nodes, w.entered)

	// A chain of overlapping templates costs no more than their sum.
	tab = new(Table)
	for n := 1; n <= 200; n++ {
		require.NoError(t, tab.Add("GET", strings.Repeat("/a", n)+"/{x}/end", n))
		require.NoError(t, tab.Add("GET", strings.Repeat("/{y}", n)+"/a/end", n))
	}
	path = []byte(strings.Repeat("/a", 5000))
	w = walk{path: path, params: new(Params), longest: tab.longest, methods: 1}
	assert.Nil(t, w.find(&tab.root, 1))
	assert.LessOrEqual(t, w.entered, 1300)
}

// Segments with many variables over text that nearly fits would keep a backtracking matcher busy for ever.
func TestHostileSegment(t *testing.T) {
	t.Parallel()
	templates := []string{"/" + strings.Repeat("{x}a", 30) + "b", "/" + strings.Repeat("{x}", 30) + "c"}
	tab := table(t, templates...)
	var params Params
	for path, want := range map[string]Outcome{
		"/" + strings.Repeat("a", 60000) + "d":    NotFound,
		"/" + strings.Repeat("%61", 20000) + "bd": NotFound,
		"/" + strings.Repeat("a", 60000) + "ab":   Found,
		"/" + strings.Repeat("%61", 20000) + "b":  Found,
		"/" + strings.Repeat("%61.", 20000) + "c": Found,
	} {
		_, outcome := tab.Match([]byte("GET"), []byte(path), &params)
		assert.Equal(t, want, outcome)
	}
}

func TestNoAllocations(t *testing.T) {
	tab := table(t, "/pets", "/pets/{id}", "/files/{path}.{ext}", "/a/b/{x}", "/a/{y}/c/d")
	var params Params
	get := []byte("GET")
	for _, path := range []string{"/pets", "/pets/123", "/pets/a%2Fb", "/p%65ts/1", "/files/a.tar.gz", "/files/a%2Eb", "/a/b/c/d", "/none"} {
		raw := []byte(path)
		tab.Match(get, raw, &params)
		assert.Zero(t, testing.AllocsPerRun(100, func() { tab.Match(get, raw, &params) }), path)
	}
}

func TestOutcomeString(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "FoundForHead", FoundForHead.String())
	assert.Equal(t, "Outcome(9)", Outcome(9).String())
}

// A segment ends where a byte by byte search finds the slash, wherever that and a percent sign stand.
func TestSegmentEnd(t *testing.T) {
	for length := range 20 {
		for slash := range length + 1 {
			for percent := range length + 1 {
				path := bytes.Repeat([]byte{'/' + 1}, length) // what a borrow could mistake for a slash
				if percent < length {
					path[percent] = '%'
				}
				if slash < length {
					path[slash] = '/'
				}
				for at := range length + 1 {
					end := length
					if i := bytes.IndexByte(path[at:], '/'); i >= 0 {
						end = at + i
					}
					got, escaped := segmentEnd(path, at)
					assert.Equal(t, end, got, "%s from %d", path, at)
					assert.Equal(t, bytes.IndexByte(path[at:end], '%') >= 0, escaped, "%s from %d", path, at)
				}
			}
		}
	}
}

// Literals that differ in one byte are told apart at every length, and are compared whole where they are longer than a word.
func TestLiteralsThatDifferInOneByte(t *testing.T) {
	t.Parallel()
	const text = "abcdefghijklmnopqrstuvwxyz"
	for n := 1; n <= len(text); n++ {
		for _, others := range []int{0, 1} { // more than one literal: they are hashed
			var l literals
			want := new(node)
			l.add(text[:n], want)
			if others > 0 {
				l.add("another", new(node))
			}
			assert.Same(t, want, l.find([]byte(text[:n])))
			assert.Nil(t, l.find([]byte(text[:n-1])))
			assert.Nil(t, l.find([]byte(text[:n]+text[:n])))
			for at := range n {
				other := []byte(text[:n])
				other[at] ^= 1
				assert.Nil(t, l.find(other), "%s", other)
			}
		}
	}
}
