package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// A service of which methods, a whole handler and a check of who is calling were taken out compiles again after sync.
func TestSyncCompiles(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a service")
	}
	dir := initService(t, petstore)
	method := regexp.MustCompile(`(?s)\n(//[^\n]*\n)+func \([^)]*\) (GetPet|ListPets|Bearer)\(.*?\n}\n`)
	for _, name := range []string{"pets.go", "auth.go"} {
		path := filepath.Join(dir, name)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		cut := method.ReplaceAll(text, nil)
		cut = bytes.Replace(cut, []byte("\tpetstoreapi.UnimplementedAuthenticator\n"), nil, 1)
		require.NotEqual(t, string(text), string(cut))
		require.NoError(t, os.WriteFile(path, cut, 0o600))
	}
	require.NoError(t, os.Remove(filepath.Join(dir, "store.go")))
	service, err := os.ReadFile(filepath.Join(dir, "main.go"))
	require.NoError(t, err)
	require.Contains(t, string(service), "\tstoreHandler\n")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), bytes.Replace(service, []byte("\tstoreHandler\n"), nil, 1), 0o600))

	t.Chdir(dir)
	var out bytes.Buffer
	require.Equal(t, exitOK, run([]string{"sync"}, nil, &out, io.Discard), out.String())
	for _, added := range []string{": added: petsHandler.GetPet\n", ": added: petsHandler.ListPets\n", ": added: auth.Bearer\n", ": embedded: service embeds storeHandler\n"} {
		require.Contains(t, out.String(), added)
	}
	command(t, dir, "go", "vet", ".")
	require.Empty(t, command(t, dir, "gofmt", "-l", "main.go", "pets.go", "auth.go", "store.go"))
	out.Reset()
	require.Equal(t, exitOK, run([]string{"sync"}, nil, &out, io.Discard))
	require.Empty(t, out.String())
}
