package metrics

import (
	"maps"
	"slices"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// The kinds of metrics.
const (
	counter   = "counter"
	gauge     = "gauge"
	histogram = "histogram"
)

// family is a metric with its labels.
type family struct {
	name, kind string
	labels     []string
	help       string
	desc       *prometheus.Desc
}

// families are all of them, in the order of the reference.
var families []*family

func define(kind, name, help string, labels ...string) *family {
	f := &family{name, kind, labels, help, prometheus.NewDesc(name, help, labels, nil)}
	families = append(families, f)
	return f
}

// Labels of an operation. Requests that none has are those of operation "": of mounted handlers and unknown paths, and what is no
// request.
var ofOperation = []string{"operation", "http_request_method", "http_route"}

// The metrics. Reference documentation is made of this list.
var (
	duration = define(histogram, "http_server_request_duration_seconds",
		"From the first byte of a request until its answer is made, or its stream has ended.", ofOperation...)
	active   = define(gauge, "http_server_active_requests", "Requests whose handlers run, or whose answers wait or go on.", ofOperation...)
	requests = define(counter, "tornado_requests_total", "Requests that were answered, by status.",
		slices.Concat(ofOperation, []string{"http_response_status_code"})...)
	gone = define(counter, "tornado_requests_gone_total", "Requests whose clients were gone before they were answered.", ofOperation...)
	cut  = define(counter, "tornado_requests_cut_total",
		"Requests that the server has cut off: their handlers wanted that or failed in the middle of the answer, or a drain took too long.", ofOperation...)
	sent     = define(counter, "tornado_response_body_bytes_total", "Bytes of the bodies of answers.", ofOperation...)
	running  = define(gauge, "tornado_handlers_running", "Handlers that run.", ofOperation...)
	waiting  = define(gauge, "tornado_requests_waiting", "Requests whose handlers have returned, and whose answers wait or go on.", ofOperation...)
	crashed  = define(counter, "tornado_handler_crashes_total", "Handlers that panicked, or ended their goroutine.", ofOperation...)
	sockets  = define(gauge, "tornado_sockets_open", "WebSockets that are open.", ofOperation...)
	messages = define(gauge, "tornado_queued_messages", "Messages of streams and sockets that wait for slow clients.", ofOperation...)
	bytes    = define(gauge, "tornado_queued_bytes", "Bytes of messages that wait for slow clients.", ofOperation...)
	dropped  = define(counter, "tornado_dropped_messages_total", "Messages that the policies for slow clients have dropped.", ofOperation...)

	met = define(counter, "tornado_bounds_met_total", "How often clients have met a bound: a limit, or a timeout.", "bound")

	connections = define(gauge, "tornado_connections",
		"Open connections by state: idle, busy (served, or waiting for a worker), waiting (for an answer whose handler has returned), socket, http2.", "state")
	secure     = define(gauge, "tornado_connections_tls", "Open connections with TLS, without those that speak HTTP/2.")
	handshakes = define(gauge, "tornado_handshakes", "Handshakes of TLS, and headers of proxies, under way.")
	draining   = define(gauge, "tornado_draining", "1 once the server drains.")

	placed   = define(gauge, "tornado_loop_connections", "Connections of a loop.", "loop")
	queue    = define(gauge, "tornado_loop_queue", "Connections that are ready and wait for a worker.", "loop")
	wait     = define(histogram, "tornado_loop_wait_seconds", "How long connections were ready before a worker took them.", "loop")
	workers  = define(gauge, "tornado_loop_workers", "Workers of a loop: goroutines.", "loop")
	serving  = define(gauge, "tornado_loop_workers_running", "Workers that serve, and do not wait for a client.", "loop")
	mayRun   = define(gauge, "tornado_loop_workers_allowed", "Workers that may run at present: more when handlers block.", "loop")
	grown    = define(counter, "tornado_loop_workers_grown_total", "Times that more workers were allowed, since handlers blocked.", "loop")
	shrunk   = define(counter, "tornado_loop_workers_shrunk_total", "Times that fewer were.", "loop")
	accepted = define(counter, "tornado_loop_accepted_total", "Connections that a loop has accepted, for any.", "loop")
	refused  = define(counter, "tornado_loop_refused_total", "Connections that it has accepted and closed at once.", "loop")
	shed     = define(counter, "tornado_loop_shed_total", "Connections for which there was no worker.", "loop")
	answered = define(counter, "tornado_loop_requests_total", "Requests that the workers of a loop have dealt with.", "loop")
	taken    = define(counter, "tornado_loop_taken_total", "Connections that workers have taken from the queue.", "loop")
	batches  = define(counter, "tornado_loop_batches_total", "Turns of a loop that brought events.", "loop")
	events   = define(counter, "tornado_loop_events_total", "Events in them: divided by the turns, how many come at once.", "loop")
	parks    = define(counter, "tornado_loop_parks_total", "Times that a loop had nothing to do.", "loop")
)

func (e *emitter) operations(all []tornado.OperationStats) {
	for i := range all {
		op := all[i].Operation
		e.operation(&all[i], op.ID, op.Method, all[i].Route)
	}
}

func (e *emitter) others(o *tornado.OperationStats) { e.operation(o, "", "", "") }

// operation sends what is known of an operation, once it was called.
func (e *emitter) operation(o *tornado.OperationStats, of ...string) {
	if o.Requests() == 0 && o.Running == 0 && o.Waiting == 0 && o.Sockets == 0 {
		return
	}
	e.histogram(duration, o.Took, of...)
	e.send(active, float64(o.Running+o.Waiting), of...)
	for _, status := range slices.Sorted(maps.Keys(o.Answered)) {
		e.send(requests, float64(o.Answered[status]), slices.Concat(of, []string{strconv.Itoa(status)})...)
	}
	e.send(gone, float64(o.Gone), of...)
	e.send(cut, float64(o.Cut), of...)
	e.send(sent, float64(o.Bytes), of...)
	e.send(running, float64(o.Running), of...)
	e.send(crashed, float64(o.Crashed), of...)
	if o.Operation == nil {
		return
	}
	switch o.Operation.Kind {
	case tornado.KindDeferred, tornado.KindStream:
		e.send(waiting, float64(o.Waiting), of...)
	case tornado.KindSocket:
		e.send(sockets, float64(o.Sockets), of...)
	}
	if k := o.Operation.Kind; k == tornado.KindStream || k == tornado.KindSocket {
		e.send(messages, float64(o.QueuedMessages), of...)
		e.send(bytes, float64(o.QueuedBytes), of...)
		e.send(dropped, float64(o.Dropped), of...)
	}
}

// bounds sends how often bounds were met, also those that were not: a counter is 0 before it counts.
func (e *emitter) bounds(of map[tornado.Bound]uint64) {
	for _, b := range tornado.Bounds() {
		e.send(met, float64(of[b]), b.String())
	}
}

func (e *emitter) server(s *tornado.Stats) {
	c := &s.Connections
	for state, n := range map[string]int{"idle": c.Idle, "busy": c.Busy, "waiting": c.Waiting, "socket": c.Sockets, "http2": c.HTTP2} {
		e.send(connections, float64(n), state)
	}
	e.send(secure, float64(c.TLS))
	e.send(handshakes, float64(c.Handshakes))
	drains := 0.0
	if s.Draining {
		drains = 1
	}
	e.send(draining, drains)
	for i := range s.Loops {
		e.loop(&s.Loops[i])
	}
}

func (e *emitter) loop(l *tornado.LoopStats) {
	loop := strconv.Itoa(l.Loop)
	for f, n := range map[*family]int{placed: l.Connections, queue: l.Queue, workers: l.Workers, serving: l.Running, mayRun: l.MayRun} {
		e.send(f, float64(n), loop)
	}
	for f, n := range map[*family]uint64{
		grown: l.Grown, shrunk: l.Shrunk, accepted: l.Accepted, refused: l.Refused, shed: l.Shed, answered: l.Requests, taken: l.Taken,
		batches: l.Batches, events: l.Events, parks: l.Parks,
	} {
		e.send(f, float64(n), loop)
	}
	e.histogram(wait, l.Wait, loop)
}
