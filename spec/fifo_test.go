//go:build unix

package spec

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pipe without a writer must not make anybody wait.
func TestPipesAreNotOpened(t *testing.T) {
	path := write(t, "a.json", small+`, "components": {"schemas": {"A": {"$ref": "pipe#/A"}}}}`)
	pipe := filepath.Join(filepath.Dir(path), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	start := time.Now()
	_, diags, err := Load(path)
	require.NoError(t, err)
	require.True(t, diags.HasErrors())
	assert.Contains(t, diags.String(), "not a regular file")
	_, _, err = Load(pipe)
	require.ErrorIs(t, err, errNotRegular)
	assert.Less(t, time.Since(start), 10*time.Second)
}
