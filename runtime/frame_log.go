package tornado

import "time"

// begun notes when the request at the front began, for who wants to know how long it takes.
func (f *frame) begun() {
	if f.service.server.observed.Load() && f.started.IsZero() {
		f.started = time.Now()
	}
}

// record notes how the request at the front ended. The access log gets it once the answer was written.
func (f *frame) record(status int, size int64) {
	f.x.worker.Requests++
	if !f.started.IsZero() {
		f.tell(status, size)
	}
}

// tell notes a request for who wants to know of it.
func (f *frame) tell(status int, size int64) {
	server, took, gone := f.service.server, time.Since(f.started), f.broken || status == 0
	f.x.measure(server.measures.Load(), status, size, took, gone)
	if server.accessLog == nil {
		return
	}
	r := accessRecord{method: string(f.x.head.Method), target: string(f.x.head.Target), status: status, bytes: size, took: took, gone: gone}
	r.client, r.attrs = f.clientTold(), f.x.transit.logged()
	if f.x.match != nil {
		r.operation = f.x.match.op.ID
	}
	f.records = append(f.records, r)
}

// clientTold is the address of the client, for the access log, if a proxy has told.
func (f *frame) clientTold() string {
	if f.client == "" && f.service.server.proxies != nil && f.x.request != nil {
		return f.x.clientAddr().String()
	}
	return f.client
}

// logRecords writes what record noted. An answer that could not be written has met nobody.
func (f *frame) logRecords() {
	if len(f.records) == 0 {
		return
	}
	peer := f.conn.RemoteAddr().String()
	for i := range f.records {
		f.records[i].gone = f.records[i].gone || f.broken
		f.records[i].log(f.service.server.accessLog, peer)
	}
	clear(f.records)
	f.records = f.records[:0]
}

// lost ends a request whose client went away before it was complete.
func (f *frame) lost() {
	if f.phase == phaseBody {
		f.record(0, 0)
	}
	f.logRecords()
	f.closeExchange()
}
