package spec

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkLoad reads large real documents of CORPUS: time, allocations, and what stays in memory with the model.
func BenchmarkLoad(b *testing.B) {
	dir := corpusDir(b)
	for _, name := range []string{"openapi-generated-api-github-com/openapi.json", "stripe-mock-openapi-spec3/openapi.json", "cloudflare/openapi.yaml"} {
		b.Run(filepath.Dir(name), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				api, _, err := Load(filepath.Join(dir, "dev", name))
				require.NoError(b, err)
				require.NotNil(b, api)
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB-live")
				runtime.KeepAlive(api)
			}
		})
	}
}
