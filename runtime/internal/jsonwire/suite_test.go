package jsonwire_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// suiteTexts unpacks the public parsing suite: file name to text.
func suiteTexts(t *testing.T) map[string][]byte {
	t.Helper()
	suites := os.Getenv("SUITES")
	if suites == "" {
		const message = "SUITES must name the folder with the public test data (json/test_parsing.tar.xz)"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	dir := t.TempDir()
	out, err := exec.CommandContext(t.Context(), "tar", "-xJf", filepath.Join(suites, "json", "test_parsing.tar.xz"), "-C", dir).CombinedOutput()
	require.NoError(t, err, string(out))
	files, err := filepath.Glob(filepath.Join(dir, "test_parsing", "*.json"))
	require.NoError(t, err)
	require.Greater(t, len(files), 300)
	texts := map[string][]byte{}
	for _, file := range files {
		texts[filepath.Base(file)], err = os.ReadFile(file)
		require.NoError(t, err)
	}
	return texts
}

func TestParsingSuite(t *testing.T) {
	ways := map[string]func(d *jsonwire.Decoder){
		"Skip":  func(d *jsonwire.Decoder) { d.Skip() },
		"JSON":  func(d *jsonwire.Decoder) { d.JSON() },
		"typed": func(d *jsonwire.Decoder) { new(pet).DecodeJSON(d) },
		"array": func(d *jsonwire.Decoder) {
			for more := d.Array(); more; more = d.NextItem() {
				_ = d.String(nil)
			}
		},
		"Const": func(d *jsonwire.Decoder) { d.Const(`[{"a":1}]`) },
		"Peek":  func(d *jsonwire.Decoder) { d.Peek("a"); d.Skip() },
	}
	for name, text := range suiteTexts(t) {
		for way, consume := range ways {
			var d jsonwire.Decoder
			d.Reset(text)
			consume(&d)
			d.End()
			d.Violations()
			switch {
			case strings.HasPrefix(name, "y_"):
				assert.Nil(t, d.SyntaxError(), "%s by %s", name, way)
			case strings.HasPrefix(name, "n_"):
				assert.NotNil(t, d.SyntaxError(), "%s by %s", name, way)
			}
		}
		if _, ok := jsonwire.Canonical(text); ok {
			assert.True(t, json.Valid(text), name)
		}
	}
}
