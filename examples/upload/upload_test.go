package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/examples/upload/uploadapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/tornadotest"
)

// open serves an empty folder, and gives it, the address and a client.
func open(t *testing.T) (dir, url string, c *uploadapi.Client) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "files")
	require.NoError(t, os.Mkdir(dir, 0o755))
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, root.Close()) })
	server := tornadotest.ServeServer(t, newServer(root))
	return dir, server.URL, tornadotest.NewClient(server, uploadapi.NewClient)
}

// names lists what is in a folder, hidden files too.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.Name()
	}
	return list
}

func TestFileThereAndBack(t *testing.T) {
	dir, _, c := open(t)
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<20) // 16 MiB
	sum := sha256.Sum256(content)
	film := filepath.Join(t.TempDir(), "film")
	require.NoError(t, os.WriteFile(film, content, 0o600))
	file, err := os.Open(film)
	require.NoError(t, err)
	defer file.Close()

	stored, err := c.PutFile(t.Context(), uploadapi.PutFileRequest{Name: "film ä.mp4", Body: file})
	require.NoError(t, err)
	assert.Equal(t, uploadapi.File{Name: "film ä.mp4", Size: int64(len(content)), SHA256: tornado.Some(hex.EncodeToString(sum[:]))}, *stored)
	assert.Equal(t, []string{"film ä.mp4"}, names(t, dir))

	body, err := c.GetFile(t.Context(), uploadapi.GetFileRequest{Name: "film ä.mp4"})
	require.NoError(t, err)
	back, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	assert.True(t, bytes.Equal(content, back))

	list, err := c.ListFiles(t.Context(), uploadapi.ListFilesRequest{})
	require.NoError(t, err)
	assert.Equal(t, []uploadapi.File{{Name: "film ä.mp4", Size: int64(len(content))}}, list)
	require.NoError(t, c.DeleteFile(t.Context(), uploadapi.DeleteFileRequest{Name: "film ä.mp4"}))
	var gone uploadapi.DeleteFileNotFound
	require.ErrorAs(t, c.DeleteFile(t.Context(), uploadapi.DeleteFileRequest{Name: "film ä.mp4"}), &gone)
	_, err = c.GetFile(t.Context(), uploadapi.GetFileRequest{Name: "film ä.mp4"})
	var missing uploadapi.GetFileNotFound
	require.ErrorAs(t, err, &missing)
}

func TestForm(t *testing.T) {
	dir, _, c := open(t)
	part := func(name, content string) *tornado.FilePart {
		return &tornado.FilePart{Name: name, Reader: strings.NewReader(content)}
	}
	add := func(fields uploadapi.AddFilesBodyFields, files ...*tornado.FilePart) error {
		_, err := c.AddFiles(t.Context(), uploadapi.AddFilesRequest{Body: tornado.Parts(fields, files...)})
		return err
	}
	require.NoError(t, add(uploadapi.AddFilesBodyFields{}, part("a", "1"), part("folder/b", "")))
	assert.Equal(t, []string{"a", "b"}, names(t, dir), "folders of the sender are left out")
	var taken uploadapi.AddFilesConflict
	require.ErrorAs(t, add(uploadapi.AddFilesBodyFields{}, part("a", "2")), &taken)
	require.NoError(t, add(uploadapi.AddFilesBodyFields{Replace: tornado.Some(true)}, part("a", "3")))
	content, err := os.ReadFile(filepath.Join(dir, "a"))
	require.NoError(t, err)
	assert.Equal(t, "3", string(content))
	var bad uploadapi.AddFilesUnprocessableEntity
	require.ErrorAs(t, add(uploadapi.AddFilesBodyFields{}, part(".hidden", "x")), &bad)
	require.Error(t, add(uploadapi.AddFilesBodyFields{}), "no file")
	assert.Equal(t, []string{"a", "b"}, names(t, dir), "nothing is left of what was refused")
}

// No name leads out of the folder, and a link inside of it does not either.
func TestNamesStayInside(t *testing.T) {
	dir, url, _ := open(t)
	outside := filepath.Join(filepath.Dir(dir), "outside")
	require.NoError(t, os.WriteFile(outside, []byte("secret"), 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "link")))
	for path, want := range map[string]int{
		"..%2Foutside": http.StatusUnprocessableEntity, "..%5Coutside": http.StatusUnprocessableEntity, "%2Fetc%2Fpasswd": http.StatusUnprocessableEntity,
		".hidden": http.StatusUnprocessableEntity, "link": http.StatusInternalServerError,
	} {
		res, err := http.Get(url + "/files/" + path)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, errors.Join(err, res.Body.Close()))
		assert.Equal(t, want, res.StatusCode, "%s: %s", path, body)
		assert.NotContains(t, string(body), "secret")
	}
	http.DefaultClient.CloseIdleConnections()
}

// An upload that is cut off leaves nothing behind.
func TestCutOff(t *testing.T) {
	dir, url, c := open(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	_, err = io.WriteString(conn, "PUT /files/film HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000\r\n\r\nthe first bytes")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(names(t, dir)) == 1 }, 10*time.Second, time.Millisecond, "it has begun")
	list, err := c.ListFiles(t.Context(), uploadapi.ListFilesRequest{})
	require.NoError(t, err)
	assert.Empty(t, list, "what is on its way is not listed")
	require.NoError(t, conn.Close())
	require.Eventually(t, func() bool { return len(names(t, dir)) == 0 }, 10*time.Second, time.Millisecond, "it is gone")
}
