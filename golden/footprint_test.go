package golden

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFootprint: a generated package compiles what is its own. A generic type of another package is compiled again wherever it is part
// of a type that is used, or of the parameters of its methods; so a sync.Map, an atomic.Pointer or a reflect.Type behind what generated
// code holds costs every package a few hundred functions.
func TestFootprint(t *testing.T) {
	archive := filepath.Join(t.TempDir(), "petapi.a")
	out, err := exec.Command("go", "build", "-o", archive, petstore+"/petapi").CombinedOutput()
	require.NoError(t, err, string(out))
	symbols, err := exec.Command("go", "tool", "nm", archive).Output()
	require.NoError(t, err)
	var foreign []string
	for line := range strings.Lines(string(symbols)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[1] != "T" || strings.Contains(line, "github.com/tornadogen/tornadogen/") {
			continue
		}
		foreign = append(foreign, strings.Join(fields[2:], " "))
	}
	assert.LessOrEqual(t, len(foreign), 35, strings.Join(foreign, "\n"))
}
