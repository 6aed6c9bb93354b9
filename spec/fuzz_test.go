package spec

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

// FuzzLoad gives Load any bytes. It must come back, with an API or with an error that has a place and a remedy, and the
// document that an API gives must be readable itself.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/cases/*/openapi.*", "testdata/cases/*/*.yaml", "testdata/cases/*/*/*.*", "../golden/*/openapi.*", "../golden/invalid/*/openapi.*"} {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Add([]byte(small + "}"))
	dir := f.TempDir()
	limits := Limits{Size: 1 << 20, Depth: 60, Nodes: 20_000, Aliases: 5_000}.withDefaults()
	f.Fuzz(func(t *testing.T, data []byte) {
		folder, err := openFolder(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer folder.close()
		r := newReader(config{limits: limits}, folder)
		r.dir, r.userDir = folder.dir, "."
		api, diags := r.load(newFile("openapi.yaml", "openapi.yaml", filepath.Join(folder.dir, "openapi.yaml"), data))
		assert.Equal(t, api == nil, diags.HasErrors())
		for _, d := range diags {
			assert.NotEqual(t, "structure", d.Class, d.Text())
			if d.What == "" || d.Remedy == "" || d.Class == "" || d.Loc.Line < 1 || d.Loc.Column < 1 {
				t.Errorf("incomplete: %+v", d)
			}
			_ = d.Text()
		}
		if api != nil {
			_ = dump(api)
		}
	})
}
