package generator_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

// BenchmarkGenerate plans and prints packages for large real documents of CORPUS, which are read before. To see where the time goes:
//
//	CORPUS=dir go test -run '^$' -bench Generate -cpuprofile cpu.prof ./generator
func BenchmarkGenerate(b *testing.B) {
	corpus := os.Getenv("CORPUS")
	if corpus == "" {
		b.Skip("CORPUS names no folder of documents")
	}
	for _, name := range []string{"openapi-generated-api-github-com/openapi.json", "stripe-mock-openapi-spec3/openapi.json", "cloudflare/openapi.yaml"} {
		b.Run(filepath.Dir(name), func(b *testing.B) {
			b.ReportAllocs()
			lines := 0
			for b.Loop() {
				b.StopTimer()
				api, _, err := spec.Load(filepath.Join(corpus, "dev", name)) // anew: a plan is made on the model
				require.NoError(b, err)
				b.StartTimer()
				files, _, err := generator.Generate(api, generator.Options{Package: "api"})
				require.NoError(b, err)
				lines = 0
				for _, f := range files {
					if strings.HasSuffix(f.Name, ".go") {
						lines += bytes.Count(f.Data, []byte("\n"))
					}
				}
			}
			b.ReportMetric(float64(lines), "lines")
		})
	}
}
