package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/internal/freeport"
)

// dev follows the code and the document, shows what is wrong, and refuses or resets no connection meanwhile.
func TestDev(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	dir, tornadogen := initService(t, petstore), commandBinary(t)
	warn(t, dir)
	addr, err := freeport.Address()
	require.NoError(t, err)
	var told bytes.Buffer
	cmd := exec.Command(tornadogen, "dev", "--addr", addr, "--", "-addr", addr)
	temp := t.TempDir()
	cmd.Dir, cmd.Env, cmd.Stderr = dir, append(goEnv(), "TMPDIR="+temp), &told
	cmd.WaitDelay = 10 * time.Second // the service may outlive a dev that was killed
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 2 * time.Minute}
	get := func(target, accept string) (int, string, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+target, nil)
		require.NoError(t, err)
		req.Header.Set("Accept", accept)
		res, err := client.Do(req)
		if err != nil {
			return 0, "", err
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		return res.StatusCode, string(text), err
	}
	until := func(status int, contains string) {
		t.Helper()
		require.Eventually(t, func() bool {
			got, text, err := get("/v1/pets", "application/json")
			return err == nil && got == status && strings.Contains(text, contains)
		}, 2*time.Minute, 50*time.Millisecond, "%d %s never comes", status, contains)
	}
	edit := func(name, old, replacement string) {
		t.Helper()
		path := filepath.Join(dir, name)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(text), old)
		require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), old, replacement, 1)), 0o600))
	}
	until(http.StatusNotImplemented, "listPets")

	var ended atomic.Bool
	asked, failed := 0, make(chan error, 1)
	go func() {
		var err error
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for ; err == nil && !ended.Load(); asked++ {
			<-tick.C
			_, _, err = get("/healthz", "*/*")
		}
		failed <- err
	}()
	const written, now = "tornado.Unimplemented(ctx)", "&tornado.StatusError{Status: 409, Detail: \"changed\"}"
	edit("pets.go", written, now)
	until(http.StatusConflict, "changed")
	edit("pets.go", now, now+" nonsense")
	until(http.StatusServiceUnavailable, "pets.go:")
	status, page, err := get("/v1/pets", "text/html,*/*")
	require.NoError(t, err)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Regexp(t, `(?s)<pre>warning: openapi.yaml:\d+:1: #/titel: [^\n]*\nthe service does not build: .*pets.go:\d+:\d+: .*</pre>`, page)
	edit("openapi.yaml", "openapi: 3", "openapi: 9")
	until(http.StatusServiceUnavailable, "#/openapi: version")
	edit("openapi.yaml", "openapi: 9", "openapi: 3")
	edit("pets.go", now+" nonsense", written)
	until(http.StatusNotImplemented, "listPets")

	require.Eventually(t, func() bool {
		programs, err := filepath.Glob(filepath.Join(temp, "tornadogen-dev-*", "service*"))
		return err == nil && len(programs) == 1
	}, time.Minute, 50*time.Millisecond, "programs that do not run are removed")

	ended.Store(true)
	require.NoError(t, <-failed, "after %d requests", asked)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.NoError(t, cmd.Wait(), told.String())
	require.Contains(t, told.String(), "tornadogen: serving on "+addr+", ")
	require.Contains(t, told.String(), "error: openapi.yaml:")
	require.Regexp(t, `(?s)\nwarning: openapi.yaml:\d+:1: #/titel: [^\n]*\ntornadogen: serving on .*\nwarning: openapi.yaml:\d+:1: #/titel: [^\n]*\ntornadogen: the service does not build: `, "\n"+told.String())
}

// A service that serves elsewhere than dev listens is told what to do, and its clients are answered.
func TestDevElsewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a service")
	}
	dir, tornadogen := initService(t, petstore), commandBinary(t)
	warn(t, dir)
	addr, err := freeport.Address()
	require.NoError(t, err)
	var told bytes.Buffer
	cmd := exec.Command(tornadogen, "dev", "--addr", addr, "--", "-addr", "127.0.0.1:0")
	cmd.Dir, cmd.Env, cmd.Stderr = dir, goEnv(), &told
	cmd.WaitDelay = 10 * time.Second // the service may outlive a dev that was killed
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	client := &http.Client{Timeout: 2 * time.Minute}
	var text []byte
	require.Eventually(t, func() bool { // until dev has bound the address
		res, err := client.Get("http://" + addr + "/v1/pets")
		if err != nil {
			return false
		}
		defer res.Body.Close()
		text, err = io.ReadAll(res.Body)
		return err == nil && res.StatusCode == http.StatusServiceUnavailable
	}, 2*time.Minute, 50*time.Millisecond)
	wrong := "the service listens elsewhere than on " + addr + ": add -- -addr " + addr + ", or have it call tornado.Listen with that address"
	require.Contains(t, string(text), wrong)
	require.Contains(t, string(text), "warning: openapi.yaml:")
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.NoError(t, cmd.Wait(), told.String())
	require.Contains(t, told.String(), "tornadogen: "+wrong+"\n")
	require.NotContains(t, told.String(), "serving on")
}

// warn gives the document of a service a member that it is warned of.
func warn(t *testing.T, dir string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "openapi.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString("\ntitel: wrong\n")
	require.NoError(t, err)
	require.NoError(t, f.Close())
}
