package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// runLine runs a command line and returns its exit code and what it printed.
func runLine(args ...string) (code int, out string) {
	var b bytes.Buffer
	code = run(args, strings.NewReader(""), &b, &b)
	return code, b.String()
}

// remoteService serves text as /pet.yaml and counts who asks; the current folder has a document that refers to it.
func remoteService(t *testing.T, text *string) (address string, asked *atomic.Int64) {
	t.Helper()
	t.Chdir(t.TempDir())
	asked = new(atomic.Int64)
	mux := http.NewServeMux()
	mux.HandleFunc("/pet.yaml", func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		assert.Empty(t, r.Header.Get("Authorization"))
		_, _ = w.Write([]byte(*text))
	})
	mux.HandleFunc("/moved.yaml", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/pet.yaml", http.StatusFound) })
	mux.HandleFunc("/ring.yaml", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ring.yaml", http.StatusFound) })
	mux.HandleFunc("/inner.yaml", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.2:1/pet.yaml", http.StatusFound)
	})
	mux.HandleFunc("/large.yaml", func(w http.ResponseWriter, r *http.Request) {
		for range maxRemoteSize / 1024 {
			_, _ = w.Write(bytes.Repeat([]byte(" "), 1025))
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL, asked
}

func writeDocument(t *testing.T, references ...string) {
	t.Helper()
	text := "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n"
	for i, ref := range references {
		text += "    S" + string(rune('A'+i)) + ": {type: object, properties: {a: {$ref: '" + ref + "'}}}\n"
	}
	require.NoError(t, os.WriteFile("openapi.yaml", []byte(text), 0o600))
}

const remotePet = "Pet: {type: object, required: [name], properties: {name: {type: string}}}\n"

func TestRemoteLock(t *testing.T) {
	text := remotePet
	address, asked := remoteService(t, &text)
	pet := address + "/pet.yaml"
	writeDocument(t, pet+"#/Pet", address+"/moved.yaml#/Pet", pet+"#/Pet")

	code, out := runLine("generate", "openapi.yaml", "--out", "api", "--allow-remote=false")
	require.Equal(t, 1, code, "an address in a private network is an error without the flag")
	require.Contains(t, out, "network")
	require.Zero(t, asked.Load(), "nothing is asked without the flag")
	require.NoFileExists(t, lockName)

	code, out = runLine("check", "openapi.yaml", "--out", "api", "--allow-remote")
	require.Equal(t, 1, code)
	require.Contains(t, out, "has no hash in tornadogen.lock; run tornadogen generate")
	require.NoFileExists(t, lockName)

	code, out = runLine("generate", "openapi.yaml", "--out", "api", "--allow-remote")
	require.Equal(t, 0, code, out)
	require.EqualValues(t, 2, asked.Load(), "each address is asked once")
	lock, err := os.ReadFile(lockName)
	require.NoError(t, err)
	require.Equal(t, lockHeader+address+"/moved.yaml "+hashOf([]byte(text))+"\n"+pet+" "+hashOf([]byte(text))+"\n", string(lock))
	code, out = runLine("check", "openapi.yaml", "--out", "api", "--allow-remote")
	require.Equal(t, 0, code, out)

	require.NoError(t, os.WriteFile("tornadogen.yaml", []byte("spec: openapi.yaml\nout: api\nallow-remote: true\n"), 0o600))
	text = strings.Replace(remotePet, "type: string", "type: integer", 1)
	for _, line := range []string{"generate", "check", "validate", "routes", "init service --spec openapi.yaml --allow-remote"} {
		code, out = runLine(strings.Fields(line)...)
		require.Equal(t, 1, code, line)
		require.Contains(t, out, "is not the one of tornadogen.lock:3 any more", line)
		require.Contains(t, out, "generate --update-lock", line)
	}
	now, err := os.ReadFile(lockName)
	require.NoError(t, err)
	require.Equal(t, string(lock), string(now))

	code, out = runLine("generate", "--update-lock")
	require.Equal(t, 0, code, out)
	code, out = runLine("check")
	require.Equal(t, 0, code, out)
}

func TestRemoteBounds(t *testing.T) {
	text := remotePet
	address, _ := remoteService(t, &text)
	for ref, want := range map[string]string{
		"/missing.yaml": "it answers 404 Not Found",
		"/ring.yaml":    "it redirects more than 5 times",
		"/inner.yaml":   `it redirects to "http://127.0.0.2:1/pet.yaml", into a private network`,
		"/large.yaml":   "has more than 16777216 bytes",
	} {
		writeDocument(t, address+ref)
		code, out := runLine("validate", "openapi.yaml", "--allow-remote")
		assert.Equal(t, 1, code, ref)
		assert.Contains(t, out, want)
	}
	var many []string
	for i := range 20 {
		many = append(many, address+"/pet.yaml?"+strings.Repeat("x", i)+"#/Pet")
	}
	writeDocument(t, many...)
	code, out := runLine("validate", "openapi.yaml", "--allow-remote")
	require.Equal(t, 0, code, out)
	require.NoFileExists(t, lockName, "validate writes nothing")

	r := newRemote(&lock{hashes: map[string]string{}}, lockExtend)
	r.files = maxRemoteFiles
	_, err := r.fetch(address+"/pet.yaml", 1000)
	require.ErrorContains(t, err, "more than 100 documents")
	r.files = 0
	_, err = r.fetch(address+"/pet.yaml", 10)
	require.ErrorContains(t, err, "has more than 10 bytes")
	_, err = r.fetch("http://169.254.169.254/latest", 10)
	require.ErrorContains(t, err, "169.254.169.254 is no address of a server")
}

// A lock that somebody edited is an error with its line.
func TestReadLock(t *testing.T) {
	t.Chdir(t.TempDir())
	hash := " " + hashOf(nil)
	for text, want := range map[string]string{
		"":                            "",
		"# nothing\n\n":               "",
		"https://a/b" + hash + "\r\n": "",
		"https://a/b":                 "tornadogen.lock:1: is no address with its hash",
		"#\nhttps://a/b sha256:00\n":  "tornadogen.lock:2: is no address with its hash",
		"ftp://a/b" + hash:            "tornadogen.lock:1: is no address with its hash",
		"https://a/b" + hash + "\nhttps://a/b" + hash: "tornadogen.lock:2: the address stands in line 1 already",
	} {
		require.NoError(t, os.WriteFile(lockName, []byte(text), 0o600))
		_, err := readLock()
		if want == "" {
			assert.NoError(t, err, text)
		} else {
			assert.ErrorContains(t, err, want)
		}
	}
}
