// Package metrics gives what the runtime measures to Prometheus: each loop with its workers, connections, how often each bound was met,
// and for each operation how many requests there are, how they are answered and how long they take.
//
//	server := tornado.NewServer(tornado.WithAdmin("127.0.0.1:9090"), metrics.Mount("/metrics"))
//
// The names are those of docs/reference/metrics.md, and stable. Where OpenTelemetry's semantic conventions for HTTP servers have a name, it
// is that one, as Prometheus writes it.
package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Mount serves the metrics of a server at path of its administration (tornado.WithAdmin), beside those of Go and of the process.
func Mount(path string) tornado.Option {
	return func(s *tornado.Server) { tornado.WithAdminMount(path, Handler(s))(s) }
}

// Handler answers with the metrics of a server, of Go and of the process, in a format that Prometheus asks for.
func Handler(s *tornado.Server) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(New(s), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{Registry: r})
}

// New is the metrics of a server for a registry of your own. From then on its requests are measured, see tornado.Server.Measure. Where a
// process has several servers, tell them apart by prometheus.WrapRegistererWith.
func New(s *tornado.Server) prometheus.Collector {
	s.Measure()
	return collector(func(e *emitter) {
		stats := s.Stats()
		e.server(&stats)
		e.bounds(stats.Bounds)
		e.operations(stats.Operations)
		e.others(&stats.Others)
	})
}

// NewAPI is the metrics of an API that net/http serves: those of its operations, and of the bounds that belong to it.
func NewAPI(a *tornado.API) prometheus.Collector {
	a.Measure()
	return collector(func(e *emitter) {
		e.bounds(a.BoundsMet())
		e.operations(a.Stats())
	})
}

// collector is a prometheus.Collector: it emits.
type collector func(e *emitter)

// Describe implements prometheus.Collector.
func (collector) Describe(to chan<- *prometheus.Desc) {
	for _, f := range families {
		to <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(to chan<- prometheus.Metric) { c(&emitter{to}) }

// emitter sends metrics.
type emitter struct{ to chan<- prometheus.Metric }

func (e *emitter) send(f *family, value float64, labels ...string) {
	kind := prometheus.GaugeValue
	if f.kind == counter {
		kind = prometheus.CounterValue
	}
	e.to <- prometheus.MustNewConstMetric(f.desc, kind, value, labels...)
}

// histogram sends one. The last bucket has no end: it is what Prometheus calls +Inf.
func (e *emitter) histogram(f *family, h tornado.Histogram, labels ...string) {
	buckets := make(map[float64]uint64, tornado.HistogramBuckets-1)
	below := uint64(0)
	for i := range tornado.HistogramBuckets - 1 {
		below += h.Counts[i]
		buckets[tornado.HistogramBound(i).Seconds()] = below
	}
	e.to <- prometheus.MustNewConstHistogram(f.desc, h.Count(), h.Sum.Seconds(), buckets, labels...)
}
