package extra

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadFixed(t *testing.T) {
	_, err := ReadFixed()
	require.ErrorContains(t, err, RequestVariable)
	t.Setenv(RequestVariable, "40")
	_, err = ReadFixed()
	require.ErrorContains(t, err, AnswerVariable)
	file := filepath.Join(t.TempDir(), "answer")
	require.NoError(t, os.WriteFile(file, []byte("HTTP/1.1 204 No Content\r\n\r\n"), 0o600))
	t.Setenv(AnswerVariable, file)
	fixed, err := ReadFixed()
	require.NoError(t, err)
	assert.Equal(t, 40, fixed.RequestSize)
	assert.Len(t, fixed.Answer, 27)
	assert.False(t, fixed.Close)
}
