package spec

import (
	"os"
	"runtime"
	"testing"
)

func BenchmarkZZ(b *testing.B) {
	for b.Loop() {
		api, _, err := Load(os.Getenv("DOC"))
		if err != nil || api == nil {
			b.Fatal(err)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc)/1e6, "MBlive")
		runtime.KeepAlive(api)
	}
}
