package files_test

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/files"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
)

//go:embed testdata
var embedded embed.FS

const letters = "abcdefghijklmnopqrstuvwxyz"

// folder has files of several kinds, a secret beside it, and links that lead there.
func folder(t *testing.T) (dir string) {
	t.Helper()
	base := t.TempDir()
	dir = filepath.Join(base, "www")
	for name, text := range map[string]string{
		"secret": "secret", "www/letters.txt": letters, "www/app.js": "let a = 1", "www/app.js.gz": "zipped", "www/app.js.br": "brotli", "www/sub/index.html": "<p>sub",
		"www/index.html": "<p>home", "www/.env": "hidden", "www/.well-known/x.txt": "known", "www/empty.txt": "", "www/LICENSE": "free", "www/a b.txt": "space",
		"www/bare/x.txt": "x", "www-other/x.txt": "other",
	} {
		file := filepath.Join(base, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		require.NoError(t, os.Chtimes(file, time.Time{}, time.Date(2024, 1, 2, 3, 4, 5, 600, time.UTC)))
	}
	if runtime.GOOS != "windows" {
		require.NoError(t, os.Symlink("../secret", filepath.Join(dir, "link")))
		require.NoError(t, os.Symlink("..", filepath.Join(dir, "up")))
		require.NoError(t, os.Symlink("letters.txt", filepath.Join(dir, "inside")))
	}
	return dir
}

// each runs a test on the loops and on net/http.
func each(t *testing.T, f *files.Files, test func(t *testing.T, c *apitest.Client)) {
	t.Run("loops", func(t *testing.T) { test(t, apitest.NewClient(t, apitest.Serve(t, nil, f.At()))) })
	t.Run("net/http", func(t *testing.T) {
		s := httptest.NewServer(f)
		t.Cleanup(s.Close)
		test(t, apitest.NewClient(t, s.URL))
	})
}

func open(t *testing.T, prefix string, opts ...files.Option) (*files.Files, string) {
	t.Helper()
	dir := folder(t)
	f, err := files.Dir(prefix, dir, opts...)
	require.NoError(t, err)
	return f, dir
}

func TestRanges(t *testing.T) {
	f, _ := open(t, "/static")
	each(t, f, func(t *testing.T, c *apitest.Client) {
		for asked, want := range map[string]struct {
			status      int
			text, field string
		}{
			"":                            {200, letters, ""},
			"bytes=0-3":                   {206, "abcd", "bytes 0-3/26"},
			"bytes=23-":                   {206, "xyz", "bytes 23-25/26"},
			"bytes=-2":                    {206, "yz", "bytes 24-25/26"},
			"bytes=-100":                  {206, letters, "bytes 0-25/26"},
			"bytes=20-100":                {206, "uvwxyz", "bytes 20-25/26"},
			"bytes=26-":                   {416, "", "bytes */26"},
			"bytes=5-4":                   {416, "", ""},
			"lines=1-2":                   {416, "", ""},
			"bytes=x":                     {416, "", ""},
			"bytes=0-1,24-":               {206, "", ""},
			"bytes=-0":                    {416, "", "bytes */26"},
			"bytes= 1 - 2 ":               {206, "bc", "bytes 1-2/26"},
			"bytes=99999999999999999999-": {416, "", ""},
		} {
			var fields []string
			if asked != "" {
				fields = []string{"Range", asked}
			}
			res, body := c.Get("/static/letters.txt", fields...)
			assert.Equal(t, want.status, res.StatusCode, asked)
			if want.field != "" {
				assert.Equal(t, want.field, res.Header.Get("Content-Range"), asked)
			}
			if want.text != "" {
				assert.Equal(t, want.text, body, asked)
				assert.EqualValues(t, len(body), res.ContentLength, asked)
			}
		}
		res, body := c.Get("/static/letters.txt", "Range", "bytes=0-1,24-")
		assert.True(t, strings.HasPrefix(res.Header.Get("Content-Type"), "multipart/byteranges"))
		assert.Contains(t, body, "Content-Range: bytes 24-25/26")
		whole, _ := c.Get("/static/letters.txt")
		res, body = c.Get("/static/letters.txt", "Range", "bytes=0-0", "If-Range", whole.Header.Get("ETag"))
		assert.Equal(t, "a", body)
		assert.Equal(t, 206, res.StatusCode)
		_, body = c.Get("/static/letters.txt", "Range", "bytes=0-0", "If-Range", `"other"`)
		assert.Equal(t, letters, body)
		res, body = c.Ask("HEAD", "/static/letters.txt", nil)
		assert.EqualValues(t, 26, res.ContentLength)
		assert.Empty(t, body)
	})
}

func TestConditions(t *testing.T) {
	f, _ := open(t, "/")
	each(t, f, func(t *testing.T, c *apitest.Client) {
		res, _ := c.Get("/letters.txt")
		tag, at := res.Header.Get("ETag"), res.Header.Get("Last-Modified")
		require.NotEmpty(t, tag)
		require.Equal(t, "Tue, 02 Jan 2024 03:04:05 GMT", at)
		assert.Equal(t, "no-cache", res.Header.Get("Cache-Control"))
		for _, one := range [][]string{{"If-None-Match", tag}, {"If-None-Match", "*"}, {"If-None-Match", `"x", W/` + tag}, {"If-Modified-Since", at}} {
			res, body := c.Get("/letters.txt", one...)
			assert.Equal(t, 304, res.StatusCode, one)
			assert.Empty(t, body)
			assert.Equal(t, tag, res.Header.Get("ETag"))
		}
		for _, one := range [][]string{{"If-None-Match", `"x"`, "If-Modified-Since", at}, {"If-Modified-Since", "Mon, 01 Jan 2024 00:00:00 GMT"}, {"If-Modified-Since", "junk"}} {
			res, _ := c.Get("/letters.txt", one...)
			assert.Equal(t, 200, res.StatusCode, one)
		}
		res, _ = c.Get("/letters.txt", "If-Match", `"x"`)
		assert.Equal(t, 412, res.StatusCode)
	})
}

// TestNothingOutside: neither by dots in any form, nor by links, nor by hidden names.
func TestNothingOutside(t *testing.T) {
	f, dir := open(t, "/static")
	each(t, f, func(t *testing.T, c *apitest.Client) {
		for _, name := range []string{
			"/static/../secret", "/static/..%2fsecret", "/static/%2e%2e/secret", "/static/sub/../../secret", "/static/..%5csecret", "/static/link", "/static/up/secret",
			"/static/.env", "/static/%00", "/static//letters.txt", "/static/sub//index.html", "/static/./letters.txt", "/static/" + dir + "/letters.txt", "/static-other/x.txt",
			"/static/bare/", "/static/bare", "/static/letters.txt%00.js", "/staticletters.txt", "/static/nothing",
		} {
			req, err := http.NewRequest(http.MethodGet, c.URL, nil)
			require.NoError(t, err)
			req.URL.Opaque = name
			res, err := c.Do(req)
			require.NoError(t, err)
			res.Body.Close()
			assert.Equal(t, 404, res.StatusCode, name)
		}
		for path, text := range map[string]string{"/static/.well-known/x.txt": "known", "/static/a%20b.txt": "space", "/static/inside": letters, "/static/empty.txt": ""} {
			res, body := c.Get(path)
			assert.Equal(t, 200, res.StatusCode, path)
			assert.Equal(t, text, body)
		}
		res, _ := c.Ask("POST", "/static/letters.txt", nil)
		assert.Equal(t, 405, res.StatusCode)
		assert.Equal(t, "GET, HEAD", res.Header.Get("Allow"))
	})
}

// TestFolders: a redirect never leaves the host.
func TestFolders(t *testing.T) {
	for _, prefix := range []string{"/static", "/"} {
		f, _ := open(t, prefix)
		at := strings.TrimSuffix(prefix, "/")
		each(t, f, func(t *testing.T, c *apitest.Client) {
			_, body := c.Get(at + "/")
			assert.Equal(t, "<p>home", body)
			_, body = c.Get(at + "/sub/")
			assert.Equal(t, "<p>sub", body)
			res, _ := c.Get(at + "/sub?a=b")
			assert.Equal(t, 301, res.StatusCode)
			assert.Equal(t, at+"/sub/?a=b", res.Header.Get("Location"))
			for _, evil := range []string{"//evil.example/..", "//evil.example/%2e%2e", "/%5cevil.example/sub", "//sub", "/\\sub"} {
				req, err := http.NewRequest(http.MethodGet, c.URL, nil)
				require.NoError(t, err)
				req.URL.Opaque = evil
				res, err := c.Do(req)
				if err != nil {
					continue // refused even earlier
				}
				res.Body.Close()
				assert.False(t, strings.HasPrefix(res.Header.Get("Location"), "//"), evil)
				assert.NotContains(t, res.Header.Get("Location"), "evil", evil)
			}
		})
	}
}

func TestVersionedNames(t *testing.T) {
	f, dir := open(t, "/static")
	each(t, f, func(t *testing.T, c *apitest.Client) {
		for name, text := range map[string]string{"app.js": "let a = 1", "sub/index.html": "<p>sub", "LICENSE": "free", "/a b.txt": "space"} {
			url := f.URL(name)
			assert.NotEqual(t, "/static/"+name, url)
			res, body := c.Get(url)
			require.Equal(t, 200, res.StatusCode, url)
			assert.Equal(t, text, body)
			assert.Equal(t, "public, max-age=31536000, immutable", res.Header.Get("Cache-Control"))
		}
		old := f.URL("letters.txt")
		require.NoError(t, os.WriteFile(filepath.Join(dir, "letters.txt"), []byte("changed"+t.Name()), 0o600))
		assert.NotEqual(t, old, f.URL("letters.txt"))
		res, body := c.Get(old)
		assert.Equal(t, "changed"+t.Name(), body)
		assert.Equal(t, "no-cache", res.Header.Get("Cache-Control"), "an old page gets what there is, and keeps it not")
		assert.Equal(t, "/static/nothing.js", f.URL("nothing.js"))
		assert.Equal(t, "/static/secret", f.URL("../secret"))
	})
}

func TestOptions(t *testing.T) {
	f, _ := open(t, "/", files.WithPrecompressed(), files.WithFallback("index.html"), files.WithHidden(), files.WithCacheControl("max-age=60"), files.WithIndex(""))
	each(t, f, func(t *testing.T, c *apitest.Client) {
		for accept, want := range map[string]string{
			"gzip, br": "brotli", "gzip": "zipped", "br;q=0, gzip;q=0.1": "zipped", "": "let a = 1", "zstd": "let a = 1", "*": "brotli",
			"x-gzip": "zipped", "br;q=0.5, gzip": "zipped", "br;q=0, *": "zipped", "gzip;q=0.5, identity": "let a = 1",
		} {
			res, body := c.Get("/app.js", "Accept-Encoding", accept)
			assert.Equal(t, want, body, accept)
			assert.Equal(t, "Accept-Encoding", res.Header.Get("Vary"))
			assert.Contains(t, res.Header.Get("Content-Type"), "javascript")
			assert.EqualValues(t, len(body), res.ContentLength)
		}
		plain, _ := c.Get("/app.js")
		coded, _ := c.Get("/app.js", "Accept-Encoding", "br")
		assert.NotEqual(t, plain.Header.Get("ETag"), coded.Header.Get("ETag"))
		for field, status := range map[string]int{`"other"`: 412, coded.Header.Get("ETag"): 200} {
			res, body := c.Get("/app.js", "Accept-Encoding", "br", "If-Match", field)
			assert.Equal(t, status, res.StatusCode, field)
			if status == 412 {
				assert.Empty(t, body)
				assert.Empty(t, res.Header.Get("Content-Encoding"))
				assert.LessOrEqual(t, res.ContentLength, int64(0))
			}
		}
		_, body := c.Get("/users/7")
		assert.Equal(t, "<p>home", body)
		res, _ := c.Get("/missing.js")
		assert.Equal(t, 404, res.StatusCode)
		_, body = c.Get("/.env")
		assert.Equal(t, "hidden", body)
		assert.Equal(t, "max-age=60", plain.Header.Get("Cache-Control"))
		_, body = c.Get("/sub/")
		assert.Equal(t, "<p>home", body, "without an index a folder is nothing")
	})
}

// swapping is a file system whose file is another one as soon as it has been opened.
type swapping struct {
	fstest.MapFS
	next *fstest.MapFile
}

func (s swapping) Open(name string) (fs.File, error) {
	file, err := s.MapFS.Open(name)
	s.MapFS["a.txt"] = s.next
	return file, err
}

func TestReplacedWhileOpened(t *testing.T) {
	tag := func(fsys fs.FS) (string, string) {
		res := httptest.NewRecorder()
		files.New("/", fsys).ServeHTTP(res, httptest.NewRequest(http.MethodGet, "/a.txt", nil))
		require.Equal(t, 200, res.Code)
		return res.Header().Get("ETag"), res.Body.String()
	}
	was, is := &fstest.MapFile{Data: []byte("was")}, &fstest.MapFile{Data: []byte("is now")}
	want, _ := tag(fstest.MapFS{"a.txt": was})
	got, body := tag(swapping{fstest.MapFS{"a.txt": was}, is})
	assert.Equal(t, "was", body)
	assert.Equal(t, want, got)
}

func TestEmbedded(t *testing.T) {
	sub, err := fs.Sub(embedded, "testdata")
	require.NoError(t, err)
	f := files.New("/e", sub)
	each(t, f, func(t *testing.T, c *apitest.Client) {
		res, body := c.Get(f.URL("hello.txt"), "Range", "bytes=-3")
		assert.Equal(t, 206, res.StatusCode)
		assert.Equal(t, "lo\n", body)
		assert.Empty(t, res.Header.Get("Last-Modified"))
	})
}

func TestNoFolder(t *testing.T) {
	_, err := files.Dir("/x", filepath.Join(t.TempDir(), "nothing"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// sender is a ResponseWriter of which io.Copy asks that it reads by itself, as that of net/http.
type sender struct {
	*httptest.ResponseRecorder
	read int64 // bytes
}

func (s *sender) ReadFrom(r io.Reader) (n int64, err error) {
	n, err = io.Copy(s.ResponseRecorder, r)
	s.read += n
	return n, err
}

// TestSystemSends: net/http gets the file itself, and has the system send it.
func TestSystemSends(t *testing.T) {
	f, _ := open(t, "/static")
	w := &sender{ResponseRecorder: httptest.NewRecorder()}
	f.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/static/letters.txt", nil))
	assert.Equal(t, letters, w.Body.String())
	assert.EqualValues(t, len(letters), w.read)
}

// opened notes which files are asked for.
type opened struct {
	fs.FS
	names []string
}

func (o *opened) Open(name string) (fs.File, error) {
	o.names = append(o.names, name)
	return o.FS.Open(name)
}

// TestSiblingsAreSoughtForThoseWhoTakeThem, and for nobody else.
func TestSiblingsAreSoughtForThoseWhoTakeThem(t *testing.T) {
	for accepted, sought := range map[string]bool{"": false, "br": true} {
		fsys := &opened{FS: os.DirFS(folder(t))}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/static/app.js", nil)
		if accepted != "" {
			r.Header.Set("Accept-Encoding", accepted)
		}
		w := httptest.NewRecorder()
		files.New("/static", fsys, files.WithPrecompressed()).ServeHTTP(w, r)
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Equal(t, accepted, w.Header().Get("Content-Encoding"))
		assert.Equal(t, "Accept-Encoding", w.Header().Get("Vary"))
		assert.Equal(t, sought, slices.Contains(fsys.names, "app.js.gz"), accepted)
	}
}

// TestTypeByContent: what a file is, where its name does not tell, depends neither on its coding nor on who has asked before.
func TestTypeByContent(t *testing.T) {
	fsys, types := fstest.MapFS{}, map[string]string{}
	for content, media := range map[string]string{
		"plain words": "text/plain; charset=utf-8", "<!DOCTYPE html><p>": "text/html; charset=utf-8", "\x89PNG\r\n\x1a\n": "image/png", "\x00\x01": "application/octet-stream",
	} {
		name := fmt.Sprintf("file%d.unknown", len(types))
		fsys[name], fsys[name+".gz"], types[name] = &fstest.MapFile{Data: []byte(content)}, &fstest.MapFile{Data: []byte("zipped")}, media
	}
	each(t, files.New("/static", fsys, files.WithPrecompressed()), func(t *testing.T, c *apitest.Client) {
		for name, media := range types {
			for range 2 { // the digest is made for the first one
				res, _ := c.Get("/static/" + name)
				assert.Equal(t, media, res.Header.Get("Content-Type"))
			}
			res, body := c.Get("/static/"+name, "Accept-Encoding", "gzip")
			assert.Equal(t, "zipped", body)
			assert.Equal(t, media, res.Header.Get("Content-Type"))
		}
	})
}
