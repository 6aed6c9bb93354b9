package tornado

import "time"

// begun notes when the request at the front began, for the access log.
func (f *frame) begun() {
	if f.service.server.accessLog != nil && f.started.IsZero() {
		f.started = time.Now()
	}
}

// record notes how the request at the front ended, for the access log; it is written once the answer was.
func (f *frame) record(status int, size int64) {
	if f.service.server.accessLog == nil {
		return
	}
	r := accessRecord{
		method: string(f.x.head.Method), target: string(f.x.head.Target), status: status, bytes: size, took: time.Since(f.started),
		gone: f.broken || status == 0,
	}
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
